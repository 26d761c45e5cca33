#include "collector/plan/line_pattern.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/check.h"

namespace faultline {
namespace {

using ByteSet = std::bitset<256>;

constexpr std::size_t kMostRepeats = 1000;
constexpr std::size_t kMostStates = 20'000;
constexpr std::size_t kDeepestNesting = 100;

std::size_t byte_of(char c) { return static_cast<unsigned char>(c); }

ByteSet range_set(char first, char last) {
  ByteSet set;
  for (std::size_t byte = byte_of(first); byte <= byte_of(last); ++byte) set.set(byte);
  return set;
}

ByteSet class_set(char name) {
  switch (name) {
    case 'd':
      return range_set('0', '9');
    case 'D':
      return ~range_set('0', '9');
    case 'w':
    case 'W': {
      ByteSet word = range_set('0', '9') | range_set('a', 'z') | range_set('A', 'Z');
      word.set(byte_of('_'));
      return name == 'w' ? word : ~word;
    }
    case 's':
    case 'S': {
      ByteSet blank = range_set('\t', '\r');
      blank.set(byte_of(' '));
      return name == 's' ? blank : ~blank;
    }
    default:
      return {};
  }
}

bool is_word(char c) {
  static const ByteSet kWord = class_set('w');
  return kWord.test(byte_of(c));
}

}  // namespace

/// Recursive descent over the pattern. Each part compiles to states with one entry and one open end,
/// which is an index into `states_` that the next part overwrites: a part that is not yet joined ends
/// in a placeholder state of kind `match`.
class LinePatternCompiler {
 public:
  explicit LinePatternCompiler(std::string_view pattern) : pattern_(pattern) {}

  Result<LinePattern> compile() {
    TRY_ASSIGN(const Part whole, alternatives(0));
    if (at_ < pattern_.size()) return wrong("an unmatched )");
    out_.text_ = std::string(pattern_);
    out_.start_ = whole.first;
    return std::move(out_);
  }

 private:
  using Kind = LinePattern::Kind;
  struct Part {
    std::size_t first = 0;
    std::size_t end = 0;  // A placeholder, to be pointed at what follows.
  };
  struct Repeat {
    std::size_t least = 1;
    std::optional<std::size_t> most = 1;
  };

  Failure wrong(std::string_view what) const {
    return fail(ErrorKind::invalid_argument, "regex \"" + std::string(pattern_) + "\": " + std::string(what) +
                                                 " at character " + std::to_string(at_ + 1));
  }
  [[nodiscard]] bool more() const { return at_ < pattern_.size(); }
  [[nodiscard]] char peek() const { return pattern_[at_]; }
  bool take(char c) {
    if (!more() || peek() != c) return false;
    ++at_;
    return true;
  }

  std::size_t add(Kind kind, std::size_t next = 0, std::size_t other = 0) {
    out_.states_.push_back({kind, 0, next, other});
    return out_.states_.size() - 1;
  }
  /// A split that leads nowhere but to `next`: how a placeholder is joined.
  void join(std::size_t end, std::size_t next) { out_.states_[end] = {Kind::split, 0, next, next}; }

  Part place(Kind kind) {
    const std::size_t end = add(Kind::match);
    return {add(kind, end), end};
  }
  Part bytes(const ByteSet& set) {
    out_.sets_.push_back(set);
    const Part part = place(Kind::bytes);
    out_.states_[part.first].set = out_.sets_.size() - 1;
    return part;
  }

  Result<Part> alternatives(std::size_t depth) {
    if (depth > kDeepestNesting) return wrong("too many nested groups");
    TRY_ASSIGN(Part left, sequence(depth));
    while (take('|')) {
      TRY_ASSIGN(const Part right, sequence(depth));
      const std::size_t end = add(Kind::match);
      join(left.end, end);
      join(right.end, end);
      left = {add(Kind::split, left.first, right.first), end};
    }
    return left;
  }

  Result<Part> sequence(std::size_t depth) {
    const std::size_t nothing = add(Kind::match);
    Part whole{nothing, nothing};
    while (more() && peek() != '|' && peek() != ')') {
      TRY_ASSIGN(const Part next, repeated(depth));
      join(whole.end, next.first);
      whole.end = next.end;
    }
    return whole;
  }

  Result<Part> repeated(std::size_t depth) {
    const std::size_t from = at_;
    TRY_ASSIGN(Part part, atom(depth));
    const std::size_t to = at_;
    TRY_ASSIGN(const auto repeat, quantifier());
    if (!repeat) return part;
    if (more() && (peek() == '*' || peek() == '+')) return wrong("nothing to repeat");
    return repeat_part(part, *repeat, from, to, depth);
  }

  /// Copies are made by compiling the same piece of the pattern again.
  Result<Part> repeat_part(Part first, const Repeat& repeat, std::size_t from, std::size_t to,
                           std::size_t depth) {
    const std::size_t after = at_;
    const std::size_t nothing = add(Kind::match);
    Part whole{nothing, nothing};
    const std::size_t copies = repeat.most ? *repeat.most : std::max<std::size_t>(repeat.least, 1);
    std::vector<std::size_t> exits;
    for (std::size_t i = 0; i < copies; ++i) {
      Part copy = first;
      if (i > 0) {
        if (out_.states_.size() > kMostStates) return wrong("too many repetitions");
        at_ = from;
        TRY_ASSIGN(copy, atom(depth));
        CHECK(at_ == to);
        at_ = after;
      }
      const std::size_t enter = add(Kind::split, copy.first, copy.first);
      if (i >= repeat.least) exits.push_back(enter);
      join(whole.end, enter);
      whole.end = copy.end;
      if (!repeat.most && i + 1 == copies) {
        const std::size_t loop = add(Kind::split, copy.first, 0);
        join(whole.end, loop);
        whole.end = add(Kind::match);
        out_.states_[loop].other = whole.end;
      }
    }
    const std::size_t end = add(Kind::match);
    join(whole.end, end);
    for (const std::size_t exit : exits) out_.states_[exit].other = end;
    return Part{whole.first, end};
  }

  Result<std::optional<Repeat>> quantifier() {
    std::optional<Repeat> repeat;
    if (take('*')) {
      repeat = Repeat{0, std::nullopt};
    } else if (take('+')) {
      repeat = Repeat{1, std::nullopt};
    } else if (take('?')) {
      repeat = Repeat{0, 1};
    } else if (take('{')) {
      TRY_ASSIGN(repeat, counted());
    }
    // Laziness decides which match is found, not whether there is one.
    if (repeat) take('?');
    return repeat;
  }

  Result<std::optional<Repeat>> counted() {
    const auto least = number();
    if (!least) return wrong("a { without a number (write \\{ for the brace itself)");
    Repeat repeat{*least, *least};
    if (take(',')) repeat.most = number();
    if (!take('}')) return wrong("a repetition without its }");
    if (repeat.most && *repeat.most < repeat.least) return wrong("a repetition whose bounds are reversed");
    if (std::max(repeat.least, repeat.most.value_or(0)) > kMostRepeats) return wrong("too many repetitions");
    return std::optional<Repeat>(repeat);
  }

  std::optional<std::size_t> number() {
    std::optional<std::size_t> value;
    while (more() && peek() >= '0' && peek() <= '9' && value.value_or(0) <= kMostRepeats) {
      value = value.value_or(0) * 10 + static_cast<std::size_t>(peek() - '0');
      ++at_;
    }
    return value;
  }

  Result<Part> atom(std::size_t depth) {
    const char c = peek();
    if (c == '*' || c == '+' || c == '?' || c == '{') return wrong("nothing to repeat");
    ++at_;
    switch (c) {
      case '(':
        return group(depth);
      case '[':
        return bracket();
      case '\\':
        return escape();
      case '^':
        return place(Kind::line_start);
      case '$':
        return place(Kind::line_end);
      case '.':
        return bytes(ByteSet().set());
      default:
        return bytes(range_set(c, c));
    }
  }

  Result<Part> group(std::size_t depth) {
    const std::size_t opened = at_;
    const bool unnumbered = take('?');
    if (unnumbered && !take(':')) return wrong("look-around and named groups are not supported: found (?");
    // A repeated group is compiled several times and stays the first one.
    const bool first = !unnumbered && opened <= first_group_;
    if (first) first_group_ = opened;
    TRY_ASSIGN(const Part inner, alternatives(depth + 1));
    if (!take(')')) return wrong("a ( without its )");
    if (!first) return inner;
    out_.has_group_ = true;
    const Part end = place(Kind::group_end);
    join(inner.end, end.first);
    return Part{add(Kind::group_start, inner.first), end.end};
  }

  Result<Part> escape() {
    if (!more()) return wrong("a backslash with nothing behind it");
    if (take('b')) return place(Kind::word_edge);
    if (take('B')) return place(Kind::no_word_edge);
    TRY_ASSIGN(const ByteSet set, escaped_set());
    return bytes(set);
  }

  /// After the backslash.
  Result<ByteSet> escaped_set() {
    if (!more()) return wrong("a backslash with nothing behind it");
    const char c = peek();
    const ByteSet named = class_set(c);
    if (!named.any() && c != 't' && c != '-' && (is_word(c) || byte_of(c) >= 0x80)) {
      return wrong(std::string("an unknown escape \\") + c);
    }
    ++at_;
    if (named.any()) return named;
    return c == 't' ? range_set('\t', '\t') : range_set(c, c);
  }

  Result<Part> bracket() {
    const bool inverted = take('^');
    ByteSet set;
    bool first = true;
    while (true) {
      if (!more()) return wrong("a [ without its ]");
      if (!first && take(']')) break;
      first = false;
      TRY(add_bracket_member(set));
    }
    return bytes(inverted ? ~set : set);
  }

  Result<void> add_bracket_member(ByteSet& set) {
    const char low = peek();
    ++at_;
    if (low == '\\') {
      TRY_ASSIGN(const ByteSet escaped, escaped_set());
      set |= escaped;
      return {};
    }
    if (at_ + 1 >= pattern_.size() || peek() != '-' || pattern_[at_ + 1] == ']') {
      set.set(byte_of(low));
      return {};
    }
    ++at_;
    const char high = peek();
    if (high == '\\') return wrong("a range that ends in an escape");
    if (byte_of(high) < byte_of(low)) return wrong("a range whose ends are reversed");
    ++at_;
    set |= range_set(low, high);
    return {};
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  std::size_t first_group_ = std::string_view::npos;  // Where it begins.
  LinePattern out_;
};

Result<LinePattern> LinePattern::compile(std::string_view pattern) {
  return LinePatternCompiler(pattern).compile();
}

bool LinePattern::holds(Kind place, std::string_view line, std::size_t at) {
  if (place == Kind::line_start) return at == 0;
  if (place == Kind::line_end) return at == line.size();
  const bool before = at > 0 && is_word(line[at - 1]);
  const bool after = at < line.size() && is_word(line[at]);
  return (before != after) == (place == Kind::word_edge);
}

bool LinePattern::matches(std::string_view line) const {
  std::vector<std::size_t> seen(states_.size(), 0);  // Position + 1 at which a state was last added.
  std::vector<std::size_t> current;
  std::vector<std::size_t> following;
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    // A search may begin at every place: the start is added to the states that live on.
    open.swap(current);
    current.clear();
    open.push_back(start_);
    while (!open.empty()) {
      const std::size_t index = open.back();
      open.pop_back();
      if (seen[index] == at + 1) continue;
      seen[index] = at + 1;
      const State& state = states_[index];
      switch (state.kind) {
        case Kind::match:
          return true;
        case Kind::bytes:
          current.push_back(index);
          break;
        case Kind::split:
          open.push_back(state.next);
          if (state.other != state.next) open.push_back(state.other);
          break;
        case Kind::group_start:
        case Kind::group_end:
          open.push_back(state.next);
          break;
        case Kind::line_start:
        case Kind::line_end:
        case Kind::word_edge:
        case Kind::no_word_edge:
          if (holds(state.kind, line, at)) open.push_back(state.next);
      }
    }
    following.clear();
    for (const std::size_t index : current) {
      const State& state = states_[index];
      if (at < line.size() && sets_[state.set].test(byte_of(line[at]))) following.push_back(state.next);
    }
    current.swap(following);
  }
  return false;
}

/// Adds the states that `thread` reaches without a character, the preferred ones first. True where one of
/// them is the match: what comes later is of no interest then.
bool LinePattern::follow(Thread thread, std::string_view line, std::size_t at, std::vector<std::size_t>& seen,
                         std::vector<Thread>& reached, Thread& matched) const {
  std::vector<Thread> open{thread};
  while (!open.empty()) {
    thread = open.back();
    open.pop_back();
    if (seen[thread.state] == at + 1) continue;
    seen[thread.state] = at + 1;
    const State& state = states_[thread.state];
    Thread next = thread;
    next.state = state.next;
    switch (state.kind) {
      case Kind::match:
        matched = thread;
        return true;
      case Kind::bytes:
        reached.push_back(thread);
        break;
      case Kind::split:
        if (state.other != state.next) {
          Thread other = thread;
          other.state = state.other;
          open.push_back(other);
        }
        open.push_back(next);
        break;
      case Kind::group_start:
        next.group_start = at;
        open.push_back(next);
        break;
      case Kind::group_end:
        next.group_end = at;
        open.push_back(next);
        break;
      case Kind::line_start:
      case Kind::line_end:
      case Kind::word_edge:
      case Kind::no_word_edge:
        if (holds(state.kind, line, at)) open.push_back(next);
    }
  }
  return false;
}

std::optional<std::string_view> LinePattern::group(std::string_view line) const {
  std::vector<std::size_t> seen(states_.size(), 0);
  std::vector<Thread> current;
  std::vector<Thread> reached;
  std::optional<Thread> best;
  for (std::size_t at = 0; at <= line.size(); ++at) {
    reached.clear();
    Thread matched;
    bool found = false;
    for (const Thread& thread : current) {
      found = follow(thread, line, at, seen, reached, matched);
      if (found) break;
    }
    // A later start never wins over an earlier one.
    if (!found && !best) found = follow({start_, {}, {}}, line, at, seen, reached, matched);
    if (found) best = matched;
    current.clear();
    for (Thread thread : reached) {
      const State& state = states_[thread.state];
      if (at >= line.size() || !sets_[state.set].test(byte_of(line[at]))) continue;
      thread.state = state.next;
      current.push_back(thread);
    }
    if (best && current.empty()) break;
  }
  if (!best || !best->group_start || !best->group_end || *best->group_end < *best->group_start)
    return std::nullopt;
  return line.substr(*best->group_start, *best->group_end - *best->group_start);
}

}  // namespace faultline
