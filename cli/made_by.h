// The command line that gives a table again, as the table names it.

#pragma once

#include <string>
#include <vector>

namespace faultline {

/// Builds `faultline rates --by threads,lock --where 'threads=8'`; options without a value are left out.
class MadeBy {
 public:
  explicit MadeBy(const std::string& command) : text_("faultline " + command) {}
  MadeBy& word(const std::string& value);  ///< Quoted where a shell would not leave it alone.
  MadeBy& option(const std::string& name, const std::string& value);
  MadeBy& list(const std::string& name, const std::vector<std::string>& values);
  MadeBy& flag(const std::string& name, bool given);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace faultline
