#include "cli/stop_signal.h"

#include <csignal>
#include <initializer_list>

namespace faultline {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

extern "C" void request_stop(int) { stop_requested.store(true); }

}  // namespace

const std::atomic<bool>& install_stop_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action{};
    struct sigaction old{};
    action.sa_handler = request_stop;
    sigemptyset(&action.sa_mask);
    // nohup and its like: a signal that was ignored for us stays ignored.
    if (::sigaction(number, nullptr, &old) == 0 && old.sa_handler == SIG_IGN) continue;
    ::sigaction(number, &action, nullptr);
  }
  return stop_requested;
}

}  // namespace faultline
