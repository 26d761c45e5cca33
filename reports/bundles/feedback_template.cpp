#include "reports/bundles/feedback_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/files/text_file.h"

namespace faultline {
namespace {

/// Without the line ends around it; the indentation of its first line stays.
std::string without_outer_line_ends(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
  return std::string(text.substr(0, text.find_last_not_of("\n ") + 1));
}

Failure unknown_name(const FeedbackTemplate& form, std::size_t at, const std::string& name,
                     const std::map<std::string, std::string>& values) {
  const auto line =
      1 + std::count(form.text.begin(), form.text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  std::string known;
  for (const auto& [key, value] : values) known += (known.empty() ? "" : ", ") + key;
  return fail(ErrorKind::invalid_argument,
              fmt::format("template {}, line {}: there is no {{{{{}}}}}; there are {}", form.name, line, name,
                          known));
}

std::string without_gaps(const std::string& text) {
  std::string out;
  int breaks = 2;
  for (const char c : text) {
    breaks = c == '\n' ? breaks + 1 : 0;
    if (breaks < 3) out += c;
  }
  return without_outer_line_ends(out) + "\n";
}

}  // namespace

Result<std::vector<FeedbackTemplate>> load_feedback_templates(const std::filesystem::path& folder) {
  auto templates = own_feedback_templates();
  if (folder.empty()) return templates;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorKind::invalid_argument, "--templates: " + folder.string() + " is no folder");
  }
  for (auto& form : templates) {
    if (!std::filesystem::exists(folder / form.name, error)) continue;
    TRY_ASSIGN(form.text, read_file(folder / form.name));
  }
  return templates;
}

Result<std::string> fill_template(const FeedbackTemplate& form,
                                  const std::map<std::string, std::string>& values) {
  std::string out;
  std::size_t done = 0;
  for (auto at = form.text.find("{{"); at != std::string::npos; at = form.text.find("{{", done)) {
    const auto end = form.text.find("}}", at);
    if (end == std::string::npos) break;
    const auto name = form.text.substr(at + 2, end - at - 2);
    const auto value = values.find(name);
    if (value == values.end()) return unknown_name(form, at, name, values);
    out += form.text.substr(done, at - done) + without_outer_line_ends(value->second);
    done = end + 2;
  }
  return without_gaps(out + form.text.substr(done));
}

}  // namespace faultline
