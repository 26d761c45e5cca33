#include "app/report/command_builder.h"

#include <string_view>

namespace faultline {
namespace {

bool is_plain(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,/:=+@%";
  return !text.empty() && text.find_first_not_of(kPlain) == std::string::npos;
}

std::string quoted(const std::string& text) {
  if (is_plain(text)) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

CommandBuilder& CommandBuilder::word(const std::string& value) {
  if (!value.empty()) text_ += " " + quoted(value);
  return *this;
}

CommandBuilder& CommandBuilder::option(const std::string& name, const std::string& value) {
  if (!value.empty()) text_ += " " + name + " " + quoted(value);
  return *this;
}

CommandBuilder& CommandBuilder::list(const std::string& name, const std::vector<std::string>& values) {
  std::string joined;
  for (const std::string& value : values) joined += (joined.empty() ? "" : ",") + value;
  return option(name, joined);
}

CommandBuilder& CommandBuilder::flag(const std::string& name, bool given) {
  if (given) text_ += " " + name;
  return *this;
}

}  // namespace faultline
