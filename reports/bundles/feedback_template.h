// The documents of a bundle as templates: text with `{{names}}` that evidence and prose replace.

#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

struct FeedbackTemplate {
  std::string name;  ///< Of the file that it makes: `FEEDBACK.md`.
  std::string text;
};

/// Those of this program: FEEDBACK.md, FEEDBACK.txt, FOLLOW-UP.txt.
const std::vector<FeedbackTemplate>& own_feedback_templates();

/// The same, each replaced by the file of its name in `folder`, where there is one. An empty path: our own.
Result<std::vector<FeedbackTemplate>> load_feedback_templates(const std::filesystem::path& folder);

/// Puts values in the place of their names, and takes blank lines in a row together. A name without a value
/// is an error that tells the line and the names there are. Values are put in as they are, and never looked
/// through.
Result<std::string> fill_template(const FeedbackTemplate& form,
                                  const std::map<std::string, std::string>& values);

}  // namespace faultline
