#include "core/model/filter.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/text/ascii.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

// The parser recurses once a level; no person nests a hundred deep, a hostile text would.
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxBytes = 65'536;

bool is_operator_char(char c) { return c == '=' || c == '!' || c == '<' || c == '>' || c == '~'; }
bool ends_bare_word(char c) { return is_space(c) || c == ',' || c == '(' || c == ')'; }

bool is_keyword(std::string_view word) {
  return equal_ignoring_case(word, "and") || equal_ignoring_case(word, "or") ||
         equal_ignoring_case(word, "not") || equal_ignoring_case(word, "in");
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

/// The nearest start of a character at or before `at`.
std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) --at;
  return at;
}

/// Of a long text only the surroundings of the mistake are shown.
Error error_at(std::string_view text, std::size_t at, std::string_view message) {
  constexpr std::size_t kShownBytes = 60;
  at = std::min(at, text.size());
  const std::size_t begin = at > kShownBytes ? character_start(text, at - kShownBytes) : 0;
  const std::size_t end = character_start(text, std::min(text.size(), at + kShownBytes));
  const std::string before = (begin > 0 ? "…" : "") + escape_line(text.substr(begin, at - begin));
  const std::string after = escape_line(text.substr(at, end - at)) + (end < text.size() ? "…" : "");
  return {ErrorKind::invalid_argument,
          fmt::format("{}\n  {}{}\n  {:>{}}", message, before, after, "^", count_code_points(before) + 1)};
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<FilterNode> parse() {
    TRY_ASSIGN(FilterNode node, expression(0));
    if (!at_end()) {
      if (peek() == ')') return wrong("this ) closes nothing");
      return wrong_after_condition("expected and, or, or the end");
    }
    return node;
  }

  void skip_whitespace() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }

 private:
  Result<FilterNode> expression(int depth) { return chain(depth, FilterNode::Kind::any_of); }

  /// `or` binds weaker than `and`: one level of the grammar each, a lone child stands for itself.
  Result<FilterNode> chain(int depth, FilterNode::Kind kind) {
    const bool any = kind == FilterNode::Kind::any_of;
    FilterNode node;
    node.kind = kind;
    do {
      TRY_ASSIGN(FilterNode child, any ? chain(depth, FilterNode::Kind::all_of) : factor(depth));
      node.children.push_back(std::move(child));
    } while (take_keyword(any ? "or" : "and"));
    if (node.children.size() == 1) {
      FilterNode only = std::move(node.children.front());
      return only;
    }
    return node;
  }

  Result<FilterNode> factor(int depth) {
    skip_whitespace();
    if (depth >= kMaxDepth) return wrong(fmt::format("nested deeper than {} levels", kMaxDepth));
    if (take_keyword("not")) {
      FilterNode node;
      node.kind = FilterNode::Kind::none_of;
      TRY_ASSIGN(FilterNode child, factor(depth + 1));
      node.children.push_back(std::move(child));
      return node;
    }
    if (peek() != '(') return condition();
    const std::size_t opened_at = at_++;
    TRY_ASSIGN(FilterNode node, expression(depth + 1));
    if (peek() != ')') {
      if (!at_end()) return wrong_after_condition("expected and, or, or )");
      return fail(error_at(text_, opened_at, "this ( is never closed"));
    }
    ++at_;
    skip_whitespace();
    return node;
  }

  Result<FilterNode> condition() {
    FilterNode node;
    node.condition.field_at = at_;
    TRY_ASSIGN(node.condition.field, field());
    skip_whitespace();
    if (take_keyword("in")) {
      node.condition.op = FilterOp::in;
      TRY_ASSIGN(node.condition.values, value_list());
      last_ = node.condition;
      return node;
    }
    TRY_ASSIGN(node.condition.op, comparison());
    if (node.condition.op == FilterOp::equal && peek() == '=') return wrong("write one =, not ==");
    TRY_ASSIGN(std::string value, value());
    node.condition.values.push_back(std::move(value));
    last_ = node.condition;
    return node;
  }

  Result<std::string> field() {
    if (at_end()) return wrong("expected a field name");
    if (peek() == '"' || peek() == '\'') return quoted();
    const std::size_t begin = at_;
    while (!at_end() && !ends_bare_word(text_[at_]) && !is_operator_char(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty() || is_keyword(word)) {
      at_ = begin;
      return wrong("expected a field name");
    }
    return std::string(word);
  }

  Result<FilterOp> comparison() {
    struct Spelling {
      std::string_view text;
      FilterOp op;
    };
    // Longer ones first.
    static constexpr Spelling kSpellings[] = {
        {"!=", FilterOp::not_equal}, {"<=", FilterOp::less_equal}, {">=", FilterOp::greater_equal},
        {"=", FilterOp::equal},      {"<", FilterOp::less},        {">", FilterOp::greater},
        {"~", FilterOp::contains},
    };
    for (const auto& [spelling, op] : kSpellings) {
      if (text_.substr(at_).starts_with(spelling)) {
        at_ += spelling.size();
        skip_whitespace();
        return op;
      }
    }
    if (next_word_is("not")) return wrong("expected = != < <= > >= ~ or in; not stands before the field");
    return wrong("expected = != < <= > >= ~ or in");
  }

  Result<std::string> value() {
    skip_whitespace();
    if (peek() == '"' || peek() == '\'') return quoted();
    const std::size_t begin = at_;
    if (!at_end() && is_operator_char(peek())) {
      return wrong("expected a value; a value that begins like an operator needs quotes");
    }
    while (!at_end() && !ends_bare_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    const std::size_t operator_at = std::min(word.find("&&"), word.find("||"));
    if (operator_at != std::string_view::npos) {
      at_ = begin + operator_at;
      return wrong(word[operator_at] == '&' ? "write and for &&" : "write or for ||");
    }
    if (word.empty() || is_keyword(word)) {
      at_ = begin;
      return wrong(word.empty() ? "expected a value" : "expected a value; the word itself needs quotes");
    }
    skip_whitespace();
    return std::string(word);
  }

  Result<std::vector<std::string>> value_list() {
    skip_whitespace();
    if (peek() != '(') return wrong("expected ( and a list of values after in");
    const std::size_t opened_at = at_++;
    std::vector<std::string> values;
    while (true) {
      TRY_ASSIGN(std::string one, value());
      values.push_back(std::move(one));
      if (peek() == ',') {
        ++at_;
        continue;
      }
      if (peek() != ')') {
        if (!at_end()) return wrong("expected , or )");
        return fail(error_at(text_, opened_at, "this ( is never closed"));
      }
      ++at_;
      skip_whitespace();
      return values;
    }
  }

  Result<std::string> quoted() {
    const std::size_t opened_at = at_;
    const char quote = text_[at_++];
    std::string out;
    while (!at_end()) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        skip_whitespace();
        return out;
      }
      if (c != '\\') {
        out += c;
        ++at_;
        continue;
      }
      const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      switch (escaped) {
        case '\\':
        case '"':
        case '\'':
          out += escaped;
          break;
        case 'n':
          out += '\n';
          break;
        case 't':
          out += '\t';
          break;
        default:
          return wrong(R"(expected \\ \" \' \n or \t)");
      }
      at_ += 2;
    }
    return fail(error_at(text_, opened_at, "this quote is never closed"));
  }

  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

  [[nodiscard]] bool next_word_is(std::string_view keyword) const {
    std::size_t end = at_;
    while (end < text_.size() && !ends_bare_word(text_[end]) && !is_operator_char(text_[end])) ++end;
    return equal_ignoring_case(text_.substr(at_, end - at_), keyword);
  }

  bool take_keyword(std::string_view keyword) {
    skip_whitespace();
    if (!next_word_is(keyword)) return false;
    at_ += keyword.size();
    skip_whitespace();
    return true;
  }

  /// What other languages write where ours has a word, as far as it can be guessed.
  Failure wrong_after_condition(std::string_view expected) {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with('&')) return wrong("write and for &&");
    if (rest.starts_with('|')) return wrong("write or for ||");
    if (rest.starts_with(',') && last_.op == FilterOp::equal && last_.values.size() == 1) {
      return wrong(fmt::format("for several values write {} in ({}{})", last_.field, last_.values.front(),
                               rest_of_list()));
    }
    return wrong(expected);
  }

  /// `,16, 32` of `threads=8,16, 32 and …`, without blanks. Does not move on.
  [[nodiscard]] std::string rest_of_list() const {
    std::string list;
    std::size_t at = at_;
    while (at < text_.size() && text_[at] == ',') {
      list += text_[at++];
      while (at < text_.size() && is_space(text_[at])) ++at;
      while (at < text_.size() && !ends_bare_word(text_[at])) list += text_[at++];
    }
    return list;
  }

  [[nodiscard]] Failure wrong(std::string_view expected) const {
    return fail(error_at(text_, at_, expected));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  FilterCondition last_;  // The one that was read last.
};

void add_fields(const FilterNode& node, std::set<std::string>& fields) {
  if (node.kind == FilterNode::Kind::condition) fields.insert(node.condition.field);
  for (const FilterNode& child : node.children) add_fields(child, fields);
}

Result<bool> evaluate(const FilterNode& node, const FilterEvaluator& evaluator) {
  switch (node.kind) {
    case FilterNode::Kind::condition:
      return evaluator(node.condition);
    case FilterNode::Kind::none_of: {
      TRY_ASSIGN(const bool inner, evaluate(node.children.front(), evaluator));
      return !inner;
    }
    case FilterNode::Kind::all_of:
    case FilterNode::Kind::any_of: {
      const bool decides = node.kind == FilterNode::Kind::any_of;
      for (const FilterNode& child : node.children) {
        TRY_ASSIGN(const bool inner, evaluate(child, evaluator));
        if (inner == decides) return decides;
      }
      return !decides;
    }
  }
  return false;
}

std::string_view op_text(FilterOp op) {
  switch (op) {
    case FilterOp::equal:
      return "=";
    case FilterOp::not_equal:
      return "!=";
    case FilterOp::less:
      return "<";
    case FilterOp::less_equal:
      return "<=";
    case FilterOp::greater:
      return ">";
    case FilterOp::greater_equal:
      return ">=";
    case FilterOp::contains:
      return "~";
    case FilterOp::in:
      return " in ";
  }
  return "";
}

}  // namespace

std::string condition_text(const FilterCondition& condition) {
  const std::string values = fmt::format("{}", fmt::join(condition.values, ","));
  return condition.field + std::string(op_text(condition.op)) +
         (condition.op == FilterOp::in ? "(" + values + ")" : values);
}

Result<Filter> parse_filter(std::string_view text) {
  Filter filter;
  filter.text = text;
  if (text.size() > kMaxBytes) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("a filter of {} bytes; at most {} are read", text.size(), kMaxBytes));
  }
  Parser parser(text);
  parser.skip_whitespace();
  if (parser.at_end()) return filter;
  TRY_ASSIGN(filter.root, parser.parse());
  return filter;
}

std::string filter_quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n' || c == '\t') {
      out += c == '\n' ? "\\n" : "\\t";
    } else {
      out += c;
    }
  }
  return out + '"';
}

Error filter_error(const Filter& filter, std::size_t at, std::string_view message) {
  return error_at(filter.text, at, message);
}

std::set<std::string> fields_of(const Filter& filter) {
  std::set<std::string> fields;
  if (filter.root) add_fields(*filter.root, fields);
  return fields;
}

Result<bool> evaluate_filter(const Filter& filter, const FilterEvaluator& evaluator) {
  if (!filter.root) return true;
  return evaluate(*filter.root, evaluator);
}

Result<std::optional<Filter>> parse_optional_filter(const std::string& option, const std::string& text) {
  if (text.empty()) return std::optional<Filter>();
  auto filter = parse_filter(text);
  if (!filter) return fail(filter.error().add_context(option));
  return std::optional<Filter>(std::move(*filter));
}

}  // namespace faultline
