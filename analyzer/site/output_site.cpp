// Sites of crashes that left no report, from what the process wrote.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "analyzer/fault/facts/abort_message.h"
#include "analyzer/site/crash_site_rules.h"
#include "analyzer/site/site_text.h"
#include "analyzer/site/symbol_names.h"
#include "core/model/gpu_error.h"

namespace faultline {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// A stack frame written by hand, so that the same texts come out as for a report's.
CrashSite site_of(std::string image, std::string function, FaultKind kind,
                  const std::optional<AbortMessage>& words, const std::string& gpu_error = {}) {
  SiteFrame frame;
  frame.image = std::move(image);
  frame.function = normalised_function(function);
  FaultExplanation fault;
  fault.kind = kind;
  fault.gpu_error = gpu_error;
  CrashSite site;
  ChosenFrame chosen;
  chosen.frame = &frame;
  if (frame.function.empty()) {
    write_site_without_frame(frame.image, fault, CrashReport{}, words, site);
  } else {
    write_site(chosen, fault, CrashReport{}, words, site);
  }
  site.frame_index.reset();
  site.rule = "from_output";
  return site;
}

FaultKind kind_of(const AbortMessage& words) {
  switch (words.kind) {
    case AbortMessageKind::assertion:
      return FaultKind::assertion;
    case AbortMessageKind::uncaught_exception:
      return FaultKind::uncaught_exception;
    default:
      return FaultKind::abort;
  }
}

// `Fatal Python error: Segmentation fault`, then `Current thread 0x… (most recent call first):` and
// lines `  File "x.py", line 12 in name`.
std::optional<CrashSite> from_faulthandler(const std::vector<std::string_view>& lines) {
  bool fatal = false;
  bool current = false;
  for (const std::string_view line : lines) {
    fatal = fatal || line.find("Fatal Python error: ") != std::string_view::npos;
    if (fatal && line.starts_with("Current thread ")) {
      current = true;
      continue;
    }
    if (!current) continue;
    const auto file = line.find("File \"");
    const auto in = line.rfind(" in ");
    const auto close = line.find("\", line ");
    if (file == std::string_view::npos || in == std::string_view::npos || close == std::string_view::npos)
      break;
    std::string_view path = line.substr(file + 6, close - file - 6);
    if (const auto slash = path.rfind('/'); slash != std::string_view::npos) path.remove_prefix(slash + 1);
    CrashSite site =
        site_of(std::string(path), std::string(line.substr(in + 4)), FaultKind::unknown, std::nullopt);
    site.notes.push_back("from faulthandler's Python stack: the native function is not known");
    return site;
  }
  return std::nullopt;
}

// `… kIOGPUCommandBufferCallbackErrorInnocentVictim …`: the GPU's answer, printed by a framework.
std::optional<CrashSite> from_gpu_error(const std::vector<std::string_view>& lines,
                                        std::string_view process) {
  for (const std::string_view line : lines) {
    const auto error = find_gpu_error(line);
    if (!error) continue;
    CrashSite site = site_of(std::string(process), *error, FaultKind::abort, std::nullopt);
    site.notes.push_back("from a GPU error on its output");
    return site;
  }
  return std::nullopt;
}

// Messages name a method but not its image; Apple's GPU drivers name themselves in their classes.
std::string image_of_function(const std::string& function, std::string_view process) {
  const auto at = function.find("[AGXG");
  if (at == std::string::npos) return std::string(process);
  const auto family = function.find("Family", at);
  if (family == std::string::npos) return std::string(process);
  return "AGXMetal" + function.substr(at + 4, family - at - 4);
}

}  // namespace

std::optional<CrashSite> find_site_in_output(std::string_view output, std::string_view process) {
  const auto lines = lines_of(output);
  // What was written last is nearest to the crash.
  for (auto it = lines.rbegin(); it != lines.rend(); ++it) {
    auto words = read_abort_message(*it);
    if (!words || words->kind == AbortMessageKind::fatal_error) continue;
    CrashSite site = site_of(image_of_function(words->function, process), words->function, kind_of(*words),
                             words, find_gpu_error(output).value_or(""));
    site.notes.push_back("from a line on its output; no report");
    return site;
  }
  if (auto whole = read_abort_message(output); whole && whole->kind == AbortMessageKind::uncaught_exception) {
    CrashSite site = site_of(std::string(process), "", FaultKind::uncaught_exception, whole,
                             find_gpu_error(output).value_or(""));
    site.notes.push_back("from lines on its output; no report");
    return site;
  }
  if (auto site = from_gpu_error(lines, process)) return site;
  if (auto site = from_faulthandler(lines)) return site;
  for (auto it = lines.rbegin(); it != lines.rend(); ++it) {
    const auto words = read_abort_message(*it);
    if (!words) continue;
    CrashSite site = site_of(std::string(process), shortened_text(words->text, 80), FaultKind::abort, words);
    site.function.clear();
    site.notes.push_back("from a line on its output; no report");
    return site;
  }
  return std::nullopt;
}

}  // namespace faultline
