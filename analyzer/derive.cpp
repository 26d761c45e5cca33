#include "analyzer/derive.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <utility>

#include "analyzer/analyze.h"
#include "analyzer/parse/parse_report.h"
#include "analyzer/symbolize/symbolize_report.h"

namespace faultline {
namespace {

Analysis derive_or_throw(std::string_view bytes, ReportOrigin origin, const SiteRules& rules,
                         Symbolizer* symbolizer, std::string_view output_gpu_error) {
  CrashReport report;
  if (bytes.size() > kParseLimitBytes) {
    report.kind = ReportKind::unreadable;
    report.issues.push_back(
        {"", fmt::format("{} bytes are more than the {} MiB that are parsed; kept as it is", bytes.size(),
                         kParseLimitBytes >> 20)});
  } else {
    report = parse_report(bytes);
  }
  // A document that says of itself that it was put together by hand stays what it is.
  if (report.origin != ReportOrigin::reconstructed) report.origin = origin;
  if (symbolizer != nullptr && report.kind == ReportKind::crash) {
    report = symbolizer->symbolize(std::move(report)).report;
  }
  return analyze(std::move(report), rules, output_gpu_error);
}

}  // namespace

Analysis unanalysed(ReportOrigin origin, std::string_view why) {
  Analysis analysis;
  analysis.report.kind = ReportKind::unanalysed;
  analysis.report.origin = origin;
  analysis.report.issues.push_back(
      {"", fmt::format("Faultline's own analysis {}; the bytes are kept, and faultline reanalyze tries again",
                       why)});
  analysis.fault.sentence = "not analysed: Faultline's own analysis failed";
  return analysis;
}

Analysis derive(std::string_view bytes, ReportOrigin origin, const SiteRules& rules, Symbolizer* symbolizer,
                std::string_view output_gpu_error, FrameNames names) {
  try {
    Analysis analysis = derive_or_throw(bytes, origin, rules, symbolizer, output_gpu_error);
    if (names == FrameNames::readable) make_names_readable(analysis.report);
    return analysis;
  } catch (const std::exception& error) {
    return unanalysed(origin, fmt::format("failed ({})", error.what()));
  }
}

std::optional<OutputSite> derive_output_site(const Trial& trial, const SiteRules& rules) {
  if (!trial.uncaptured || trial.argv.empty()) return std::nullopt;
  return analyze_output(trial.stderr_tail, std::filesystem::path(trial.argv.front()).filename().string(),
                        rules);
}

DerivationBatch::DerivationBatch(std::size_t count, std::function<void(std::size_t index)> derive_one)
    : count_(count), derive_one_(std::move(derive_one)) {
  const auto work = [this] {
    for (std::size_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) derive_one_(i);
  };
  const auto thread_count = std::min<std::size_t>(std::max(1U, std::thread::hardware_concurrency()), count);
  for (std::size_t i = 0; i < thread_count; ++i) threads_.emplace_back(work);
}

DerivationBatch::~DerivationBatch() { wait(); }

void DerivationBatch::wait() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace faultline
