#include "core/base/error.h"

#include <system_error>

namespace faultline {

Error& Error::add_context(std::string context) {
  contexts_.push_back(std::move(context));
  return *this;
}

std::string Error::text() const {
  std::string out;
  for (auto it = contexts_.rbegin(); it != contexts_.rend(); ++it) {
    out += *it;
    out += ": ";
  }
  out += message_;
  return out;
}

Error io_error(std::string_view message, int errno_value) {
  return {ErrorKind::io, std::string(message) + ": " + std::generic_category().message(errno_value)};
}

}  // namespace faultline
