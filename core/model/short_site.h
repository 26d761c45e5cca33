// The name of a crash site on one line, for tables, titles and messages.

#pragma once

#include <string>
#include <string_view>

#include "core/model/crash_site.h"

namespace faultline {

/// `AGX::ComputeContext<…>::prepareForEnqueue +7 · NULL+0x98 read`: the function without its image, its
/// template arguments and parameters, the code offset, the fault. A frame without a symbol is image and
/// offset, behind its caller where that is known: `-[A encode:] → AGXMetalG16X+0x352d0 · NULL+0x98 read`.
/// `text` is that of a site or of a family. The others may be empty: `image` tells where the function's name
/// begins (else the first word is the image), and `family_text` names the caller of a frame without a symbol.
/// A text that is not one of a site stays as it is. Two sites may have one short name; their keys differ.
std::string short_site(std::string_view text, std::string_view image = {}, std::string_view family_text = {});
std::string short_site(const CrashSite& site);

}  // namespace faultline
