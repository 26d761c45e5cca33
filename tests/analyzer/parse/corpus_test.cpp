// Every real report beside the project, against what an independent reader found in it.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "core/files/text_file.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::string cell;
  std::istringstream stream(line);
  while (std::getline(stream, cell, separator)) cells.push_back(cell);
  if (!line.empty() && line.back() == separator) cells.emplace_back();
  return cells;
}

std::vector<Row> expected_rows() {
  std::ifstream file(corpus_folder() / "expected.tsv");
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line);
  const auto names = split(line, '\t');
  while (std::getline(file, line)) {
    const auto cells = split(line, '\t');
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < cells.size() ? cells[i] : "";
    rows.push_back(row);
  }
  return rows;
}

std::string number(const std::optional<std::uint64_t>& value) { return value ? std::to_string(*value) : ""; }

void take_top_frame(const CrashReport& report, const Thread& thread, Row& row) {
  if (thread.frames.empty()) return;
  const auto& top = thread.frames[0];
  const auto* image = report.image_of(top);
  if (image != nullptr) row["top_image"] = image->name.value_or("");
  row["top_symbol"] = top.symbol.value_or("");
  row["top_code_offset"] = number(top.symbol_location);
}

/// What we say, in the words of expected.tsv.
Row found_row(const CrashReport& report) {
  Row row;
  row["bug_type"] = report.header.bug_type.value_or("");
  row["incident"] = report.incident.value_or("");
  row["process"] = report.process_name.value_or("");
  row["pid"] = report.pid ? std::to_string(*report.pid) : "";
  row["os_build"] = report.os.build.value_or("");
  row["cpu"] = report.cpu_type.value_or("");
  if (report.exception) {
    row["exception"] = report.exception->type;
    row["signal"] = report.exception->signal.value_or("");
    for (const auto code : report.exception->raw_codes) {
      row["codes"] += (row["codes"].empty() ? "" : ",") + std::to_string(code);
    }
  }
  const auto number_shown = report.crashed_thread_number();
  const auto index = report.crashed_thread_index();
  if (index) {
    row["crashed_thread"] = std::to_string(*index);
  } else if (number_shown) {
    row["crashed_thread"] = std::to_string(*number_shown);
  }
  row["threads"] = std::to_string(report.threads.size());
  row["images"] = std::to_string(report.images.size());
  if (index) {
    const auto& thread = report.threads[*index];
    take_top_frame(report, thread, row);
    if (thread.state && thread.state->find("far") != nullptr)
      row["far"] = std::to_string(thread.state->find("far")->value);
  }
  return row;
}

std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
      out += '\n';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

TEST(CorpusTest, EveryReportAgreesWithAnIndependentReader) {
  SKIP_WITHOUT_CORPUS();
  const auto rows = expected_rows();
  ASSERT_GT(rows.size(), 50U);
  for (const auto& row : rows) {
    SCOPED_TRACE(row.at("file"));
    const auto bytes = read_file(corpus_folder() / row.at("file"));
    ASSERT_TRUE(bytes) << bytes.error().text();
    const auto report = parse_report(*bytes);
    auto found = found_row(report);
    // Where the reader that made the table could not read the body, it knows less than we do.
    const bool body_was_read = !row.at("threads").empty();
    const bool is_folded = row.at("file").find("btnone") != std::string::npos;
    for (const auto& [name, expected] : row) {
      if (name == "file" || (expected.empty() && !body_was_read)) continue;
      if (name == "os_build" && !body_was_read) {
        EXPECT_EQ(report.header.os_version.value_or(""), expected);
        continue;
      }
      // A body without a process name borrows it from the header; the table has bodies only. Where
      // people folded header and body into one object, the table has no header at all.
      if (name == "process" && expected.empty() && found[name] == report.header.app_name) continue;
      if (is_folded && expected.empty() && (name == "bug_type" || name == "incident")) continue;
      EXPECT_EQ(found[name], unescape(expected)) << name;
    }
  }
}

}  // namespace
}  // namespace faultline
