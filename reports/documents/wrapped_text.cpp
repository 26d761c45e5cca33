#include "reports/documents/wrapped_text.h"

#include <algorithm>

#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

constexpr std::string_view kIndent = "  ";
/// A name that is longer than this stands on a line of its own.
constexpr std::size_t kLongestName = 34;
/// The first word of a code line goes on below what follows it, if that begins this early.
constexpr std::size_t kHangingCode = 8;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t leading_spaces(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// Lines of whole words: a name that was broken would be found by nobody, the search for leaks included.
std::vector<std::string> wrap_words(std::string_view text, std::size_t room) {
  std::vector<std::string> lines(1);
  std::size_t width = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find(' ', text.find_first_not_of(' ')), text.size());
    const std::string_view word = text.substr(0, end);  // With the spaces before it.
    const std::size_t word_width = display_width(word);
    if (width > 0 && width + word_width > room) {
      lines.emplace_back(word.substr(leading_spaces(word)));
      width = display_width(lines.back());
    } else {
      lines.back() += word;
      width += word_width;
    }
    text.remove_prefix(end);
  }
  return lines;
}

/// `beginning` and the lines behind it, below each other.
std::string behind(const std::string& beginning, const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += (out.empty() ? beginning : std::string(display_width(beginning), ' ')) + line + "\n";
  }
  return out;
}

std::size_t room_behind(const std::string& beginning) {
  const std::size_t column = display_width(beginning);
  return kWrappedColumns > column ? kWrappedColumns - column : 1;
}

std::string hanging(const std::string& beginning, std::string_view text) {
  return behind(beginning, wrap_words(text, room_behind(beginning)));
}

constexpr std::string_view kBoundBlank = "\u00a0";
/// Longer brackets are no intervals.
constexpr std::size_t kLongestInterval = 30;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// Words of a line with one space between them, where a percentage or an interval counts as one word:
/// `75 % [35 %, 97 %]` is broken before the bracket alone.
std::string bound_words(std::string_view text) {
  std::string out;
  std::size_t interval_end = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') {
      const auto end = text.find(']', i);
      if (end != std::string_view::npos && end - i <= kLongestInterval) interval_end = end;
    }
    if (text[i] != ' ') {
      out += text[i];
    } else if (i < interval_end || text.substr(i + 1, 1) == "%") {
      out += kBoundBlank;
    } else if (text.substr(i + 1, 1) != " ") {
      out += ' ';
    }
  }
  return out;
}

/// Text that was written as one line, with its numbers whole.
std::string hanging_words(const std::string& beginning, std::string_view raw) {
  return replaced(hanging(beginning, bound_words(escape_line(raw))), kBoundBlank, " ");
}

/// Columns of a line of code stand two spaces and more apart: it is broken between them, if it must be.
std::vector<std::string> broken_at_gaps(std::string_view line, std::size_t room) {
  std::vector<std::string> lines;
  while (display_width(line) > room) {
    std::size_t end = std::string_view::npos;  // Of the columns that fit.
    for (auto gap = line.find("  ");
         gap != std::string_view::npos && display_width(line.substr(0, gap)) <= room;
         gap = line.find("  ", line.find_first_not_of(' ', gap))) {
      end = gap;
    }
    if (end == std::string_view::npos) break;
    lines.emplace_back(line.substr(0, end));
    line.remove_prefix(line.find_first_not_of(' ', end));
  }
  for (auto& rest : wrap_words(line, room)) lines.push_back(std::move(rest));
  return lines;
}

std::string plain_facts(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::vector<std::string> names;
  std::size_t width = 0;
  for (const auto& [name, value] : rows) {
    names.push_back(escape_line(name));
    const std::size_t length = display_width(names.back());
    if (length <= kLongestName) width = std::max(width, length);
  }
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t length = display_width(names[i]);
    std::string beginning(kIndent);
    if (length > width) {
      out += hanging(beginning, names[i]);
      beginning += std::string(width + kIndent.size(), ' ');
    } else {
      beginning += names[i] + std::string(width - length + kIndent.size(), ' ');
    }
    out += hanging_words(beginning, rows[i].second);
  }
  return out;
}

std::string plain_code(std::string_view code) {
  const auto lines = lines_of(escape_text(code));
  std::size_t common = kWrappedColumns;
  for (const auto& line : lines) {
    if (!line.empty()) common = std::min(common, leading_spaces(line));
  }
  std::string out;
  for (const auto& line : lines) {
    auto text = std::string_view(line).substr(std::min(common, line.size()));
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    if (text.empty()) {
      out += "\n";
      continue;
    }
    const auto gap = text.find("  ", leading_spaces(text));
    auto begins = gap == std::string_view::npos ? gap : text.find_first_not_of(' ', gap);
    if (begins == std::string_view::npos || begins > kHangingCode) begins = leading_spaces(text);
    const std::string beginning = std::string(kIndent) + std::string(text.substr(0, begins));
    out += behind(beginning, broken_at_gaps(text.substr(begins), room_behind(beginning)));
  }
  return out;
}

std::string plain_fold(const Block& block) {
  return hanging_words(std::string(kIndent), block.text) + plain_blocks(block.blocks);
}

std::string plain_block(const Block& block) {
  std::string out;
  switch (block.kind) {
    case Block::Kind::paragraph:
    case Block::Kind::strong:
      return hanging_words(std::string(kIndent), block.text);
    case Block::Kind::list:
      for (const auto& item : block.items) out += hanging_words("  - ", item);
      return out;
    case Block::Kind::facts:
      return plain_facts(block.rows);
    case Block::Kind::table:
      return plain_table(block.table->people);
    case Block::Kind::fold:
      return plain_fold(block);
    case Block::Kind::rerun:
      return std::string(kIndent) + "Rerun: " + escape_line(block.text) + "\n";
    case Block::Kind::plot:
      return {};
    case Block::Kind::command:
      return std::string(kIndent) + escape_line(block.text) + "\n";
    case Block::Kind::code:
      break;
  }
  return plain_code(block.text);
}

void append(std::string& list, std::string_view separator, const std::string& one) {
  if (!list.empty()) list += separator;
  list += one;
}

}  // namespace

std::string plain_blocks(const std::vector<Block>& blocks) {
  std::string out;
  for (const Block& block : blocks) out += plain_block(block);
  return out;
}

std::string plain_table(const Table& table) {
  std::string out;
  if (!table.caption.empty()) out += plain_blocks({Block::paragraph(table.caption)});
  for (const auto& row : table.rows) {
    std::string names;
    std::string values;
    std::string command;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Column& column = table.columns[i];
      const std::string value = cell_text(row[i], column);
      if (value.empty()) continue;
      if (column.key == "command") {
        command = value;
      } else if (column.names_row) {
        append(names, ", ", column.title + " " + value);
      } else {
        // The caption says what the rate is of.
        append(values, "; ", column.key == "rate" ? value : column.title + " " + value);
      }
    }
    append(names, ": ", values);
    out += plain_blocks({Block::list({names})});
    if (!command.empty()) out += "    " + escape_line(command) + "\n";
  }
  if (table.rows.empty()) out += "  none\n";
  for (const auto& note : table.footnotes) out += plain_blocks({Block::paragraph(note)});
  return out;
}

std::string plain_prose(std::string_view prose) {
  std::string out;
  for (const auto& line : lines_of(prose)) {
    const std::string indent = line.substr(0, leading_spaces(line));
    out += hanging(indent, std::string_view(line).substr(indent.size()));
  }
  return out;
}

}  // namespace faultline
