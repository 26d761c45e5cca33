#include "app/ingest/trial_counts.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Record {
  std::size_t line = 0;  // Where it begins.
  std::vector<std::string> fields;
  bool is_open = false;  // A quote was never closed.
};

/// The records of a CSV text; empty lines are none.
std::vector<Record> read_records(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<Record> records;
  std::size_t line = 1;
  std::size_t at = 0;
  while (at < text.size()) {
    Record record{line, {}, false};
    std::string field;
    bool quoted = false;
    bool done = false;
    for (; at < text.size() && !done; ++at) {
      const char c = text[at];
      if (c == '\n') ++line;
      if (quoted) {
        if (c != '"') {
          field += c;
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          field += c;
          ++at;
        } else {
          quoted = false;
        }
      } else if (c == '"' && field.empty()) {
        quoted = true;
      } else if (c == ',') {
        record.fields.push_back(std::move(field));
        field.clear();
      } else if (c == '\n') {
        done = true;
      } else if (c != '\r') {
        field += c;
      }
    }
    record.fields.push_back(std::move(field));
    record.is_open = quoted;
    if (record.fields.size() > 1 || !record.fields.front().empty()) records.push_back(std::move(record));
  }
  return records;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_real(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0' && std::isfinite(value) &&
         text.find_first_not_of("+-0123456789.eE") == std::string::npos;
}

/// Keeps the type that all values so far allow.
ParameterType narrowed(std::optional<ParameterType> before, const std::string& value) {
  const ParameterType own = whole_number(value)                   ? ParameterType::integer
                            : is_real(value)                      ? ParameterType::real
                            : value == "true" || value == "false" ? ParameterType::boolean
                                                                  : ParameterType::text;
  if (!before || *before == own) return own;
  const auto is_number = [](ParameterType type) {
    return type == ParameterType::integer || type == ParameterType::real;
  };
  return is_number(*before) && is_number(own) ? ParameterType::real : ParameterType::text;
}

class CountsReader {
 public:
  CountsReader(const std::vector<Record>& records, std::string source)
      : records_(records), source_(std::move(source)) {}

  Result<CountsFile> read() {
    TRY(read_names());
    for (std::size_t i = 1; i < records_.size(); ++i) read_row(records_[i]);
    for (ImportedCount& count : out_.counts) {
      for (auto& [name, value] : count.cell.parameters) value.type = types_.at(name);
    }
    return std::move(out_);
  }

 private:
  Result<void> read_names() {
    if (records_.empty()) {
      return fail(ErrorKind::parse,
                  source_ + " is empty; wanted a line of names, as threads,lock,trials,crashed");
    }
    for (const std::string& field : records_[0].fields) names_.emplace_back(trimmed(field));
    for (const char* needed : {"trials", "crashed"}) {
      if (std::count(names_.begin(), names_.end(), needed) == 1) continue;
      return fail(ErrorKind::parse,
                  fmt::format("{}:1: there must be one column `{}`; wanted a line of names, as "
                              "threads,lock,trials,crashed",
                              source_, needed));
    }
    for (const std::string& name : names_) {
      if (name.empty() || std::count(names_.begin(), names_.end(), name) > 1)
        return fail(ErrorKind::parse,
                    fmt::format("{}:1: a column needs a name of its own, not `{}`", source_, name));
    }
    return {};
  }

  void read_row(const Record& record) {
    const auto bad = [&](std::string message) { out_.problems.push_back({record.line, std::move(message)}); };
    if (record.is_open) return bad("a quote is opened and never closed");
    if (record.fields.size() != names_.size()) {
      return bad(
          fmt::format("{} fields, where the line of names has {}", record.fields.size(), names_.size()));
    }
    ImportedCount count;
    count.source = source_;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string value(trimmed(record.fields[i]));
      if (names_[i] == "trials" || names_[i] == "crashed") {
        const auto number = whole_number(value);
        if (!number || *number < 0)
          return bad(fmt::format("{} is `{}`; wanted a whole number", names_[i], value));
        (names_[i] == "trials" ? count.trials : count.crashed) = *number;
      } else if (names_[i] == "workload") {
        count.cell.workload = value;
      } else if (!value.empty()) {
        count.cell.parameters.emplace_back(names_[i],
                                           ParameterValue{value, value, ParameterType::text, false});
      }
    }
    if (count.trials == 0) return bad("trials is 0; a cell without trials says nothing");
    if (count.crashed > count.trials)
      return bad(
          fmt::format("{} crashed of {} trials; no more can crash than ran", count.crashed, count.trials));
    const auto [first, is_new] =
        lines_.try_emplace(count.cell.workload + "\n" + count.cell.text(), record.line);
    if (!is_new)
      return bad(
          fmt::format("the cell of line {} again; add the two up, if both were measured", first->second));
    for (const auto& [name, value] : count.cell.parameters) {
      const auto known = types_.find(name);
      types_[name] =
          narrowed(known == types_.end() ? std::nullopt : std::optional(known->second), value.label);
    }
    out_.counts.push_back(std::move(count));
  }

  const std::vector<Record>& records_;
  std::string source_;
  std::vector<std::string> names_;
  std::map<std::string, ParameterType> types_;
  std::map<std::string, std::size_t> lines_;
  CountsFile out_;
};

}  // namespace

Result<CountsFile> parse_trial_counts(std::string_view text, const std::string& source) {
  return CountsReader(read_records(text), source).read();
}

}  // namespace faultline
