#include "reports/privacy/token_text.h"

#include <algorithm>
#include <optional>
#include <string>

#include "reports/privacy/scan.h"
#include "reports/privacy/token_patterns.h"

namespace faultline {
namespace {

using namespace scan;
using Parts = std::vector<PrivatePart>;

bool is_token_char(char c) {
  return is_alphanumeric(c) || std::string_view("_-.+/=~").find(c) != std::string_view::npos;
}

std::size_t token_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_token_char(text[at])) ++at;
  return at;
}

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }

void find_service_keys(std::string_view text, Parts& found) {
  for (const auto& [service, prefix, least] : kTokenPatterns) {
    for (auto at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
      const auto end = token_end(text, at);
      const bool bounded = !is_alphanumeric(prefix.front()) || starts_word(text, at);
      // `API-…` and `pat.…` begin words, too: a key holds digits.
      if (bounded && end - at >= prefix.size() + least && has_digit(text.substr(at, end - at))) {
        // A key that ends with its mark (`…_mmk`) begins before it.
        auto begin = at;
        while (!is_alphanumeric(prefix.front()) && begin > 0 && is_token_char(text[begin - 1])) --begin;
        found.push_back({begin, end, SecretKind::token});
      }
    }
  }
}

void find_webhooks(std::string_view text, Parts& found) {
  for (const auto prefix : kWebhookPrefixes) {
    for (auto at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
      const auto begin = at + prefix.size();
      auto end = begin;
      while (end < text.size() && (is_token_char(text[end]) ||
                                   std::string_view("?&%:@").find(text[end]) != std::string_view::npos))
        ++end;
      if (end - begin >= 6) found.push_back({begin, end, SecretKind::token});
    }
  }
}

/// `Bearer …`, `Basic …`, wherever they stand.
void find_schemes(std::string_view text, const std::string& small_text, Parts& found) {
  for (const std::string_view scheme : {"bearer ", "basic ", "digest "}) {
    for (auto at = small_text.find(scheme); at != std::string::npos; at = small_text.find(scheme, at + 1)) {
      const auto begin = at + scheme.size();
      const auto end = token_end(text, begin);
      if (starts_word(text, at) && end - begin >= 8 && has_digit(text.substr(begin, end - begin)))
        found.push_back({begin, end, SecretKind::token});
    }
  }
}

/// Headers whose whole value is private; a scheme's name (`Token`, `Bearer`) stays.
void find_headers(std::string_view text, const std::string& small_text, Parts& found) {
  for (const std::string_view header :
       {"authorization:", "cookie:", "x-api-key:", "x-auth-token:", "x-amz-security-token:", "private-token:",
        "x-vault-token:", "x-csrf-token:"}) {
    for (auto at = small_text.find(header); at != std::string::npos; at = small_text.find(header, at + 1)) {
      auto begin = at + header.size();
      while (begin < text.size() && text[begin] == ' ') ++begin;
      auto end = begin;
      while (end < text.size() && std::string_view("\r\n\"'\\`").find(text[end]) == std::string_view::npos)
        ++end;
      if (header == "authorization:") {
        const auto blank = text.substr(begin, end - begin).find(' ');
        const auto scheme = text.substr(begin, blank);
        if (blank != std::string_view::npos && std::all_of(scheme.begin(), scheme.end(), is_letter))
          begin += blank + 1;
      }
      const auto value = text.substr(begin, end - begin);
      if (value.size() >= 3 && !value.starts_with("TOKEN") && value.find('{') != 0 && value.find('<') != 0) {
        found.push_back({begin, end, SecretKind::token});
      }
    }
  }
}

void find_pem_keys(std::string_view text, Parts& found) {
  constexpr std::string_view kKeyBegin = "-----BEGIN ";
  for (auto at = text.find(kKeyBegin); at != std::string_view::npos; at = text.find(kKeyBegin, at + 1)) {
    const auto line = text.substr(at, text.find_first_of("\r\n", at) - at);
    if (line.find("PRIVATE KEY") == std::string_view::npos) continue;
    auto end = text.find("-----END ", at);
    end = end == std::string_view::npos ? text.size() : std::min(text.size(), text.find("-----", end + 9));
    found.push_back({at, std::min(text.size(), end + 5), SecretKind::token});
  }
}

/// The UDID of an Apple device since 2018: `00008110-001A2B3C4D5E6F78`.
void find_device_identifiers(std::string_view text, Parts& found) {
  constexpr std::size_t kLength = 25;
  for (auto at = text.find("0000"); at != std::string_view::npos; at = text.find("0000", at + 1)) {
    if (!starts_word(text, at) || at + kLength > text.size() || text[at + 8] != '-') continue;
    const auto word = text.substr(at, kLength);
    const bool fits = std::all_of(word.begin(), word.begin() + 8, is_hex_digit) &&
                      std::all_of(word.begin() + 9, word.end(), is_hex_digit);
    const bool ends =
        at + kLength == text.size() || !(is_alphanumeric(text[at + kLength]) || text[at + kLength] == '-');
    if (fits && ends && word.substr(9) != "0000000000000000") {
      found.push_back({at, at + kLength, SecretKind::machine_id});
    }
  }
}

/// What a name says of the value behind it.
std::optional<SecretKind> kind_of_name(std::string_view name) {
  const auto text = to_lower(name);
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (has("password") || has("passwd") || has("passphrase") || has("secret") || has("api_key") ||
      has("apikey") || has("api-key") || has("access_key") || has("access-key") || has("private_key") ||
      has("private-key") || has("credential") || has("authtoken") || has("webhook") || has("sessionid") ||
      has("session_id") || has("session-id") || text == "pwd_hash" || text.ends_with("token") ||
      text.ends_with("_key") || text.ends_with("signature") || text.ends_with("cookie")) {
    return SecretKind::token;
  }
  if (is_one_of(text,
                {"hostname", "host_name", "host name", "computername", "computer name", "localhostname",
                 "ssid", "ssid_str", "network name", "wi-fi network", "wifi network", "airport network"})) {
    return SecretKind::host_name;
  }
  if (is_one_of(text, {"logname", "username", "user_name", "login", "user", "sudo_user"}))
    return SecretKind::user_name;
  if (is_one_of(text,
                {"mac", "mac address", "ether", "hwaddr", "bssid", "wi-fi address", "bluetooth address"})) {
    return SecretKind::network_address;
  }
  if (has("serial number") || has("serialnumber") || has("serial_number") || has("serial-number") ||
      text == "serial" || has("hardware uuid") || has("platformuuid") || has("provisioning udid") ||
      text == "udid" || text == "ecid" || text == "imei" || text == "imei2" || text == "meid" ||
      text == "iccid" || text == "imsi" || has("anonymous uuid") || has("crashreporterkey") ||
      has("bootsessionuuid") || has("sleep/wake uuid")) {
    return SecretKind::machine_id;
  }
  return std::nullopt;
}

/// Where the name before the sign at `at` stands; escaped quotes, quotes and blanks between them do not
/// count.
std::string_view name_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 40;
  const bool blank = text[at] == ' ';
  auto last = at;
  while (last > 0 && std::string_view("\"'\\ )").find(text[last - 1]) != std::string_view::npos) --last;
  // `Serial Number (system): X`
  if (last < at && text[last] == ')') {
    const auto open = text.rfind('(', last);
    if (open != std::string_view::npos && open > 0) last = open;
    while (last > 0 && text[last - 1] == ' ') --last;
  }
  auto first = last;
  while (first > 0 && last - first < kLongestName &&
         (is_alphanumeric(text[first - 1]) || text[first - 1] == '_' || text[first - 1] == '-' ||
          (!blank && text[at] == ':' && (text[first - 1] == ' ' || text[first - 1] == '/'))))
    --first;
  auto name = text.substr(first, last - first);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  return name;
}

/// The value that begins behind `at`, without its quotes.
std::pair<std::size_t, std::size_t> value_after(std::string_view text, std::size_t at) {
  auto begin = at + 1;
  char quote = '\0';
  while (begin < text.size() && std::string_view(" \"'\\").find(text[begin]) != std::string_view::npos) {
    if (text[begin] == '"' || text[begin] == '\'') quote = text[begin];
    ++begin;
  }
  const bool escaped = quote != '\0' && begin >= 2 && text[begin - 2] == '\\';
  auto end = begin;
  while (end < text.size() && text[end] != '\n' && text[end] != '\r') {
    if (quote == '\0' ? std::string_view(" \t,;&)\"'}\\").find(text[end]) != std::string_view::npos
                      : text[end] == quote || (escaped && text[end] == '\\'))
      break;
    ++end;
  }
  return {begin, end};
}

bool tells_nothing(std::string_view value) {
  return value.size() < 3 || value.front() == '{' || value.front() == '$' || value.front() == '<' ||
         is_one_of(value, {"true", "false", "null", "none"}) || is_placeholder(value) ||
         value.starts_with("TOKEN") || value.starts_with("HOST") || value.starts_with("00000000-0000-0000");
}

}  // namespace

bool is_secret_option(std::string_view word) {
  if (word.size() < 3 || word[0] != '-' || word.find('=') != std::string_view::npos) return false;
  while (!word.empty() && word.front() == '-') word.remove_prefix(1);
  const auto name = to_lower(word);
  return kind_of_name(name) == SecretKind::token ||
         is_one_of(name, {"pass", "pwd", "pw", "auth", "key", "bearer", "cookie", "psk"});
}

void find_known_tokens(std::string_view text, Parts& found) {
  const auto small_text = to_lower(text);
  find_service_keys(text, found);
  find_webhooks(text, found);
  find_schemes(text, small_text, found);
  find_headers(text, small_text, found);
  find_pem_keys(text, found);
  find_device_identifiers(text, found);
}

void find_named_values(std::string_view text, Parts& found) {
  for (auto at = text.find_first_of("=: "); at != std::string_view::npos;
       at = text.find_first_of("=: ", at + 1)) {
    auto name = name_before(text, at);
    const bool option = name.starts_with('-');
    if (text[at] == ' ' && !option) continue;
    std::optional<SecretKind> kind;
    if (option && text[at] == ' ') {
      if (is_secret_option(name)) kind = SecretKind::token;
      // Another option follows: this one has no value.
      if (at + 1 < text.size() && text[at + 1] == '-') continue;
    } else {
      while (name.starts_with('-')) name.remove_prefix(1);
      kind = kind_of_name(name);
    }
    if (!kind) continue;
    // Login names only where the environment gives them; `user:` in prose is a word.
    if (*kind == SecretKind::user_name && text[at] != '=') continue;
    const auto [begin, end] = value_after(text, at);
    if (!tells_nothing(text.substr(begin, end - begin))) found.push_back({begin, end, *kind});
  }
}

}  // namespace faultline
