// THIS IS A MODEL, not a GPU program: portable C++ that races as a GPU driver was reported to race.
//
// What it models: on macOS 15 several threads that encode Metal compute work at once die inside the driver
// AGXMetalG16X. A compute context keeps a pointer, `impl`, to its state; the thread that ends a session
// clears it while another is between its begin and its end on the same context, and that one then follows
// NULL. Reports show: a read at 0x5c8 in two functions, a read at 0x98, a write at 0x184. Threads that share a
// command buffer die of the driver's assertion instead: "A command encoder is already encoding to this
// command buffer".
//
// What is real here: the threads, the locks, the race and the deaths. No die is cast: whether a trial
// crashes is decided by the scheduler and the caches alone. What is not: no GPU, none of the driver's code,
// and rates that say something about this machine's scheduler and nothing about any driver.
//
//   agx_sim [--threads N] [--ops N] [--lock none|per-op|per-stream|rwlock|global]
//           [--style shared|per-thread|isolated|sequential] [--schedule FILE]
//
//   --ops       encoding sessions per thread
//   --schedule  makes the steps of all threads in the order that FILE says, on one object that they share,
//               and stops after the last: a counterexample of ../../models then crashes as predicted
//   --style     what threads share. `shared`: command buffers; the deaths are the assertion's. `per-thread`:
//             each thread has command buffers of its own and the driver hands out the same contexts to
//             several threads; the deaths are the NULL accesses. `isolated`: both are the thread's own, as
//             bare Metal was seen to have it: nothing is shared. `sequential`: as `shared`, but a thread begins
//             only when the one before it is done.
//
// One thread, the lock `global` and the styles `isolated` and `sequential` never crash; every other pair of
// settings can.
// Prints phases, sessions ended so far and throughput as JSON lines and at last `complete`. Exit status: 0,
// 2 for wrong usage, or 3 where a schedule asks for a step that cannot be made.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "driver.h"
#include "encode_lock.h"
#include "options.h"
#include "replay.h"

namespace {

// What an application does between two sessions, in rounds of driver::compute().
constexpr unsigned kRoundsBetweenSessions = 16'000;

// A trial takes tens of milliseconds: the count of one that dies is then a few percent behind at most.
constexpr std::chrono::milliseconds kBetweenCounts{1};

// How many contexts (or command buffers) the threads share. A power of two, so that every odd stride
// visits all of them.
constexpr std::size_t kSharedObjects = 256;

using Clock = std::chrono::steady_clock;

// How far a thread is; on a cache line of its own, so that counting does not bind the threads together.
struct alignas(128) Progress {
  std::atomic<std::size_t> sessions{0};
  Clock::time_point ended_at;  // To be read when the thread has ended.
};

struct Machine {
  explicit Machine(const Options& options)
      : lock(options.lock, options.threads),
        shared_buffers(kSharedObjects),
        own_buffers(options.threads),
        shared_contexts(kSharedObjects),
        own_contexts(options.threads),
        progress(options.threads) {}

  EncodeLock lock;
  std::vector<AGXG16XFamilyCommandBuffer> shared_buffers;
  std::vector<AGXG16XFamilyCommandBuffer> own_buffers;  // One a thread.
  std::vector<AGXG16XFamilyComputeContext> shared_contexts;
  std::vector<AGXG16XFamilyComputeContext> own_contexts;  // One a thread.
  std::vector<Progress> progress;                         // One a thread.
};

void encode_session(EncodeLock& lock, std::size_t thread, AGXG16XFamilyCommandBuffer* buffer,
                    AGXG16XFamilyComputeContext* context, std::uint64_t input) {
  driver::before_step(driver::Step::lock);
  const EncodeLock::Session session = lock.lock_session(thread);
  driver::before_step(driver::Step::check);
  {
    const auto held = lock.lock_call(DriverCall::begin);
    driver::begin_encoding(buffer, context);
  }
  driver::before_step(driver::Step::enter_pipeline);
  {
    const auto held = lock.lock_call(DriverCall::set_pipeline);
    driver::set_pipeline(context, input);
  }
  driver::before_step(driver::Step::enter_dispatch);
  {
    const auto held = lock.lock_call(DriverCall::dispatch);
    driver::dispatch(context, input);
  }
  driver::before_step(driver::Step::clear_impl);
  {
    const auto held = lock.lock_call(DriverCall::end);
    driver::end_encoding(context, buffer);
  }
  driver::before_step(driver::Step::unlock);
}

/// A session of `thread`, on the shared object at `at`, where its style shares one, and on others of its own.
void encode_at(Machine& machine, Style style, std::size_t thread, std::size_t at, std::uint64_t input) {
  const bool share_buffers = style == Style::shared || style == Style::sequential;
  const bool share_contexts = style == Style::per_thread;
  encode_session(machine.lock, thread,
                 share_buffers ? &machine.shared_buffers[at] : &machine.own_buffers[thread],
                 share_contexts ? &machine.shared_contexts[at] : &machine.own_contexts[thread], input);
}

void work(Machine& machine, const Options& options, std::size_t thread) {
  std::uint64_t input = thread + 1;
  for (std::size_t op = 0; op < options.ops; ++op) {
    input = driver::compute(input, kRoundsBetweenSessions);
    // Each thread walks through the shared objects with an odd stride of its own, so that any two threads
    // meet now and then, whatever their speeds.
    const std::size_t at = (thread + op * (2 * thread + 1)) % kSharedObjects;
    encode_at(machine, options.style, thread, at, input);
    machine.progress[thread].sessions.store(op + 1, std::memory_order_relaxed);
  }
  machine.progress[thread].ended_at = Clock::now();
}

void print_phase(const char* phase) {
  std::printf("{\"faultline\": {\"phase\": \"%s\"}}\n", phase);
  std::fflush(stdout);
}

void print_operations(const Machine& machine) {
  std::size_t sessions = 0;
  for (const Progress& thread : machine.progress) sessions += thread.sessions.load(std::memory_order_relaxed);
  std::printf("{\"faultline\": {\"metric\": \"operations\", \"value\": %zu}}\n", sessions);
  std::fflush(stdout);
}

double seconds_of_work(const Machine& machine, Clock::time_point began) {
  Clock::time_point last = began;
  for (const Progress& thread : machine.progress) last = std::max(last, thread.ended_at);
  return std::chrono::duration<double>(last - began).count();
}

void run(const Options& options) {
  print_phase("setup");
  const auto machine = std::make_unique<Machine>(options);
  // All start together: without that the first thread may be done before the last one is born.
  const bool in_turn = options.style == Style::sequential;
  std::latch start(in_turn ? 1 : static_cast<std::ptrdiff_t>(options.threads) + 1);
  std::vector<std::thread> threads;
  threads.reserve(options.threads);
  std::latch done(static_cast<std::ptrdiff_t>(options.threads));
  for (std::size_t thread = 0; thread < options.threads; ++thread) {
    threads.emplace_back([&machine, &options, &start, &done, &threads, in_turn, thread] {
      if (in_turn) {
        start.wait();
      } else {
        start.arrive_and_wait();
      }
      if (in_turn && thread > 0) threads[thread - 1].join();
      work(*machine, options, thread);
      done.count_down();
    });
  }

  print_phase("encoding");
  print_operations(*machine);  // None yet, which is known, too, of a trial that dies before the next count.
  start.arrive_and_wait();     // With one place, ours: all go.
  const auto began = Clock::now();
  // Told as it grows: who dies can tell nothing more, and what it did until then is what its rate rests on.
  while (!done.try_wait()) {
    std::this_thread::sleep_for(kBetweenCounts);
    print_operations(*machine);
  }
  if (in_turn) {
    threads.back().join();  // Each of the others was joined by the one behind it.
  } else {
    for (std::thread& thread : threads) thread.join();
  }

  print_phase("done");
  print_operations(*machine);
  const double ops_per_second =
      static_cast<double>(options.threads * options.ops) / seconds_of_work(*machine, began);
  std::printf("{\"faultline\": {\"metric\": \"ops_per_second\", \"value\": %.0f}}\ncomplete\n",
              ops_per_second);
  std::fflush(stdout);
}

// All threads encode forever on the first shared object: the schedule says how far they come.
int replay(const Options& options) {
  print_phase("setup");
  Replay replay(options.steps);
  Machine machine(options);
  std::vector<std::thread> threads;
  threads.reserve(options.threads);
  for (std::size_t thread = 0; thread < options.threads; ++thread) {
    threads.emplace_back([&machine, &options, thread] {
      Replay::enroll(thread);
      for (;;) encode_at(machine, options.style, thread, 0, thread + 1);
    });
  }
  print_phase("encoding");
  const std::optional<std::string> problem = replay.wait();
  if (problem) {
    std::fprintf(stderr, "agx_sim: %s\n", problem->c_str());
  } else {
    print_phase("done");
    std::puts("complete");
  }
  std::fflush(stdout);
  std::_Exit(problem ? 3 : 0);  // The threads wait for turns that never come.
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse_options({argv + 1, argv + argc});
  if (!options) return 2;
  if (!options->steps.empty()) return replay(*options);
  run(*options);
  return 0;
}
