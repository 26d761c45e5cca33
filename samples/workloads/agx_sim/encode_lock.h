// The ways in which an application tries to keep its threads apart while they encode.

#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>

enum class LockStrategy {
  none,
  per_op,      ///< A mutex per kind of call, taken for that call alone: another kind may run meanwhile.
  per_stream,  ///< A mutex per thread over its session: it keeps nobody else out.
  rwlock,      ///< The session under a shared lock: encoding counts as reading, so all may do it at once.
  global,      ///< One mutex from the encoder's creation to its end.
};

/// The strategy of that name as the command line spells it; nullopt for any other word.
std::optional<LockStrategy> find_lock_strategy(std::string_view name);

enum class DriverCall { begin, set_pipeline, dispatch, end };

/// Hands out the locks of one strategy. Made once before the threads start; its calls are for many threads.
class EncodeLock {
 public:
  struct Session {
    std::unique_lock<std::mutex> exclusive;
    std::shared_lock<std::shared_mutex> shared;
  };

  EncodeLock(LockStrategy strategy, std::size_t threads);

  /// What has to be held from begin to end of a session of `thread`; holds nothing where the strategy
  /// locks no sessions.
  [[nodiscard]] Session lock_session(std::size_t thread);

  /// What has to be held during one call; holds nothing but under `per_op`.
  [[nodiscard]] std::unique_lock<std::mutex> lock_call(DriverCall call);

 private:
  LockStrategy strategy_;
  std::mutex global_;
  std::shared_mutex readers_;
  std::deque<std::mutex> streams_;  // One a thread; a mutex cannot move, so no vector.
  std::array<std::mutex, 4> calls_;
};
