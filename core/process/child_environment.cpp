#include "core/process/child_environment.h"

#include <functional>
#include <map>
#include <string_view>

extern char** environ;

namespace faultline {

std::vector<std::string> environment_with(const std::vector<EnvSetting>& settings) {
  std::map<std::string, std::optional<std::string>, std::less<>> changes;
  for (const EnvSetting& setting : settings) changes[setting.name] = setting.value;
  std::vector<std::string> merged;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) merged.emplace_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (value) merged.push_back(name + "=" + *value);
  }
  return merged;
}

std::vector<char*> null_terminated(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace faultline
