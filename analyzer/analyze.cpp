#include "analyzer/analyze.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "analyzer/fault/fault_rules.h"
#include "analyzer/names/demangle.h"
#include "analyzer/site/crash_site_rules.h"
#include "analyzer/site/portrait.h"
#include "core/text/ascii.h"

namespace faultline {

namespace {

/// Says that names stay mangled; once for a report, since one stack has the same name in many frames.
void note_names_given_up(CrashReport& report) {
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    const auto& frames = report.threads[i].frames;
    for (std::size_t j = 0; j < frames.size(); ++j) {
      if (!frames[j].symbol || !frames[j].symbol->starts_with('_') || !demangle(*frames[j].symbol).given_up)
        continue;
      report.issues.push_back({fmt::format("/threads/{}/frames/{}/symbol", i, j),
                               fmt::format("the mangled name of {} characters is too long or too large to be "
                                           "read and stays as it is",
                                           frames[j].symbol->size())});
      return;
    }
  }
}

/// Old Rust names are C++ names with a hash of the build at their end: `prog::main::h0123456789abcdef`.
std::string without_rust_hash(std::string text) {
  constexpr std::size_t kHash = 19;  // `::h` and 16 digits.
  if (text.size() <= kHash) return text;
  const std::string_view end = std::string_view(text).substr(text.size() - kHash);
  const bool is_hash = end.starts_with("::h") && std::all_of(end.begin() + 3, end.end(), is_hex_digit);
  if (is_hash) text.resize(text.size() - kHash);
  return text;
}

}  // namespace

std::string rules_version(const SiteRules& rules) {
  std::string version(kRulesVersion);
  if (!rules.hash.empty()) version += "+" + rules.hash;
  return version;
}

Analysis analyze(CrashReport report, const SiteRules& rules, std::string_view output_gpu_error) {
  Analysis out;
  out.report = std::move(report);
  note_names_given_up(out.report);
  out.fault = explain_fault(out.report, output_gpu_error);
  out.site = find_crash_site(out.report, out.fault, rules);
  out.portrait = draw_portrait(out.report, out.site);
  out.labels = find_labels(out.report, out.site, rules);
  out.rules_version = rules_version(rules);
  return out;
}

void make_names_readable(CrashReport& report) {
  const auto read_all = [](std::vector<Frame>& frames) {
    for (auto& frame : frames) {
      if (frame.symbol) frame.symbol = without_rust_hash(demangled(*frame.symbol));
    }
  };
  for (auto& thread : report.threads) read_all(thread.frames);
  read_all(report.last_exception_backtrace);
}

std::optional<OutputSite> analyze_output(std::string_view output, std::string_view process,
                                         const SiteRules& rules) {
  auto site = find_site_in_output(output, process);
  if (!site) return std::nullopt;
  auto labels = find_labels(CrashReport{}, *site, rules);
  return OutputSite{std::move(*site), std::move(labels), rules_version(rules)};
}

}  // namespace faultline
