#include "collector/reporter/watch/process_sampler.h"

#include <fmt/format.h>

#include <system_error>

#include "collector/reporter/process/helper_program.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestSampleBytes = 64ULL << 20;

/// A sample on its way.
struct Sampling {
  pid_t pid = 0;
  std::filesystem::path file;
  Result<HelperProgram> program;
};

std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of(" \r\n");
  if (end == text.npos) return {};
  text = text.substr(0, end + 1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

Result<ProcessSample> finish(Sampling& sampling, HelperProgram::Deadline deadline) {
  if (!sampling.program) return fail(sampling.program.error());
  TRY_ASSIGN(const auto said, sampling.program->finish(deadline));
  std::error_code ignored;
  if (!std::filesystem::exists(sampling.file, ignored)) {
    return fail(ErrorKind::process,
                "it was refused: " + (said.empty() ? "nothing was said" : last_line(said)));
  }
  TRY_ASSIGN(const auto text, read_file(sampling.file, kLargestSampleBytes));
  return parse_sample_text(text);
}

}  // namespace

std::vector<std::pair<pid_t, Result<ProcessSample>>> take_samples(const std::vector<pid_t>& pids,
                                                                  const std::filesystem::path& folder,
                                                                  const SampleCommand& command,
                                                                  std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  std::vector<Sampling> samplings;
  for (const pid_t pid : pids) {
    auto file = folder / fmt::format(".sample-{}.txt", pid);
    auto program = HelperProgram::start(command(pid, file));
    samplings.push_back({pid, std::move(file), std::move(program)});
  }
  std::vector<std::pair<pid_t, Result<ProcessSample>>> samples;
  for (auto& sampling : samplings) {
    auto sample = finish(sampling, deadline);
    if (!sample) sample.error().add_context(fmt::format("no stacks of process {}", sampling.pid));
    samples.emplace_back(sampling.pid, std::move(sample));
    std::error_code ignored;
    std::filesystem::remove(sampling.file, ignored);
  }
  return samples;
}

}  // namespace faultline
