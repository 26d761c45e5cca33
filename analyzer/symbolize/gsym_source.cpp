#include "analyzer/symbolize/gsym_source.h"

#include "analyzer/symbolize/readable_name.h"

namespace faultline {

std::optional<ResolvedFrame> GsymSource::find(ImageOffset offset) const {
  const LinkAddress address{file_.link_base().value + offset.value};
  const auto hit = file_.find(address);
  if (!hit) return std::nullopt;
  ResolvedFrame frame;
  frame.origin = hit->origin;
  frame.code_offset = address.value - hit->function_start.value;
  for (const auto& location : hit->chain) {
    SourceLocation call;
    call.function = readable_name(location.function);
    call.file = location.file;
    if (location.line != 0) call.line = location.line;
    frame.chain.push_back(std::move(call));
  }
  return frame;
}

}  // namespace faultline
