// Finds what is private in a text by its form: names in paths, e-mail addresses, host names, tokens.

#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "core/base/enum_text.h"

namespace faultline {

/// What sort of private thing it is.
enum class SecretKind { user_name, host_name, email, token, machine_id, network_address };

inline constexpr std::array<EnumText<SecretKind>, 6> kSecretKindTexts{{
    {SecretKind::user_name, "user name"},
    {SecretKind::host_name, "host name"},
    {SecretKind::email, "e-mail address"},
    {SecretKind::token, "token"},
    {SecretKind::machine_id, "machine identifier"},
    {SecretKind::network_address, "network address"},
}};
static_assert(is_complete(kSecretKindTexts, SecretKind::network_address));

/// `text.substr(begin, end - begin)` is private.
struct PrivatePart {
  std::size_t begin = 0;
  std::size_t end = 0;
  SecretKind kind = SecretKind::user_name;
  friend bool operator==(const PrivatePart&, const PrivatePart&) = default;
};

/// How much of a text is path: in a field that holds one whole path, a folder's name goes to the next slash;
/// in prose a blank may end it.
enum class PathContext { whole_field, prose };

/// User names in paths: `/Users/NAME/`, `/home/NAME/`, `C:\Users\NAME\`, `~NAME/`, percent-encoded slashes,
/// and the folders that macOS makes per user below /var/folders. Names that are placeholders already
/// (`USER`, `*`, `Shared`, `<name>`) are not found.
void find_path_names(std::string_view text, PathContext context, std::vector<PrivatePart>& found);

/// Whatever stands for no person: masked already (`USER-2`), shared, a pattern (`*`, `<name>`).
bool is_placeholder(std::string_view name);

/// Which forms are looked for. `label`: names, versions and codes, in which four numbers are a version and a
/// colon belongs to a method.
enum class TextForms { all, label };

/// All forms that private things take in free text: path names, e-mail addresses, `user@host:`, hosts of
/// private domains and of links (but for those of vendors and projects that everybody knows), private
/// addresses, keys of known services, and the values of names that sound private; docs/privacy.md lists the
/// classes. Ascending, without overlaps. Pure.
std::vector<PrivatePart> find_private_parts(std::string_view text, TextForms forms = TextForms::all);

/// Account names that tell nothing of a person: masked in paths, left alone as words.
bool is_generic_account(std::string_view name);

}  // namespace faultline
