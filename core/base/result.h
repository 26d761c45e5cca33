// Result<T>: a value or an Error. The shape of std::expected, so that C++23 is a rename.

#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "core/base/error.h"

namespace faultline {

/// A value, or why there is none. A dropped Result is a warning.
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

using Failure = tl::unexpected<Error>;

/// `return fail(ErrorKind::io, "cannot open x");`
inline Failure fail(ErrorKind kind, std::string message) { return Failure(Error(kind, std::move(message))); }
inline Failure fail(Error error) { return Failure(std::move(error)); }

}  // namespace faultline

#define FAULTLINE_CONCAT_INNER(a, b) a##b
#define FAULTLINE_CONCAT(a, b) FAULTLINE_CONCAT_INNER(a, b)

/// Runs an expression that gives a Result<...>; returns its error from the enclosing function.
#define TRY(expression)                                                  \
  do {                                                                   \
    auto&& faultline_try_result = (expression);                          \
    if (!faultline_try_result) {                                         \
      return ::faultline::fail(std::move(faultline_try_result.error())); \
    }                                                                    \
  } while (false)

#define FAULTLINE_TRY_ASSIGN(temporary, target, expression) \
  auto temporary = (expression);                            \
  if (!temporary) {                                         \
    return ::faultline::fail(std::move(temporary.error())); \
  }                                                         \
  target = std::move(*temporary)

/// `TRY_ASSIGN(auto text, read_file(path));`
#define TRY_ASSIGN(target, expression) \
  FAULTLINE_TRY_ASSIGN(FAULTLINE_CONCAT(faultline_try_, __COUNTER__), target, expression)
