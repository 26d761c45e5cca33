#include "analyzer/symbolize/table_source.h"

namespace faultline {

std::optional<ResolvedFrame> TableSource::find(ImageOffset offset) const {
  const LinkAddress address{link_base_.value + offset.value};
  const NamedFunction* function = table_.find(address);
  if (function == nullptr) return std::nullopt;
  ResolvedFrame frame;
  frame.origin = function->origin;
  frame.code_offset = address.value - function->start.value;
  frame.chain.push_back({names_.of(function->name), {}, std::nullopt, std::nullopt});
  return frame;
}

}  // namespace faultline
