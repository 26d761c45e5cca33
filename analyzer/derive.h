// Raw bytes -> everything that is derived from one document.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "core/model/analysis.h"
#include "core/model/trial.h"

namespace faultline {

class Symbolizer;

/// Larger documents are kept as they are, and are not parsed.
inline constexpr std::uint64_t kParseLimitBytes = 64ULL << 20;

/// What stands in the store for a report on which our own code failed, with `why` as its issue: the end of
/// the sentence "Faultline's own analysis …". Its bytes are kept, and `reanalyze` tries again.
Analysis unanalysed(ReportOrigin origin, std::string_view why);

/// `as_reported`: for what prints a report as the system does.
enum class FrameNames { readable, as_reported };

/// Parses, symbolizes, explains and locates one document; frames are named by `symbolizer` first where one
/// is given, and judged by a user's own `rules` before the lists. `output_gpu_error`: what the output of the
/// report's trial named, see explain_fault(). Never fails: what nobody can read becomes a report of kind
/// `unreadable`, and what our own code fails on `unanalysed`, whose issues say why. Threads: several at once,
/// also with one symbolizer.
Analysis derive(std::string_view bytes, ReportOrigin origin, const SiteRules& rules,
                Symbolizer* symbolizer = nullptr, std::string_view output_gpu_error = {},
                FrameNames names = FrameNames::readable);

/// Where a trial that left no report crashed, as far as its stderr tells; nullopt for all others.
std::optional<OutputSite> derive_output_site(const Trial& trial, const SiteRules& rules);

/// Derives many documents at once, with as many threads as there are processors.
///
/// The work starts with the constructor, so that the caller may meanwhile read the next batch or write the
/// one before. Threads: `derive_one` is called from several, once for each index; the batch itself belongs
/// to one.
class DerivationBatch {
 public:
  DerivationBatch(std::size_t count, std::function<void(std::size_t index)> derive_one);
  DerivationBatch(const DerivationBatch&) = delete;
  DerivationBatch& operator=(const DerivationBatch&) = delete;
  ~DerivationBatch();

  /// Returns when all are derived. A second call returns at once.
  void wait();

 private:
  std::size_t count_;
  std::function<void(std::size_t)> derive_one_;
  std::atomic<std::size_t> next_{0};
  std::vector<std::thread> threads_;  // Apple's libc++ has no jthread. Last: they use the others.
};

}  // namespace faultline
