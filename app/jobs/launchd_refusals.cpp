#include "app/jobs/launchd_refusals.h"

#include <charconv>
#include <initializer_list>

namespace faultline {
namespace {

/// The number behind the last of these phrases that is there; 0 where none is.
int error_number(std::string_view refusal) {
  int number = 0;
  for (const std::string_view before : {"exited with ", "failed: "}) {
    const std::size_t found = refusal.rfind(before);
    if (found == std::string_view::npos) continue;
    const char* const first = refusal.data() + found + before.size();
    int read = 0;
    if (std::from_chars(first, refusal.data() + refusal.size(), read).ec == std::errc{}) number = read;
  }
  return number;
}

}  // namespace

bool passes_by_itself(std::string_view refusal) {
  const int number = error_number(refusal);
  return number == 5 || number == 37;
}

std::string explain_refusal(std::string_view refusal) {
  switch (error_number(refusal)) {
    case 5:
      return "the job that it replaces has not ended, or launchd cannot read its file: try again in a minute";
    case 112:  // Could not find specified domain.
    case 125:  // Domain does not support specified action.
      return "this user has no login session: ssh alone is none. Log in at the screen (Screen Sharing will "
             "do), or "
             "switch on automatic login";
    default:
      return {};
  }
}

}  // namespace faultline
