// What supervision costs, each time beside the same work without it, in one call:
//
//   run_benchmark          start-up of faultline, overhead of a trial, slow-down of a captured child
//   run_benchmark mutex | cpu     what is measured under capture: prints its own time in nanoseconds
//
// Pairs are interleaved, so that both sides meet the same machine; medians of their ratios, with quartiles.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern "C" char** environ;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kTrials = 300;
constexpr int kPairs = 15;
constexpr int kThreads = 4;
constexpr int kLockings = 400'000;
constexpr int kRounds = 60'000'000;

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// --- the children

/// More threads than processors, all at one mutex: most lockings are a wait in the kernel and a wake-up.
void lock_and_unlock() {
  std::mutex mutex;
  std::uint64_t shared = 0;
  std::barrier gate(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      gate.arrive_and_wait();
      for (int k = 0; k < kLockings; ++k) {
        const std::lock_guard hold(mutex);
        for (int spin = 0; spin < 20; ++spin) shared = shared * 6364136223846793005ULL + 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (shared == 1) std::abort();  // Keeps the work from being left out.
}

void compute() {
  std::uint64_t value = 1;
  for (int i = 0; i < kRounds; ++i) value = value * 6364136223846793005ULL + 1442695040888963407ULL;
  if (value == 1) std::abort();
}

int run_child(std::string_view kind) {
  const auto start = Clock::now();
  if (kind == "mutex") {
    lock_and_unlock();
  } else {
    compute();
  }
  fmt::print("{}\n", std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
  return 0;
}

// --- the measuring

/// One process to its end; what it printed goes to `output`.
double run_process(std::vector<std::string> argv, const fs::path& output = "/dev/null") {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (auto& argument : argv) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  const auto start = Clock::now();
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  if (error != 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    fmt::print(stderr, "run_benchmark: {} failed\n", argv[0]);
    std::exit(1);
  }
  return milliseconds_since(start);
}

std::int64_t read_number(const fs::path& path) {
  std::array<char, 64> text{};
  const int fd = ::open(path.c_str(), O_RDONLY);
  const auto got = ::read(fd, text.data(), text.size());
  ::close(fd);
  std::int64_t value = 0;
  if (got > 0) std::from_chars(text.data(), text.data() + got, value);
  return value;
}

struct Quartiles {
  double low = 0;
  double median = 0;
  double high = 0;
};

Quartiles quartiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](double part) {
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
  };
  return {at(0.25), at(0.5), at(0.75)};
}

void print_line(std::string_view what, const Quartiles& q, std::string_view unit) {
  fmt::print("{:<52} {:8.3f} {}  (quartiles {:.3f} to {:.3f})\n", what, q.median, unit, q.low, q.high);
}

void measure_start(const fs::path& programs) {
  std::vector<double> ours;
  std::vector<double> bare;
  for (int i = 0; i < 10 * kPairs; ++i) {
    ours.push_back(run_process({programs / "faultline", "--version"}));
    bare.push_back(run_process({"/bin/true"}));
  }
  print_line("faultline --version", quartiles_of(ours), "ms");
  print_line("/bin/true", quartiles_of(bare), "ms");
}

void measure_trials(const fs::path& programs, const fs::path& folder) {
  std::vector<double> overhead;
  const auto run = [&](int pair, int trials) {
    return run_process({programs / "faultline", "run", "--new", "-q", "--db",
                        folder / fmt::format("{}-{}.db", pair, trials), "--trials", std::to_string(trials),
                        "--", "/bin/true"});
  };
  for (int pair = 0; pair < 5; ++pair) {
    // One trial more or less pays for the start of the run and for its tables.
    const double once = run(pair, 1);
    const double many = run(pair, kTrials + 1);
    const auto start = Clock::now();
    for (int i = 0; i < kTrials; ++i) run_process({"/bin/true"});
    overhead.push_back((many - once - milliseconds_since(start)) / kTrials);
  }
  print_line("a trial of /bin/true, more than spawn and wait", quartiles_of(overhead), "ms");
}

void measure_capture(const fs::path& programs, const fs::path& self, const fs::path& folder,
                     const std::string& kind) {
  std::vector<double> ratios;
  const fs::path output = folder / "time";
  for (int pair = 0; pair < kPairs; ++pair) {
    run_process({self, kind}, output);
    const auto bare = read_number(output);
    run_process({programs / "faultline-report", "--out", folder, "--", self, kind}, output);
    ratios.push_back(static_cast<double>(read_number(output)) / static_cast<double>(bare));
  }
  print_line(kind + " child under capture, times its bare time", quartiles_of(ratios), "x ");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) return run_child(argv[1]);
  const fs::path self = fs::canonical(argv[0]);
  const fs::path folder = fs::temp_directory_path() / fmt::format("faultline-run-benchmark-{}", ::getpid());
  fs::create_directories(folder);
  measure_start(self.parent_path());
  measure_trials(self.parent_path(), folder);
  for (const auto* kind : {"cpu", "mutex"}) measure_capture(self.parent_path(), self, folder, kind);
  fs::remove_all(folder);
  return 0;
}
