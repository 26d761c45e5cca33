// The attachment of a bug form: evidence gathered, a person's words read, files written and searched.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/bundle/feedback_bundle.h"
#include "app/bundle/feedback_evidence.h"
#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

/// Each member is an option of the command, under its name.
struct FeedbackRequest {
  EvidenceOptions evidence;
  std::string out;  ///< Empty: `feedback-KEY` in the current folder.
  std::string templates;
  std::vector<std::string> attachments;
  std::vector<std::string> sources;
  bool zip = false;
  bool originals = false;
  bool final = false;  ///< An error while a placeholder is open.
};

struct WrittenFeedback {
  BundlePlace place;
  std::string prose_file;             ///< `feedback.toml`, which a person fills in.
  std::vector<std::string> open;      ///< Its placeholders that are not filled in.
  std::vector<std::string> searched;  ///< Lines: what was searched for, and how it is shown instead.
};

/// `store` has the sites, or `against`, an earlier store, where they no longer reproduce; with it the
/// follow-up compares the two. `begins` is called with the step that comes next. Where a private value was
/// found, or a file that is named is missing, nothing new is left behind.
Result<WrittenFeedback> write_feedback(Store& store, std::optional<Store>& against,
                                       const FeedbackRequest& wanted,
                                       const std::function<void(std::string_view)>& begins);

}  // namespace faultline
