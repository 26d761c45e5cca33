#include "reports/documents/site_baseline.h"

#include <algorithm>
#include <string_view>

namespace faultline {
namespace {

constexpr std::int64_t kEnough = 3;

// The physical function that called the site's frame.
std::string caller_of(const CrashReport& report, const CrashSite& site) {
  if (!site.thread_index || !site.frame_index || *site.thread_index >= report.threads.size()) return {};
  const auto& frames = report.threads[*site.thread_index].frames;
  for (std::size_t i = *site.frame_index + 1; i < frames.size(); ++i) {
    if (!frames[i].inlined) return frames[i].symbol.value_or("");
  }
  return {};
}

}  // namespace

std::string driver_version(const CrashReport& report) {
  for (const Image& image : report.images) {
    if (image.display_name().starts_with("AGXMetal")) {
      return image.bundle_short_version.value_or(image.bundle_version.value_or(""));
    }
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> comparable_facts(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  std::vector<std::pair<std::string, std::string>> out;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) out.emplace_back(name, value);
  };
  add("process", report.process_name.value_or(""));
  add("OS build", report.os.build.value_or(""));
  add("model", report.model.value_or(""));
  add("driver version", driver_version(report));
  add("exception", report.exception ? report.exception->type : "");
  add("base register", analysis.fault.base_register);
  add("instruction", analysis.fault.instruction);
  add("access", analysis.fault.access ? std::string(access_kind_text(*analysis.fault.access)) : "");
  if (analysis.fault.agrees) add("evidence agrees", *analysis.fault.agrees ? "yes" : "no");
  add("caller", caller_of(report, analysis.site));
  const auto crashed = report.crashed_thread_index();
  if (crashed) {
    add("thread name", report.threads[*crashed].name.value_or(""));
    add("queue", report.threads[*crashed].queue.value_or(""));
  }
  if (!report.threads.empty()) add("number of threads", std::to_string(report.threads.size()));
  add("phase", analysis.portrait.phase.empty() ? "running" : analysis.portrait.phase);
  const bool others = std::any_of(analysis.portrait.groups.begin(), analysis.portrait.groups.end(),
                                  [](const ThreadGroup& group) { return group.in_crash_image; });
  if (!analysis.portrait.groups.empty()) add("others in the same image", others ? "yes" : "no");
  return out;
}

void SiteBaseline::add(const Analysis& analysis) {
  ++crashes_;
  for (auto& [name, value] : comparable_facts(analysis)) ++values_[name][value];
}

std::vector<Difference> SiteBaseline::differences(const Analysis& analysis) const {
  std::vector<Difference> out;
  if (crashes_ < kEnough) return out;
  for (const auto& [name, here] : comparable_facts(analysis)) {
    const auto found = values_.find(name);
    if (found == values_.end()) continue;
    Difference difference{name, here, {}, 0, 0};
    for (const auto& [value, count] : found->second) {
      difference.compared += count;
      if (count > difference.with_usual) {
        difference.with_usual = count;
        difference.usual = value;
      }
    }
    const bool is_usual = difference.with_usual * 2 > difference.compared;
    if (is_usual && difference.compared >= kEnough && difference.usual != here) out.push_back(difference);
  }
  return out;
}

}  // namespace faultline
