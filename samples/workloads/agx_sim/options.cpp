#include "options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

constexpr const char* kUsage =
    "usage: agx_sim [--threads N] [--ops N] [--lock none|per-op|per-stream|rwlock|global]\n"
    "               [--style shared|per-thread|isolated|sequential] [--schedule FILE]\n";

std::optional<std::size_t> parse_count(std::string_view text) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (count == 0 || count > 1'000'000) return std::nullopt;
  return count;
}

std::optional<Style> find_style(std::string_view name) {
  if (name == "shared") return Style::shared;
  if (name == "per-thread") return Style::per_thread;
  if (name == "isolated") return Style::isolated;
  if (name == "sequential") return Style::sequential;
  return std::nullopt;
}

template <class T>
bool assign(T& target, std::optional<T> value) {
  if (value) target = *value;
  return value.has_value();
}

/// Takes pairs of a name and a value into `options`; false where one is not understood.
bool take_arguments(const std::vector<std::string_view>& arguments, Options& options) {
  if (arguments.size() % 2 != 0) return false;
  for (std::size_t index = 0; index < arguments.size(); index += 2) {
    const std::string_view name = arguments[index];
    const std::string_view value = arguments[index + 1];
    bool understood = false;
    if (name == "--threads") understood = assign(options.threads, parse_count(value));
    if (name == "--ops") understood = assign(options.ops, parse_count(value));
    if (name == "--lock") understood = assign(options.lock, find_lock_strategy(value));
    if (name == "--style") understood = assign(options.style, find_style(value));
    if (name == "--schedule") {
      options.schedule_file = value;
      understood = !value.empty();
    }
    if (!understood) return false;
  }
  return options.threads <= 1024;
}

/// A schedule is lines of text: `# …`, settings as on the command line, `THREAD STEP`. False where a line is
/// none of these; `line_number` is then its number, counted from 1, or 0 where there is no file.
bool read_schedule(const std::string& file, Options& options, std::size_t& line_number) {
  std::ifstream in(file);
  line_number = 0;
  if (!in) return false;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("--")) {
      std::istringstream split(line);
      std::vector<std::string> words;
      for (std::string word; split >> word;) words.push_back(word);
      if (!take_arguments({words.begin(), words.end()}, options)) return false;
      if (options.schedule_file != file) return false;  // A schedule names no other.
      continue;
    }
    const auto step = parse_scheduled_step(line);
    if (!step) return false;
    options.steps.push_back(*step);
  }
  return true;
}

/// Takes the schedule in `file` into `options`; says on stderr why it cannot, false then.
bool use_schedule(const std::string& file, Options& options) {
  options.schedule_file = file;
  std::size_t line_number = 0;
  if (read_schedule(file, options, line_number)) return true;
  if (line_number == 0) {
    std::fprintf(stderr, "agx_sim: cannot read %s\n", file.c_str());
  } else {
    std::fprintf(stderr, "agx_sim: %s:%zu: neither settings nor THREAD STEP\n", file.c_str(), line_number);
  }
  return false;
}

/// Whether the schedule, if there is one, is one for these settings; says on stderr why not.
bool fits_schedule(const Options& options) {
  if (options.schedule_file.empty()) return true;
  const char* wrong = nullptr;
  if (options.steps.empty()) wrong = "has no steps";
  if (options.style == Style::sequential) wrong = "cannot be replayed in the style sequential";
  for (const ScheduledStep& step : options.steps) {
    if (step.thread >= options.threads) wrong = "has steps of more threads than there are";
  }
  if (wrong != nullptr) std::fprintf(stderr, "agx_sim: %s %s\n", options.schedule_file.c_str(), wrong);
  return wrong == nullptr;
}

}  // namespace

std::optional<Options> parse_options(const std::vector<std::string_view>& arguments) {
  Options named;
  if (!take_arguments(arguments, named)) {
    std::fputs(kUsage, stderr);
    return std::nullopt;
  }
  if (named.schedule_file.empty()) return named;
  Options options;
  if (!use_schedule(named.schedule_file, options)) return std::nullopt;
  take_arguments(arguments, options);
  if (!fits_schedule(options)) return std::nullopt;
  return options;
}
