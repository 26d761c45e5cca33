#include "reports/privacy/private_text.h"

#include <algorithm>
#include <string>

#include "core/text/ascii.h"
#include "reports/privacy/network_text.h"
#include "reports/privacy/scan.h"
#include "reports/privacy/token_text.h"

namespace faultline {
namespace {

using namespace scan;
using Parts = std::vector<PrivatePart>;

/// Where `word` begins in `text`, ASCII case aside, each time.
template <typename Visit>
void for_each_match(std::string_view small_text, std::string_view word, Visit visit) {
  for (auto at = small_text.find(word); at != std::string_view::npos; at = small_text.find(word, at + 1))
    visit(at);
}

// Paths.

std::size_t separator_length(std::string_view text, std::size_t at) {
  if (at >= text.size()) return 0;
  if (text[at] == '/') return 1;
  if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\\') return 2;
  if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '/') return 2;
  // Of a Windows path; an escaped blank or character is none.
  if (text[at] == '\\' && at + 1 < text.size() && is_letter(text[at + 1])) return 1;
  if (text.size() - at >= 3 && text[at] == '%' && text[at + 1] == '2' && to_lower(text[at + 2]) == 'f')
    return 3;
  return 0;
}

/// The end of a folder's name that begins at `begin`.
std::size_t name_end(std::string_view text, std::size_t begin, PathContext context) {
  constexpr std::size_t kLongest = 128;
  const bool windows = begin > 0 && text[begin - 1] == '\\';
  std::size_t first_blank = std::string_view::npos;
  std::size_t at = begin;
  for (; at < text.size() && at - begin < kLongest; ++at) {
    const char c = text[at];
    const bool backslash_blank =
        c == '\\' && at + 1 < text.size() &&
        (text[at + 1] == ' ' || is_digit(text[at + 1]) || (text[at + 1] == 'u' && !windows));
    if (backslash_blank) {
      ++at;
      continue;
    }
    if (separator_length(text, at) > 0) {
      const bool blank_before = at > begin && text[at - 1] == ' ';
      // `/Users/jane /Users/joe`: two paths.
      return blank_before && first_blank != std::string_view::npos ? first_blank : at;
    }
    if (c == '\n' || c == '\r' || c == '\0') break;
    if (context == PathContext::whole_field) continue;
    if (std::string_view("\"'`<>|:;,()[]{}=\t").find(c) != std::string_view::npos) break;
    if (c == ' ' && first_blank == std::string_view::npos) first_blank = at;
  }
  // No slash came: in prose the first blank ended it.
  if (context == PathContext::prose && first_blank != std::string_view::npos) return first_blank;
  return at;
}

void add_name(std::string_view text, std::size_t begin, PathContext context, Parts& found) {
  auto end = name_end(text, begin, context);
  // The full stop behind a path that ends a sentence.
  if (context == PathContext::prose && end == text.size() && end > begin && text[end - 1] == '.') --end;
  if (end <= begin || is_placeholder(text.substr(begin, end - begin))) return;
  found.push_back({begin, end, SecretKind::user_name});
}

void find_home_folders(std::string_view text, std::string_view small_text, PathContext context,
                       Parts& found) {
  for (const std::string_view root : {"users", "home", "documents and settings"}) {
    for_each_match(small_text, root, [&](std::size_t at) {
      // `/Users/`, `C:\\Users\\`, `%2FUsers%2F`: a separator on both sides.
      const bool after_separator = at > 0 && (text[at - 1] == '/' || text[at - 1] == '\\' ||
                                              (at >= 3 && small_text.substr(at - 3, 3) == "%2f"));
      const auto separator = separator_length(text, at + root.size());
      if (!after_separator || separator == 0) return;
      add_name(text, at + root.size() + separator, context, found);
    });
  }
}

void find_tilde_names(std::string_view text, Parts& found) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at) {
    if (text[at] != '~' || !(is_letter(text[at + 1]) || is_high(text[at + 1]))) continue;
    // `~Destructor()` and `a~b` are no homes.
    if (at > 0 && std::string_view(" \t\n\"'=:(`").find(text[at - 1]) == std::string_view::npos) continue;
    std::size_t end = at + 1;
    while (end < text.size() && (is_alphanumeric(text[end]) || is_high(text[end]) || text[end] == '.' ||
                                 text[end] == '_' || text[end] == '-'))
      ++end;
    if (end < text.size() && text[end] == '/' && !is_placeholder(text.substr(at + 1, end - at - 1))) {
      found.push_back({at + 1, end, SecretKind::user_name});
    }
  }
}

/// `/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T`: a hash of the user.
void find_user_folders(std::string_view text, std::string_view small_text, Parts& found) {
  constexpr std::string_view kRoot = "/var/folders/";
  for_each_match(small_text, kRoot, [&](std::size_t at) {
    const auto begin = at + kRoot.size();
    auto end = begin;
    for (int slashes = 0; end < text.size(); ++end) {
      if (text[end] == '/' && ++slashes == 2) break;
      if (!is_alphanumeric(text[end]) && text[end] != '_' && text[end] != '+' && text[end] != '-' &&
          text[end] != '/')
        break;
    }
    if (end > begin + 2 && text.substr(begin, end - begin).find('/') != std::string_view::npos) {
      found.push_back({begin, end, SecretKind::machine_id});
    }
  });
}

// Addresses.

bool is_local_part(char c) {
  return is_alphanumeric(c) || std::string_view("._%+-'").find(c) != std::string_view::npos;
}
bool is_host_char(char c) { return is_alphanumeric(c) || c == '.' || c == '-'; }

/// What follows an `@` names a host, and no version, section or branch (`memcpy@plt`, `numpy@latest`).
bool is_login(std::string_view text, std::size_t end, std::string_view host) {
  if (host.find('.') != std::string_view::npos || !is_letter(host[0]) || host.size() < 3) return false;
  if (end < text.size() && text[end] == ':') return true;
  const bool ends =
      end == text.size() || std::string_view(" \t\r\n\"')]},;~").find(text[end]) != std::string_view::npos;
  return ends && !is_one_of(to_lower(host),
                            {"plt", "got", "gotpcrel", "tlsgd", "page", "pageoff", "latest", "next", "main",
                             "master", "head", "stable", "beta", "dev", "everyone", "here", "channel"});
}

void find_emails(std::string_view text, Parts& found) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && (is_local_part(text[begin - 1]) || is_high(text[begin - 1]))) --begin;
    while (begin < at && !is_alphanumeric(text[begin]) && !is_high(text[begin])) ++begin;
    std::size_t end = at + 1;
    while (end < text.size() && (is_host_char(text[end]) || is_high(text[end]))) ++end;
    while (end > at + 1 && !is_alphanumeric(text[end - 1]) && !is_high(text[end - 1])) --end;
    if (begin == at || end <= at + 1) continue;
    // `https://user:password@host` is a link's.
    const auto word = text.rfind(' ', at) == std::string_view::npos ? 0 : text.rfind(' ', at) + 1;
    if (text.substr(word, at - word).find("://") != std::string_view::npos) continue;
    const auto host = text.substr(at + 1, end - at - 1);
    const auto dot = host.rfind('.');
    const auto top = dot == std::string_view::npos ? std::string_view{} : host.substr(dot + 1);
    if (top.size() >= 2 && std::all_of(top.begin(), top.end(), is_letter)) {
      found.push_back({begin, end, SecretKind::email});
    } else if (is_login(text, end, host)) {
      // `jane@studio`, as ssh, scp and prompts have it.
      found.push_back({begin, at, SecretKind::user_name});
      found.push_back({at + 1, end, SecretKind::host_name});
    }
  }
}

/// `build7.corp.example.com`: below the private part of a public domain.
bool has_private_label(std::string_view host) {
  const auto top = host.substr(host.rfind('.') + 1);
  if (!is_one_of(top, {"com", "net", "org", "io", "dev", "cloud", "co", "de", "uk", "eu", "fr", "jp", "cn",
                       "us", "ch"})) {
    return false;
  }
  for (const std::string_view label :
       {".corp.", ".internal.", ".intranet.", ".lan.", ".local.", ".private.", ".intra."}) {
    if (host.find(label) != std::string_view::npos) return true;
  }
  return false;
}

bool is_private_domain(std::string_view host) {
  const auto text = to_lower(host);
  for (const std::string_view end : {".local", ".lan", ".internal", ".corp", ".intranet", ".localdomain",
                                     ".home.arpa", ".home", ".private"}) {
    if (text.size() > end.size() && text.ends_with(end)) return true;
  }
  if (has_private_label(text)) return true;
  return text.find("-macbook") != std::string::npos || text.find("s-mac-") != std::string::npos ||
         text.find("s-imac") != std::string::npos || text.find("s-mbp") != std::string::npos;
}

void find_private_hosts(std::string_view text, Parts& found) {
  for (std::size_t at = 0; at < text.size();) {
    if (!is_alphanumeric(text[at]) || !starts_word(text, at)) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && (is_host_char(text[end]) || is_high(text[end]))) ++end;
    auto last = end;
    while (last > at && !is_alphanumeric(text[last - 1])) --last;
    const auto word = text.substr(at, last - at);
    // Reverse names of bundles are no hosts.
    const auto start = to_lower(word.substr(0, 4));
    const bool bundle = start == "com." || start == "org." || start == "net.";
    const bool path_part =
        at > 0 && (text[at - 1] == '.' || text[at - 1] == '/') && (at < 2 || text[at - 2] != '/');
    if (!bundle && !path_part && is_private_domain(word)) found.push_back({at, last, SecretKind::host_name});
    at = std::max(end, at + 1);
  }
}

bool is_public_host(std::string_view host) {
  const auto text = to_lower(host);
  for (const std::string_view known :
       {"apple.com", "github.com", "githubusercontent.com", "pytorch.org", "python.org", "mozilla.org",
        "llvm.org", "w3.org", "pypi.org", "huggingface.co", "localhost"}) {
    if (text == known || (text.ends_with(known) && text[text.size() - known.size() - 1] == '.')) return true;
  }
  return false;
}

void find_links(std::string_view text, Parts& found) {
  for (auto at = text.find("://"); at != std::string_view::npos; at = text.find("://", at + 1)) {
    const auto begin = at + 3;
    auto end = begin;
    while (end < text.size() && std::string_view("/?# \t\n\"'<>)").find(text[end]) == std::string_view::npos)
      ++end;
    auto host_begin = begin;
    if (const auto sign = text.substr(begin, end - begin).rfind('@'); sign != std::string_view::npos) {
      if (sign > 0) found.push_back({begin, begin + sign, SecretKind::token});
      host_begin = begin + sign + 1;
    }
    auto host_end = host_begin;
    while (host_end < end && (is_host_char(text[host_end]) || is_high(text[host_end]))) ++host_end;
    const auto host = text.substr(host_begin, host_end - host_begin);
    const auto upper_mask = host.starts_with("HOST");
    if (!host.empty() && !upper_mask && !is_public_host(host))
      found.push_back({host_begin, host_end, SecretKind::host_name});
  }
}

}  // namespace

bool is_placeholder(std::string_view name) {
  if (name.empty() || name.find_first_of("*<>{}$%…") == 0) return true;
  if (name.find('*') != std::string_view::npos) return true;
  const auto text = to_lower(name);
  if (text.starts_with("user-") && std::all_of(text.begin() + 5, text.end(), is_digit)) return true;
  return is_one_of(text, {"user", "shared", ".", "..", "username", "xxx", "%s", "redacted"});
}

bool is_generic_account(std::string_view name) {
  return is_one_of(
      to_lower(name),
      {"root",    "admin", "administrator", "runner",    "build",     "builder", "ci",     "test",
       "tester",  "dev",   "developer",     "guest",     "ubuntu",    "debian",  "daemon", "nobody",
       "jenkins", "agent", "buildkite",     "ec2-user",  "vagrant",   "docker",  "mac",    "macos",
       "apple",   "work",  "workspace",     "github",    "gitlab",    "actions", "python", "metal",
       "local",   "data",  "default",       "faultline", "container", "service", "system", "node"});
}

void find_path_names(std::string_view text, PathContext context, std::vector<PrivatePart>& found) {
  const auto small_text = to_lower(text);
  find_home_folders(text, small_text, context, found);
  find_tilde_names(text, found);
  find_user_folders(text, small_text, found);
}

std::vector<PrivatePart> find_private_parts(std::string_view text, TextForms forms) {
  Parts found;
  find_path_names(text, PathContext::prose, found);
  find_emails(text, found);
  find_links(text, found);
  find_private_hosts(text, found);
  find_known_tokens(text, found);
  if (forms == TextForms::all) {
    find_network_addresses(text, found);
    find_named_values(text, found);
  }
  // Of two that overlap the longer one holds; of equal ones the first.
  std::stable_sort(found.begin(), found.end(), [](const PrivatePart& a, const PrivatePart& b) {
    return a.end - a.begin > b.end - b.begin;
  });
  Parts kept;
  for (const auto& part : found) {
    const bool free = std::none_of(kept.begin(), kept.end(), [&](const PrivatePart& other) {
      return part.begin < other.end && other.begin < part.end;
    });
    if (free) kept.push_back(part);
  }
  std::sort(kept.begin(), kept.end(),
            [](const PrivatePart& a, const PrivatePart& b) { return a.begin < b.begin; });
  return kept;
}

}  // namespace faultline
