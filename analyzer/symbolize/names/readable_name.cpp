#include "analyzer/symbolize/names/readable_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "analyzer/names/demangle.h"
#include "core/process/tool_process.h"

namespace faultline {
namespace {

/// swift-demangle recurses as deep as a name says; a longer one is damage or an attack.
constexpr std::size_t kLongestSwiftName = 16384;

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return text.starts_with(prefix); });
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

std::string readable_name(std::string_view linkage_name) {
  if (linkage_name.size() > 2 && linkage_name.front() == '"' && linkage_name.back() == '"') {
    linkage_name = linkage_name.substr(1, linkage_name.size() - 2);
  }
  // Swift's own tool says more, where there is one; whoever shows the name reads what is left.
  return is_swift_name(linkage_name) ? std::string(linkage_name) : demangled(linkage_name);
}

std::string_view ReadableNames::of(std::string_view linkage_name) {
  const std::lock_guard lock(mutex_);
  auto known = known_.find(linkage_name.data());
  if (known == known_.end()) {
    known = known_.emplace(linkage_name.data(), readable_name(linkage_name)).first;
  }
  return known->second;  // The elements of a map stay where they are.
}

bool is_swift_name(std::string_view name) {
  return starts_with_any(name, {"$s", "$S", "_$s", "_$S", "_T0", "__T0"});
}

std::map<std::string, std::string> SwiftDemangler::demangle(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> unknown;
  for (const auto& name : names) {
    if (is_swift_name(name) && name.size() <= kLongestSwiftName && name.find('\n') == std::string::npos &&
        !known_.contains(name)) {
      unknown.push_back(name);
    }
  }
  std::sort(unknown.begin(), unknown.end());
  unknown.erase(std::unique(unknown.begin(), unknown.end()), unknown.end());
  if (!unknown.empty() && !program_.empty()) {
    ToolRun run;
    run.argv = {program_.string(), "-compact"};
    for (const auto& name : unknown) run.input.append(name).append("\n");
    auto outcome = run_tool(run);
    if (!outcome && !program_.has_parent_path()) {
      // Xcode keeps its tools out of PATH and starts them by xcrun.
      run.argv.insert(run.argv.begin(), "xcrun");
      outcome = run_tool(run);
    }
    const auto answers = outcome ? lines_of(outcome->output) : std::vector<std::string>();
    if (outcome && outcome->exit_code == 0 && answers.size() == unknown.size()) {
      for (std::size_t i = 0; i < unknown.size(); ++i) {
        if (!answers[i].empty()) known_.emplace(unknown[i], answers[i]);
      }
    } else {
      program_.clear();
    }
  }
  std::map<std::string, std::string> readable;
  for (const auto& name : names) {
    if (const auto found = known_.find(name); found != known_.end()) readable.insert(*found);
  }
  return readable;
}

}  // namespace faultline
