// What agx_sim is asked to do: its command line, and the schedule that this may name.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "encode_lock.h"
#include "replay.h"

enum class Style { shared, per_thread, isolated, sequential };

struct Options {
  std::size_t threads = 8;
  std::size_t ops = 250;
  LockStrategy lock = LockStrategy::none;
  Style style = Style::per_thread;
  std::string schedule_file;         ///< Empty where nothing is replayed.
  std::vector<ScheduledStep> steps;  ///< What that file says, never empty where one is named.
};

/// Reads the command line. A schedule's settings come first, whatever the order: what the command line says
/// overrides them. On wrong usage, and where a schedule cannot be used, says why on stderr.
std::optional<Options> parse_options(const std::vector<std::string_view>& arguments);
