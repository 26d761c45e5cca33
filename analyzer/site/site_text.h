// How sites are written down: the text whose hash is their key, exact and by family.

#pragma once

#include <string>

#include "analyzer/fault/facts/abort_message.h"
#include "analyzer/site/site_stack.h"
#include "core/model/crash_report.h"
#include "core/model/crash_site.h"

namespace faultline {

/// The frame that was chosen, and what its text needs to know about its surroundings.
struct ChosenFrame {
  const SiteFrame* frame = nullptr;
  std::string via;               ///< Function that was looked through; empty if none was.
  std::string caller;            ///< `image function` of the next named frame; for unnamed ones.
  bool with_code_offset = true;  ///< False where it differs from crash to crash (recursion).
};

enum class SiteScope { exact, family };

/// `null+0x5c8 read` (in a family `null+0x5c8`), `assertion:1091 "A command encoder …"`, `uncaught_exception
/// c10::Error`.
std::string fault_phrase(const FaultExplanation& fault, const CrashReport& report,
                         const std::optional<AbortMessage>& words, SiteScope scope);

/// Fills texts, keys, image, function and code offset of `site` from the frame and the fault.
void write_site(const ChosenFrame& chosen, const FaultExplanation& fault, const CrashReport& report,
                const std::optional<AbortMessage>& words, CrashSite& site);

/// The same for what has no frame: `what` stands where image and function would.
void write_site_without_frame(const std::string& what, const FaultExplanation& fault,
                              const CrashReport& report, const std::optional<AbortMessage>& words,
                              CrashSite& site);

/// For a document that is no crash: its text is all that there is.
void write_document_site(const std::string& text, const FaultExplanation& fault, CrashSite& site);

}  // namespace faultline
