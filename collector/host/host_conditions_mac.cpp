#include <chrono>
#include <mutex>

#include "collector/host/command_runner.h"
#include "collector/host/host_probe.h"
#include "collector/host/mac_conditions.h"

namespace faultline {
namespace {

/// Four small programs are asked: not for every trial where trials take milliseconds.
constexpr std::chrono::seconds kGoodFor{5};

std::optional<std::string> ask(CommandRunner& commands, std::vector<std::string> argv) {
  HostCommand command;
  command.argv = std::move(argv);
  command.limit = std::chrono::seconds(2);
  command.most_output_bytes = 256U << 10;
  auto text = commands.run(command);
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

std::vector<Metric> read_now() {
  SystemCommandRunner commands;
  ConditionTexts texts;
  texts.display = ask(commands, {"/usr/sbin/ioreg", "-r", "-d1", "-n", "IODisplayWrangler"});
  texts.root = ask(commands, {"/usr/sbin/ioreg", "-r", "-d1", "-k", "AppleClamshellState"});
  texts.power = ask(commands, {"/usr/bin/pmset", "-g", "batt"});
  texts.heat = ask(commands, {"/usr/bin/pmset", "-g", "therm"});
  return read_conditions(texts);
}

/// What was read last, for all that ask within a few seconds.
struct LastReading {
  std::mutex mutex;
  std::optional<std::chrono::steady_clock::time_point> at;
  std::vector<Metric> conditions;
};

}  // namespace

std::vector<Metric> SystemHost::conditions() {
  static LastReading last;
  const std::lock_guard<std::mutex> reading(last.mutex);
  const auto now = std::chrono::steady_clock::now();
  if (!last.at || now - *last.at > kGoodFor) {
    last.conditions = read_now();
    last.at = now;
  }
  return last.conditions;
}

}  // namespace faultline
