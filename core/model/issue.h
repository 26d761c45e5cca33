// What was odd about a field of a document that was read all the same.

#pragma once

#include <string>

namespace faultline {

/// `path` is a JSON pointer (`/threads/3/frames/1/imageIndex`), or `line 12` in a text.
struct Issue {
  std::string path;
  std::string message;
  friend bool operator==(const Issue&, const Issue&) = default;
};

}  // namespace faultline
