#include "app/questions/command_builder.h"

#include "core/text/shell_quote.h"

namespace faultline {
CommandBuilder& CommandBuilder::word(const std::string& value) {
  if (!value.empty()) text_ += " " + shell_quoted(value);
  return *this;
}

CommandBuilder& CommandBuilder::option(const std::string& name, const std::string& value) {
  if (!value.empty()) text_ += " " + name + " " + shell_quoted(value);
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
