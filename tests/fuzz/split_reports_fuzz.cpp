// Any bytes as a document of several reports: the pieces lie side by side and make up the whole.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/parse/split_reports.h"
#include "core/base/check.h"

using namespace faultline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto pieces = split_reports(bytes);
  CHECK(!pieces.empty());
  const char* next = bytes.data();
  for (const auto piece : pieces) {
    CHECK(piece.data() == next);
    next += piece.size();
  }
  CHECK(next == bytes.data() + bytes.size());
  return 0;
}
