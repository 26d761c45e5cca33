#include "encode_lock.h"

std::optional<LockStrategy> find_lock_strategy(std::string_view name) {
  if (name == "none") return LockStrategy::none;
  if (name == "per-op") return LockStrategy::per_op;
  if (name == "per-stream") return LockStrategy::per_stream;
  if (name == "rwlock") return LockStrategy::rwlock;
  if (name == "global") return LockStrategy::global;
  return std::nullopt;
}

EncodeLock::EncodeLock(LockStrategy strategy, std::size_t threads) : strategy_(strategy), streams_(threads) {}

EncodeLock::Session EncodeLock::lock_session(std::size_t thread) {
  Session session;
  switch (strategy_) {
    case LockStrategy::none:
    case LockStrategy::per_op:
      break;
    case LockStrategy::per_stream:
      session.exclusive = std::unique_lock(streams_[thread]);
      break;
    case LockStrategy::rwlock:
      session.shared = std::shared_lock(readers_);
      break;
    case LockStrategy::global:
      session.exclusive = std::unique_lock(global_);
      break;
  }
  return session;
}

std::unique_lock<std::mutex> EncodeLock::lock_call(DriverCall call) {
  if (strategy_ != LockStrategy::per_op) return {};
  return std::unique_lock(calls_[static_cast<std::size_t>(call)]);
}
