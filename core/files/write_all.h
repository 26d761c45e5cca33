// A descriptor written to until all is out.

#pragma once

#include <string_view>

namespace faultline {

/// Writes all of `bytes`, however many calls and interruptions that takes. False where it fails: errno says
/// why, and a part may be written.
bool write_all(int fd, std::string_view bytes);

}  // namespace faultline
