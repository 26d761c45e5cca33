// toml++ is used header-only and without exceptions, as everywhere: its bodies must be the same in one
// program.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include "reports/bundles/feedback_prose.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

namespace faultline {
namespace {

constexpr std::string_view kHead =
    "# What a person says in this bundle. It is kept when the rest is made anew:\n"
    "# fill in what is empty, then run the same `faultline feedback` again.\n";

/// A comment must stay one, whatever a site is called.
std::string comment(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return out;
}

std::string field_text(const ProseField& field, std::string_view title_hint) {
  std::string text = fmt::format("\n# {}{}\n", field.hint, field.required ? "" : " (may stay empty)");
  if (std::string_view(field.name) == "title" && !title_hint.empty()) {
    text += "# For example: " + comment(title_hint) + "\n";
  }
  const bool is_list = std::string_view(field.name) == "links";
  return text + fmt::format("{} = {}\n", field.name, is_list ? "[]" : "\"\"");
}

std::string names() {
  std::string all;
  for (const auto& field : prose_fields()) all += (all.empty() ? "" : ", ") + std::string(field.name);
  return all;
}

Result<std::string> value_of(const toml::node& node, std::string_view name) {
  if (const auto text = node.value<std::string>(); text && node.is_string()) return *text;
  std::string lines;
  if (const auto* list = node.as_array()) {
    for (const auto& item : *list) {
      const auto text = item.value<std::string>();
      if (!text || !item.is_string()) break;
      lines += "- " + *text + "\n";
    }
    if (list->empty() || !lines.empty()) return lines;
  }
  return fail(ErrorKind::invalid_argument, fmt::format("feedback.toml, line {}: {} must be text in quotes",
                                                       node.source().begin.line, name));
}

}  // namespace

const std::vector<ProseField>& prose_fields() {
  static const std::vector<ProseField> kFields{
      {"title", "One line: what crashes, doing what", true},
      {"category", "The vendor's area and type of issue, as its form calls them", true},
      {"severity", "How bad it is, in the words of the form", true},
      {"impact", "Whom it stops, from doing what", true},
      {"expected", "What should happen; empty: that the process ends by itself", false},
      {"setup", "What must be installed or compiled before the steps", false},
      {"analysis", "Your own reading of the cause, with what it rests on", false},
      {"suggested_fix", "What would help", false},
      {"contact", "Who answers questions, and how", true},
      {"links", "Related threads and reports", false},
      {"feedback_number", "The vendor's number, once there is one", false},
      {"supersedes", "An earlier claim that this bundle corrects", false},
      {"sysdiagnose", "Taken right after a crash, as FILE, or why not", true},
      {"log_collect", "`log collect` of the minutes around a crash, as FILE, or why not", true},
      {"latest_beta", "Tried on the newest beta: which build, and what came of it; or not tried", true}};
  return kFields;
}

Result<FeedbackProse> read_prose(std::string_view existing, std::string_view title_hint) {
  FeedbackProse prose;
  prose.file = existing.empty() ? std::string(kHead) : std::string(existing);
  const toml::parse_result parsed = toml::parse(existing, std::string_view("feedback.toml"));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorKind::parse, fmt::format("feedback.toml, line {}: {}", error.source().begin.line,
                                              std::string(error.description())));
  }
  for (const auto& [key, node] : parsed.table()) {
    const std::string name(key.str());
    const auto& fields = prose_fields();
    if (std::none_of(fields.begin(), fields.end(),
                     [&](const ProseField& field) { return field.name == name; })) {
      return fail(ErrorKind::invalid_argument,
                  fmt::format("feedback.toml, line {}: there is no field {}; there are {}",
                              node.source().begin.line, name, names()));
    }
    TRY_ASSIGN(prose.values[name], value_of(node, name));
  }
  if (!prose.file.empty() && prose.file.back() != '\n') prose.file += '\n';
  for (const auto& field : prose_fields()) {
    if (!prose.values.contains(field.name)) prose.file += field_text(field, title_hint);
    const auto& value = prose.values[field.name];
    if (field.required && value.find_first_not_of(" \t\n") == std::string::npos)
      prose.open.emplace_back(field.name);
  }
  return prose;
}

}  // namespace faultline
