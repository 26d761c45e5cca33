// Tables as GitHub-flavoured Markdown, to be pasted into a thread.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// Data as inline Markdown that shows exactly itself: never markup, link, mention (`@name`), reference
/// (`#12`) or cell border. What is not made of plain words becomes a code span.
std::string markdown_inline(std::string_view data);

}  // namespace faultline
