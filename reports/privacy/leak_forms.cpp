#include "reports/privacy/leak_forms.h"

#include <algorithm>
#include <array>
#include <set>

#include "reports/privacy/token_patterns.h"

namespace faultline {
namespace {

constexpr std::string_view kHome = "home folder of a person";
constexpr std::string_view kMail = "e-mail address";
constexpr std::string_view kKey = "key of a service";
constexpr std::string_view kPem = "private key";
constexpr std::string_view kHeader = "authorization or cookie header";
constexpr std::string_view kLogin = "password in a link";
constexpr std::string_view kWebhook = "webhook address";
constexpr std::string_view kPrivateIp = "private network address";
constexpr std::string_view kHardware = "hardware address";

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool word(char c) {
  return digit(c) || letter(c) || c == '_' || c == '-' || (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// What stands where something was masked, or where a person wrote a pattern.
bool is_masked(std::string_view value) {
  for (const std::string_view mask : {"USER", "HOST", "EMAIL", "TOKEN", "ID", "ADDRESS"}) {
    if (value.starts_with(mask)) return true;
  }
  return value.empty() || std::string_view("<{$*%[…").find(value.front()) != std::string_view::npos;
}

class Look {
 public:
  explicit Look(std::string_view text) : text_(text) {}

  std::vector<FormHit> run() {
    homes();
    mails();
    keys();
    pem();
    headers();
    logins();
    webhooks();
    private_ips();
    hardware();
    return std::move(hits_);
  }

 private:
  void hit(std::string_view what, std::size_t begin, std::size_t end) {
    constexpr std::size_t kLongest = 120;
    std::string value(text_.substr(begin, std::min(end - begin, kLongest)));
    if (seen_.emplace(what, value).second) hits_.push_back({std::string(what), std::move(value)});
  }

  /// Gives each place of `sign`, behind it.
  template <typename Visit>
  void after_each(std::string_view sign, Visit visit) {
    for (auto at = text_.find(sign); at != std::string_view::npos; at = text_.find(sign, at + 1)) {
      visit(at, at + sign.size());
    }
  }

  template <typename Belongs>
  std::size_t end_of(std::size_t at, Belongs belongs) const {
    while (at < text_.size() && belongs(text_[at])) ++at;
    return at;
  }

  void homes() {
    for (const std::string_view root : {"/Users/", "/home/", "\\Users\\"}) {
      after_each(root, [&](std::size_t, std::size_t begin) {
        const auto end = end_of(begin, [](char c) { return word(c) || c == '.'; });
        const auto name = text_.substr(begin, end - begin);
        const bool goes_on = end < text_.size() && (text_[end] == '/' || text_[end] == '\\');
        if (!goes_on || is_masked(name) || name == "Shared" || name == "user" || name == "." || name == "..")
          return;
        hit(kHome, begin, end);
      });
    }
  }

  void mails() {
    after_each("@", [&](std::size_t at, std::size_t begin) {
      auto first = at;
      while (first > 0 && (word(text_[first - 1]) || text_[first - 1] == '.' || text_[first - 1] == '+'))
        --first;
      auto end = end_of(begin, [](char c) { return digit(c) || letter(c) || c == '-' || c == '.'; });
      while (end > begin && text_[end - 1] == '.') --end;
      const auto host = text_.substr(begin, end - begin);
      const auto dot = host.rfind('.');
      // `https://user:password@host` is a link's.
      const auto begin_of_word = text_.find_last_of(" \t\n\"'", first) + 1;
      if (text_.substr(begin_of_word, at - begin_of_word).find("://") != std::string_view::npos) return;
      if (first == at || !letter(text_[first]) || dot == std::string_view::npos || dot == 0) return;
      const auto top = host.substr(dot + 1);
      if (top.size() < 2 || top.size() > 12 || !std::all_of(top.begin(), top.end(), letter)) return;
      if (!is_masked(text_.substr(first, at - first))) hit(kMail, first, end);
    });
  }

  void keys() {
    for (const auto& pattern : kTokenPatterns) {
      after_each(pattern.prefix, [&](std::size_t at, std::size_t begin) {
        if (at > 0 && word(text_[at - 1]) && pattern.prefix.front() != '_') return;
        const auto end =
            end_of(begin, [](char c) { return word(c) || c == '.' || c == '/' || c == '+' || c == '='; });
        const auto rest = text_.substr(begin, end - begin);
        if (rest.size() >= pattern.least && std::any_of(rest.begin(), rest.end(), digit)) hit(kKey, at, end);
      });
    }
  }

  void pem() {
    after_each("PRIVATE KEY-----", [&](std::size_t at, std::size_t end) { hit(kPem, at, end); });
  }

  void headers() {
    for (const std::string_view name : {"Authorization:", "authorization:", "Cookie:", "cookie:"}) {
      after_each(name, [&](std::size_t, std::size_t begin) {
        begin = end_of(begin, [](char c) { return c == ' '; });
        for (const std::string_view scheme :
             {"Bearer ", "Basic ", "Token ", "Digest ", "bearer ", "basic ", "token "}) {
          if (text_.substr(begin).starts_with(scheme)) begin += scheme.size();
        }
        const auto end = end_of(
            begin, [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\''; });
        if (end - begin >= 6 && !is_masked(text_.substr(begin, end - begin))) hit(kHeader, begin, end);
      });
    }
  }

  void logins() {
    after_each("://", [&](std::size_t, std::size_t begin) {
      const auto end =
          end_of(begin, [](char c) { return word(c) || c == '.' || c == ':' || c == '%' || c == '+'; });
      const auto login = text_.substr(begin, end - begin);
      const auto colon = login.find(':');
      if (end >= text_.size() || text_[end] != '@' || colon == std::string_view::npos || is_masked(login))
        return;
      hit(kLogin, begin + colon + 1, end);
    });
  }

  void webhooks() {
    for (const auto prefix : kWebhookPrefixes) {
      after_each(prefix, [&](std::size_t, std::size_t begin) {
        const auto end = end_of(begin, [](char c) { return word(c) || c == '/' || c == ':'; });
        if (end - begin >= 6 && !is_masked(text_.substr(begin, end - begin))) hit(kWebhook, begin, end);
      });
    }
  }

  /// Only 192.168 and 100.64 to 100.127: what begins with 10 or 172 is a version as often.
  void private_ips() {
    for (const std::string_view begin_of : {"192.168.", "100."}) {
      after_each(begin_of, [&](std::size_t at, std::size_t begin) {
        if (at > 0 && (word(text_[at - 1]) || text_[at - 1] == '.')) return;
        const auto end = end_of(begin, [](char c) { return digit(c) || c == '.'; });
        std::array<int, 3> numbers{-1, 0, 0};
        std::size_t count = 0;
        for (auto i = begin; i < end && count < 3; ++i) {
          if (text_[i] == '.') {
            ++count;
            continue;
          }
          if (numbers.at(count) < 0) numbers.at(count) = 0;
          numbers.at(count) = std::min(numbers.at(count) * 10 + (text_[i] - '0'), 999);
        }
        const bool local = begin_of.size() == 8 && count >= 1;
        const bool carrier = begin_of.size() == 4 && count == 2 && numbers[0] >= 64 && numbers[0] <= 127;
        if ((local || carrier) && numbers[0] <= 255 && numbers[1] <= 255) hit(kPrivateIp, at, end);
      });
    }
  }

  void hardware() {
    constexpr std::size_t kLength = 17;
    for (std::size_t at = 2; at + kLength - 2 <= text_.size(); ++at) {
      if (text_[at] != ':') continue;
      const auto begin = at - 2;
      bool fits = begin == 0 || (!word(text_[begin - 1]) && text_[begin - 1] != ':');
      for (std::size_t i = 0; fits && i < kLength; ++i)
        fits = i % 3 == 2 ? text_[begin + i] == ':' : hex(text_[begin + i]);
      const auto end = begin + kLength;
      if (fits && (end == text_.size() || (!word(text_[end]) && text_[end] != ':')))
        hit(kHardware, begin, end);
    }
  }

  std::string_view text_;
  std::vector<FormHit> hits_;
  std::set<std::pair<std::string_view, std::string>> seen_;
};

}  // namespace

const std::vector<std::string_view>& leak_form_names() {
  static const std::vector<std::string_view> names{kHome,  kMail,    kKey,       kPem,     kHeader,
                                                   kLogin, kWebhook, kPrivateIp, kHardware};
  return names;
}

std::vector<FormHit> find_private_forms(std::string_view text) { return Look(text).run(); }

}  // namespace faultline
