// `{threads}` in an argument or a variable, replaced by the value of a cell; never through a shell.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Literal text, or the name between braces.
struct TemplatePiece {
  bool placeholder = false;
  std::string text;
  friend bool operator==(const TemplatePiece&, const TemplatePiece&) = default;
};

/// Splits `text` at its placeholders. `{{` and `}}` stand for single braces; any other brace that is
/// not part of a `{name}` is an error that says how to write it.
Result<std::vector<TemplatePiece>> split_template(std::string_view text);

/// What the two placeholders that are no parameters stand for.
struct PlaceholderFolders {
  std::string samples;
  std::string campaign;
};

/// `text` with its placeholders replaced; nullopt if the whole of it is one placeholder whose value is
/// `unset`. `text` must have passed the checks of a campaign.
std::optional<std::string> replace_placeholders(std::string_view text, const Cell& cell,
                                                const PlaceholderFolders& folders);

}  // namespace faultline
