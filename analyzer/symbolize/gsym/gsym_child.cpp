// The two ends of the conversion in a child process: the parent that starts it, the child that runs.

#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "analyzer/symbolize/gsym/gsym_conversion.h"
#include "core/process/tool_process.h"

namespace faultline {
namespace {

constexpr int kDone = 0;
constexpr int kUnreadable = 3;
constexpr int kWrongUsage = 2;
constexpr int kDiedOf = 100;  // Plus the signal.
constexpr int kOutOfMemory = 99;

// A crash of the child is expected, and must leave no crash report of its own: on a Mac the reporter
// would write one into the very folder that the collector watches.
extern "C" void leave_quietly(int signal) { ::_exit(kDiedOf + signal); }

void leave_quietly_on_crashes() {
  // A stack of its own: deep DWARF nesting overflows the usual one.
  static std::array<char, 65536> alternate_stack;
  stack_t stack{};
  stack.ss_sp = alternate_stack.data();
  stack.ss_size = alternate_stack.size();
  ::sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = leave_quietly;
  action.sa_flags = SA_ONSTACK;
  for (const int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGXCPU, SIGSYS}) {
    ::sigaction(signal, &action, nullptr);
  }
}

void limit(int resource, std::uint64_t value) {
  rlimit limits{};
  ::getrlimit(static_cast<decltype(RLIMIT_CORE)>(resource), &limits);
  limits.rlim_cur = std::min<rlim_t>(value, limits.rlim_max);
  ::setrlimit(static_cast<decltype(RLIMIT_CORE)>(resource), &limits);
}

template <typename Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::optional<ConversionFailure> convert_in_child(const std::filesystem::path& converter,
                                                  const GsymConversion& conversion,
                                                  const ConversionLimits& limits) {
  const auto seconds = std::max<std::int64_t>(1, (limits.time.count() + 999) / 1000);
  ToolRun run;
  run.argv = {converter.string(),
              std::string(kGsymChildFlag),
              conversion.input.string(),
              std::to_string(conversion.offset),
              std::to_string(conversion.size_bytes),
              std::string(gsym_content_text(conversion.content)),
              conversion.output.string(),
              std::to_string(seconds),
              std::to_string(limits.memory_bytes)};
  run.timeout = limits.time;
  run.output_limit_bytes = 1U << 20;
  const auto outcome = run_tool(run);
  if (!outcome) return ConversionFailure{false, outcome.error().text()};
  if (outcome->timed_out) {
    return ConversionFailure{true, fmt::format("not done within {} s", seconds)};
  }
  if (outcome->signal) {
    // SIGKILL is somebody else's work: the system short of memory, a person.
    return ConversionFailure{*outcome->signal != SIGKILL,
                             fmt::format("the reader died of signal {}", *outcome->signal)};
  }
  const int code = outcome->exit_code.value_or(-1);
  if (code == kDone) return std::nullopt;
  if (code == kDiedOf + SIGXCPU) return ConversionFailure{true, fmt::format("not done within {} s", seconds)};
  if (code > kDiedOf) {
    return ConversionFailure{true, fmt::format("the DWARF reader crashed with signal {}", code - kDiedOf)};
  }
  if (code == kOutOfMemory) {
    return ConversionFailure{true,
                             fmt::format("needs more than {} MiB of memory", limits.memory_bytes >> 20)};
  }
  if (code == kUnreadable) return ConversionFailure{true, first_line(outcome->error_output)};
  return ConversionFailure{false, fmt::format("the converter {} ended with status {}: {}", converter.string(),
                                              code, first_line(outcome->error_output))};
}

int gsym_child_main(int argc, char** argv) {
  leave_quietly_on_crashes();
  if (argc != 9) return kWrongUsage;
  const auto offset = parse_integer<std::uint64_t>(argv[3]);
  const auto size = parse_integer<std::uint64_t>(argv[4]);
  const auto content = parse_gsym_content(argv[5]);
  const auto seconds = parse_integer<std::uint64_t>(argv[7]);
  const auto memory_bytes = parse_integer<std::uint64_t>(argv[8]);
  if (!offset || !size || !content || !seconds || !memory_bytes) return kWrongUsage;
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, *seconds);
#ifndef FAULTLINE_SANITIZED  // Sanitizers reserve terabytes of address space.
  limit(RLIMIT_AS, *memory_bytes);
#endif
  std::set_new_handler([] { ::_exit(kOutOfMemory); });
  try {
    const auto done = convert_to_gsym({argv[2], *offset, *size, *content, argv[6]});
    if (done) return kDone;
    std::fputs((done.error().text() + "\n").c_str(), stderr);
    return done.error().kind() == ErrorKind::symbols || done.error().kind() == ErrorKind::unsupported
               ? kUnreadable
               : 1;
  } catch (const std::exception& error) {
    std::fputs(error.what(), stderr);
    return kUnreadable;
  }
}

}  // namespace faultline
