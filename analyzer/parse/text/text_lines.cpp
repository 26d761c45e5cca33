#include "analyzer/parse/text/text_lines.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text/ascii.h"

namespace faultline {
namespace {

template <typename Number>
std::optional<Number> take_number(std::string_view& text, int base) {
  Number number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (result.ec != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return number;
}

void skip_whitespace(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

/// Position of the last ` + ` that is followed by a number and nothing else.
std::optional<std::size_t> find_offset(std::string_view text) {
  const auto plus = text.rfind(" +");
  if (plus == std::string_view::npos) return std::nullopt;
  auto number = text.substr(plus + 2);
  skip_whitespace(number);
  const bool hex = number.starts_with("0x");
  if (hex) number.remove_prefix(2);
  if (number.empty()) return std::nullopt;
  for (const char c : number) {
    if (hex ? !is_hex_digit(c) : !is_digit(c)) return std::nullopt;
  }
  return plus;
}

std::optional<std::uint64_t> read_offset(std::string_view text) {
  skip_whitespace(text);
  if (text.starts_with("0x")) return take_hex(text);
  return take_decimal(text);
}

/// `name (file.c:12)`: takes the parenthesis off. A line is digits; files without one are not printed.
void take_source(std::string_view& text, Frame& frame) {
  if (!text.ends_with(')')) return;
  const auto open = text.rfind(" (");
  const auto colon = text.rfind(':');
  if (open == std::string_view::npos || colon == std::string_view::npos || colon < open) return;
  auto line = text.substr(colon + 1, text.size() - colon - 2);
  const auto number = take_decimal(line);
  if (!number || !line.empty()) return;
  frame.source_file = std::string(text.substr(open + 2, colon - open - 2));
  frame.source_line = number;
  text = text.substr(0, open);
}

/// `symbol + 12`, or a bare symbol.
void read_symbol(std::string_view text, Frame& frame) {
  text = trim(text);
  take_source(text, frame);
  // Symbolicating tools add the image: `name (in Image)`.
  if (const auto in = text.rfind(" (in "); in != std::string_view::npos && text.ends_with(')')) {
    text = text.substr(0, in);
  }
  if (const auto plus = find_offset(text)) {
    frame.symbol_location = read_offset(text.substr(*plus + 2));
    text = text.substr(0, *plus);
  }
  text = trim(text);
  if (!text.empty() && text != "???") frame.symbol = std::string(text);
}

/// What follows the address.
void read_tail(std::string_view tail, TextFrame& line) {
  tail = trim(tail);
  if (tail.ends_with(" [inlined]")) {
    line.frame.inlined = true;
    tail = trim(tail.substr(0, tail.size() - 10));
  }
  // iOS 11 prints the offset and, behind it, the symbol as a comment.
  if (const auto comment = tail.find("// "); comment != std::string_view::npos && tail.starts_with("0x")) {
    read_symbol(tail.substr(comment + 3), line.frame);
    tail = trim(tail.substr(0, comment));
    line.image_base = RuntimeAddress{take_hex(tail).value_or(0)};
    return;
  }
  // iOS 4 and 5 print both: `0x54000 + 30496 (-[Crasher crash] + 24)`.
  if (tail.starts_with("0x") && tail.ends_with(')')) {
    const auto open = tail.find(" (");
    if (open != std::string_view::npos && find_offset(tail.substr(0, open))) {
      read_symbol(tail.substr(open + 2, tail.size() - open - 3), line.frame);
      tail = tail.substr(0, open);
    }
  }
  const auto plus = find_offset(tail);
  if (plus) {
    auto base = tail.substr(0, *plus);
    if (base == "0") {
      line.image_base = RuntimeAddress{0};
      return;
    }
    if (const auto value = take_hex(base); value && base.empty()) {
      line.image_base = RuntimeAddress{*value};
      return;
    }
  }
  read_symbol(tail, line.frame);
}

/// The first ` 0x…` that is an address: followed by a blank or the end.
std::optional<std::size_t> find_address(std::string_view text) {
  constexpr std::string_view kNull = "000000000000000000 ";
  if (const auto null = text.find(kNull);
      null != std::string_view::npos && null > 0 && is_space(text[null - 1])) {
    return null;
  }
  for (std::size_t at = text.find("0x"); at != std::string_view::npos; at = text.find("0x", at + 2)) {
    if (at == 0 || !is_space(text[at - 1])) continue;
    std::size_t end = at + 2;
    while (end < text.size() && is_hex_digit(text[end])) ++end;
    const auto digits = end - at - 2;
    if (digits >= 1 && digits <= 16 && (end == text.size() || is_space(text[end]))) return at;
  }
  return std::nullopt;
}

/// `12  Image   symbol + 3`, as people write it down: columns stand two spaces apart.
std::optional<TextFrame> parse_table_row(std::uint64_t index, std::string_view rest) {
  const auto gap = rest.find("  ");
  const auto split = gap != std::string_view::npos ? gap : rest.find(' ');
  if (split == std::string_view::npos) return std::nullopt;
  TextFrame line;
  line.index = index;
  line.image = std::string(trim(rest.substr(0, split)));
  if (line.image.empty() || line.image.find(' ') != std::string::npos) return std::nullopt;
  auto symbol = rest.substr(split);
  if (const auto remark = symbol.find("<--"); remark != std::string_view::npos)
    symbol = symbol.substr(0, remark);
  read_symbol(symbol, line.frame);
  if (!line.frame.symbol || !line.frame.symbol_location) return std::nullopt;
  return line;
}

bool is_method_name(std::string_view text) { return text.starts_with("-[") || text.starts_with("+["); }

/// `frame #0: 0x… image`symbol(args) + 8 at file.cpp:17:9`
std::optional<TextFrame> parse_debugger_line(std::string_view text) {
  if (text.starts_with("* ")) text.remove_prefix(2);
  if (!text.starts_with("frame #")) return std::nullopt;
  text.remove_prefix(7);
  TextFrame line;
  const auto index = take_decimal(text);
  if (!index || !text.starts_with(": ")) return std::nullopt;
  line.index = *index;
  text.remove_prefix(2);
  const auto address = take_hex(text);
  const auto tick = text.find('`');
  if (!address || tick == std::string_view::npos) return std::nullopt;
  line.address = RuntimeAddress{*address};
  line.image = std::string(trim(text.substr(0, tick)));
  auto symbol = text.substr(tick + 1);
  if (const auto at = symbol.rfind(" at "); at != std::string_view::npos) {
    const auto location = symbol.substr(at + 4);
    const auto colon = location.find(':');
    if (colon != std::string_view::npos) {
      auto number = location.substr(colon + 1);
      line.frame.source_file = std::string(location.substr(0, colon));
      line.frame.source_line = take_decimal(number);
      symbol = symbol.substr(0, at);
    }
  }
  read_symbol(symbol, line.frame);
  return line;
}

/// `12.3 - 4.5` -> short and long version; `*` and `???` stand for none.
void read_image_version(std::string_view text, Image& image) {
  const auto known = [](std::string_view part) { return !part.empty() && part != "*" && part != "???"; };
  const auto dash = text.find(" - ");
  const auto first = trim(text.substr(0, dash));
  if (known(first)) image.bundle_short_version = std::string(first);
  if (dash == std::string_view::npos) return;
  const auto second = trim(text.substr(dash + 3));
  if (known(second)) image.bundle_version = std::string(second);
}

/// The part between the range and the UUID: `+name (version)` or `name arch`.
void read_image_label(std::string_view label, Image& image) {
  label = trim(label);
  if (label.starts_with('+')) label = trim(label.substr(1));  // Not one of Apple's.
  std::string_view id = label;
  if (label.ends_with(')')) {
    if (const auto open = label.find(" ("); open != std::string_view::npos) {
      id = trim(label.substr(0, open));
      read_image_version(label.substr(open + 2, label.size() - open - 3), image);
    }
  } else if (const auto blank = label.rfind(' '); blank != std::string_view::npos) {
    id = trim(label.substr(0, blank));
    const auto arch = label.substr(blank + 1);
    if (arch != "unknown-arch") image.arch = std::string(arch);
  }
  if (id.empty() || id == "???") return;
  image.name = std::string(id);
}

/// The text names images by their bundle identifier; frames and people use the file's name.
void separate_name_from_identifier(Image& image) {
  if (!image.path || !image.name) return;
  const auto slash = image.path->rfind('/');
  const auto file = slash == std::string::npos ? *image.path : image.path->substr(slash + 1);
  if (file.empty() || file == *image.name) return;
  if (image.name->find('.') != std::string::npos) image.bundle_id = image.name;
  image.name = file;
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> take_hex(std::string_view& text) {
  if (!text.starts_with("0x") || text.size() < 3 || !is_hex_digit(text[2])) return std::nullopt;
  auto digits = text.substr(2);
  const auto number = take_number<std::uint64_t>(digits, 16);
  if (number) text = digits;
  return number;
}

std::optional<std::uint64_t> take_decimal(std::string_view& text) {
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  return take_number<std::uint64_t>(text, 10);
}

std::optional<TextFrame> parse_frame_line(std::string_view line) {
  auto rest = trim(line);
  if (auto debugger = parse_debugger_line(rest)) return debugger;
  const auto index = take_decimal(rest);
  if (!index || *index > 1000000 || rest.empty() || !is_space(rest.front())) return std::nullopt;
  skip_whitespace(rest);
  const auto tab = rest.find('\t');
  const auto after_tab = tab == std::string_view::npos ? 0 : tab;
  const auto found = find_address(rest.substr(after_tab));
  if (!found || (after_tab + *found == 0)) return parse_table_row(*index, rest);
  const auto at = after_tab + *found;
  // A number behind a plus is an offset: the row has no address.
  if (trim(rest.substr(0, at)).ends_with('+')) return parse_table_row(*index, rest);
  TextFrame frame;
  frame.index = *index;
  frame.image = std::string(trim(rest.substr(0, tab == std::string_view::npos ? at : tab)));
  if (frame.image.empty()) return std::nullopt;
  auto tail = rest.substr(at);
  if (const auto address = take_hex(tail)) {
    frame.address = RuntimeAddress{*address};
  } else {  // iOS prints a null address without its prefix.
    frame.address = RuntimeAddress{0};
    tail.remove_prefix(std::min(tail.find(' '), tail.size()));
  }
  read_tail(tail, frame);
  return frame;
}

std::optional<TextFrame> parse_bare_row(std::string_view line, const std::vector<TextFrame>& above) {
  auto rest = trim(line);
  const auto index = take_decimal(rest);
  if (!index || *index != above.size() || rest.empty() || !is_space(rest.front())) return std::nullopt;
  skip_whitespace(rest);
  const auto split = rest.find_first_of(" \t");
  if (split == std::string_view::npos) return std::nullopt;
  TextFrame row;
  row.index = *index;
  row.image = std::string(rest.substr(0, split));
  const bool columns = rest.substr(split).starts_with("  ") || rest[split] == '\t';
  const bool known = row.image.ends_with(".dylib") ||
                     std::any_of(above.begin(), above.end(),
                                 [&row](const TextFrame& frame) { return frame.image == row.image; });
  const auto symbol = trim(rest.substr(split));
  // A sentence has several words; a name has them only in its argument list.
  const bool one_word = symbol.substr(0, symbol.find('(')).find(' ') == std::string_view::npos;
  const bool is_name = !symbol.empty() && !is_digit(symbol.front());
  if (!is_name || (!columns && !known) || (!one_word && !is_method_name(symbol))) return std::nullopt;
  read_symbol(symbol, row.frame);
  if (!row.frame.symbol) return std::nullopt;
  return row;
}

std::optional<Image> parse_image_line(std::string_view line) {
  auto rest = trim(line);
  const auto start = take_hex(rest);
  skip_whitespace(rest);
  if (!start || !rest.starts_with('-')) return std::nullopt;
  rest.remove_prefix(1);
  skip_whitespace(rest);
  const auto end = take_hex(rest);
  if (!end || rest.empty() || !is_space(rest.front())) return std::nullopt;

  Image image;
  image.source = "P";
  image.base = RuntimeAddress{*start};
  image.size_bytes = *end - *start + 1;
  // The UUID is the last thing in angle brackets before the path; names may hold such brackets, too.
  auto close = rest.find("> /");
  if (close == std::string_view::npos) close = rest.rfind('>');
  const auto open = close == std::string_view::npos ? close : rest.rfind('<', close);
  if (open == std::string_view::npos) {
    read_image_label(rest, image);
    return image;
  }
  const auto uuid = Uuid::parse(rest.substr(open + 1, close - open - 1));
  if (uuid && !uuid->is_zero()) image.uuid = uuid;
  // Jailbroken phones add where a package came from.
  const auto path = trim(rest.substr(close + 1, rest.find(" {\"", close) - close - 1));
  if (!path.empty() && path != "???") image.path = std::string(path);
  read_image_label(rest.substr(0, open), image);
  separate_name_from_identifier(image);
  if (*start == 0 && *end == UINT64_MAX) {
    image.source = "A";
    image.size_bytes = 0;
  }
  return image;
}

namespace {

/// Where behind a register's description the next register begins: `(arg)  x2: 0x…`; npos if none does.
std::size_t next_register(std::string_view text) {
  for (auto at = text.find(": 0x"); at != text.npos; at = text.find(": 0x", at + 1)) {
    const auto blank = text.substr(0, at).rfind(' ');
    const auto length = blank == text.npos ? 0 : at - blank - 1;
    const auto name = text.substr(at - length, length);
    const bool is_name = length >= 2 && length <= 6 && std::all_of(name.begin(), name.end(), is_alphanumeric);
    if (is_name) return blank;
  }
  return text.npos;
}

}  // namespace

bool parse_register_line(std::string_view line, std::vector<Register>& registers) {
  auto rest = line;
  bool any = false;
  while (true) {
    skip_whitespace(rest);
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > 6) break;
    const auto name = rest.substr(0, colon);
    if (name.find(' ') != std::string_view::npos) break;
    auto value = rest.substr(colon + 1);
    skip_whitespace(value);
    if (value.starts_with("<unavailable>")) {  // Rosetta has no rip.
      rest = value.substr(13);
      any = true;
      continue;
    }
    const auto number = take_hex(value);
    if (!number) break;
    auto& reg = registers.emplace_back();
    reg.name = name == "rfl" ? "rflags" : std::string(name);
    reg.value = *number;
    rest = value;
    any = true;
    // Exactly one space divides value and description; the description may begin with one of its own.
    if (value.size() > 1 && value.front() == ' ' &&
        (value[1] == '(' || (value[1] == ' ' && reg.name == "esr"))) {
      const auto next = next_register(value.substr(1));
      const auto text = value.substr(1, next);
      if (!trim(text).empty()) reg.description = std::string(next == value.npos ? text : trim(text));
      if (next == value.npos) break;
      rest = value.substr(1 + next);
    }
  }
  return any;
}

bool parse_instruction_row(std::string_view line, InstructionState& state) {
  std::size_t at = 0;
  std::size_t count = 0;
  while (count < 16 && at + 2 < line.size() + 1) {
    const bool marked = at < line.size() && line[at] == '[';
    if (at < line.size() && (is_space(line[at]) || line[at] == '-' || line[at] == '[' || line[at] == ']')) {
      if (is_space(line[at]) && at + 1 < line.size() && is_space(line[at + 1]) && count > 0) break;
      ++at;
      if (!marked) continue;
    }
    if (at + 1 >= line.size() || !is_hex_digit(line[at]) || !is_hex_digit(line[at + 1])) break;
    unsigned byte = 0;
    std::from_chars(line.data() + at, line.data() + at + 2, byte, 16);
    if (marked) state.offset = state.bytes.size();
    state.bytes.push_back(static_cast<std::uint8_t>(byte));
    at += 2;
    ++count;
  }
  return count > 0;
}

}  // namespace faultline
