// Keys, passwords and the like in a text: by how they begin, and by the name that stands before them.

#pragma once

#include <string_view>
#include <vector>

#include "reports/privacy/private_text.h"

namespace faultline {

/// Keys of known services, webhook addresses, what follows `Bearer`, `Basic`, `Authorization:` and `Cookie:`,
/// private keys in PEM, device identifiers (`00008110-…`). Appends.
void find_known_tokens(std::string_view text, std::vector<PrivatePart>& found);

/// The value behind a name that sounds private: `NAME=value`, `name: value`, `"name": "value"`, also with
/// escaped quotes, `--name value`. Appends.
void find_named_values(std::string_view text, std::vector<PrivatePart>& found);

/// True for an option (`--api-token`, `-password`) whose value is a word of its own and private.
bool is_secret_option(std::string_view word);

}  // namespace faultline
