#include "analyzer/symbolize/gsym/gsym_source.h"

namespace faultline {

std::string_view GsymSource::path_of(const GsymLocation& location) const {
  const std::lock_guard lock(mutex_);
  auto [known, is_new] = paths_.try_emplace({location.folder.data(), location.file.data()});
  if (is_new) {
    std::string& path = known->second;
    path = location.folder;
    if (!path.empty() && path.back() != '/' && !location.file.empty()) path += '/';
    path += location.file;
  }
  return known->second;  // The elements of a map stay where they are.
}

std::optional<ResolvedFrame> GsymSource::find(ImageOffset offset) const {
  const LinkAddress address{file_.link_base().value + offset.value};
  const auto hit = file_.find(address);
  if (!hit) return std::nullopt;
  ResolvedFrame frame;
  frame.origin = hit->origin;
  frame.code_offset = address.value - hit->function_start.value;
  frame.chain.reserve(hit->chain.size());
  for (const auto& location : hit->chain) {
    SourceLocation call;
    call.function = names_.of(location.function);
    call.file = path_of(location);
    if (location.line != 0) call.line = location.line;
    frame.chain.push_back(call);
  }
  return frame;
}

}  // namespace faultline
