// The command line that gives a table again, as the table names it.

#pragma once

#include <string>
#include <vector>

namespace faultline {

/// Builds `faultline rates --by threads,lock --where 'threads=8'`; options without a value are left out.
class CommandBuilder {
 public:
  explicit CommandBuilder(const std::string& command) : text_("faultline " + command) {}
  CommandBuilder& word(const std::string& value);  ///< Quoted where a shell would not leave it alone.
  CommandBuilder& option(const std::string& name, const std::string& value);
  CommandBuilder& list(const std::string& name, const std::vector<std::string>& values);
  CommandBuilder& flag(const std::string& name, bool given);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace faultline
