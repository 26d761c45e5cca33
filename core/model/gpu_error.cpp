#include "core/model/gpu_error.h"

#include <algorithm>
#include <array>

#include "core/text/ascii.h"

namespace faultline {
namespace {

bool is_name_char(char c) { return c == '_' || is_alphanumeric(c); }

/// The word at `at`; empty where nothing follows the stem.
std::string_view word_at(std::string_view text, std::size_t at, std::size_t stem) {
  std::size_t end = at + stem;
  while (end < text.size() && is_name_char(text[end])) ++end;
  return end == at + stem ? std::string_view() : text.substr(at, end - at);
}

/// `Xid (PCI:0000:19:00): 31, pid=…` and `Xid 31`.
std::optional<std::string> read_xid(std::string_view rest) {
  if (rest.starts_with("(PCI:")) {
    const auto colon = rest.find("): ");
    if (colon == std::string_view::npos) return std::nullopt;
    rest = rest.substr(colon + 3);
  }
  std::size_t digits = 0;
  while (digits < rest.size() && is_digit(rest[digits])) ++digits;
  if (digits == 0 || digits > 4) return std::nullopt;
  return "Xid " + std::string(rest.substr(0, digits));
}

}  // namespace

std::optional<std::string> find_gpu_error(std::string_view text) {
  constexpr std::array<std::string_view, 4> kStems{"kIOGPUCommandBufferCallbackError",
                                                   "MTLCommandBufferError", "cudaError", "CUDA_ERROR_"};
  std::size_t first = std::string_view::npos;
  std::optional<std::string> found;
  for (const auto stem : kStems) {
    for (auto at = text.find(stem); at < first; at = text.find(stem, at + 1)) {
      if (at > 0 && is_name_char(text[at - 1])) continue;
      const auto word = word_at(text, at, stem.size());
      // The domain says that there was an error, not which.
      if (word.empty() || word.ends_with("ErrorDomain") || word.ends_with("ErrorInfo")) continue;
      first = at;
      found = std::string(word);
      break;
    }
  }
  constexpr std::string_view kXid = "Xid ";
  for (auto at = text.find(kXid); at < first; at = text.find(kXid, at + 1)) {
    if (auto xid = read_xid(text.substr(at + kXid.size()))) return xid;
  }
  return found;
}

std::string gpu_error_of_notes(const std::vector<std::string>& notes) {
  for (const std::string& note : notes) {
    if (!note.starts_with(kGpuErrorNote)) continue;
    if (auto found = find_gpu_error(std::string_view(note).substr(kGpuErrorNote.size()))) return *found;
  }
  return {};
}

}  // namespace faultline
