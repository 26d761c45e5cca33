#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "analyzer/derive.h"
#include "app/ingest/analysis_child.h"
#include "core/files/write_all.h"

namespace faultline {
namespace {

using std::chrono::steady_clock;

/// The child has the bytes of one report and answers with one byte: it went well.
constexpr char kAnalysed = 'a';

/// False at the end of the line and where it cannot be read.
bool read_exactly(int fd, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(fd, into, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// True once there is an answer, or the end of the line, to be read.
bool wait_for_answer(int fd, steady_clock::time_point deadline) {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    pollfd line{fd, POLLIN, 0};
    const int ready = ::poll(&line, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (steady_clock::now() >= deadline) return false;
  }
}

}  // namespace

int analysis_child_main(const DeriveReport& derive_report) {
  // Its end is an issue of a report; nobody looks for its image.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  std::string bytes;
  while (true) {
    std::uint64_t size = 0;
    if (!read_exactly(kControlFd, reinterpret_cast<char*>(&size), sizeof size)) return 0;
    if (size > kParseLimitBytes) return 1;
    bytes.resize(size);
    if (!read_exactly(kControlFd, bytes.data(), size)) return 0;
    static_cast<void>(derive_report(bytes, {}));
    if (!write_all(kControlFd, {&kAnalysed, 1})) return 0;
  }
}

std::optional<std::string> AnalysisChild::failure_of(std::string_view bytes) {
  if (bytes.size() > kParseLimitBytes) return std::nullopt;  // It is not parsed.
  const std::lock_guard<std::mutex> one_at_a_time(mutex_);
  if (!is_started()) return std::nullopt;
  const int fd = child_->line().get();
  const std::uint64_t size = bytes.size();
  const auto deadline = steady_clock::now() + most_time_;
  char answer = 0;
  const bool is_sent =
      write_all(fd, {reinterpret_cast<const char*>(&size), sizeof size}) && write_all(fd, bytes);
  if (is_sent && !wait_for_answer(fd, deadline)) {
    child_.reset();
    return fmt::format("was not done after {} s",
                       std::chrono::duration_cast<std::chrono::seconds>(most_time_).count());
  }
  if (is_sent && read_exactly(fd, &answer, 1) && answer == kAnalysed) return std::nullopt;
  return end_child();
}

DeriveReport AnalysisChild::guard(ReportOrigin origin, DeriveReport derive_report) {
  return [this, origin, derive_report = std::move(derive_report)](std::string_view bytes,
                                                                  std::string_view output_gpu_error) {
    const auto failure = failure_of(bytes);
    return failure ? unanalysed(origin, *failure) : derive_report(bytes, output_gpu_error);
  };
}

/// There is a child that waits for a report. One that was killed while it waited is replaced.
bool AnalysisChild::is_started() {
  if (child_) {
    const auto end = child_->poll();
    if (end && !*end) return true;
    child_.reset();
  }
  SubprocessCommand command;
  command.argv = {program_.string(), std::string(kAnalysisChildFlag)};
  command.line = ChildLine::control;
  auto started = Subprocess::start(command);
  if (started) child_.emplace(std::move(*started));
  return started.has_value();
}

/// How the child ended that gave no answer.
std::string AnalysisChild::end_child() {
  const auto end = child_->wait();
  child_.reset();
  if (!end) return end.error().text();
  if (!end->signal) return end->text();
  return fmt::format("{} ({})", end->text(), ::strsignal(*end->signal));
}

}  // namespace faultline
