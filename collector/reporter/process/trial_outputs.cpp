#include "collector/reporter/process/trial_outputs.h"

#include <chrono>
#include <utility>

namespace faultline {
namespace {

constexpr std::chrono::milliseconds kGuardPause{1000};
constexpr std::chrono::milliseconds kBusyGuardPause{50};
constexpr std::uint64_t kBusyBytes = 4ULL << 20;

}  // namespace

Result<void> TrialOutputs::open(const std::filesystem::path& folder, std::uint64_t limit_bytes) {
  for (const auto* name : {"stdout", "stderr"}) {
    TRY_ASSIGN(auto file, OutputFile::create(folder / name, limit_bytes));
    files_.push_back(std::move(file));
  }
  return {};
}

void TrialOutputs::start_guard(MonotonicTime now) { guard_at_ = now + kGuardPause; }

void TrialOutputs::guard(MonotonicTime now) {
  if (now < guard_at_) return;
  std::uint64_t grown = 0;
  for (auto& file : files_) grown += file.guard();
  guard_at_ = now + (grown >= kBusyBytes ? kBusyGuardPause : kGuardPause);
}

Result<void> TrialOutputs::finish() {
  for (auto& file : files_) TRY(file.finish());
  return {};
}

}  // namespace faultline
