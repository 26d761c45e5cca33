#include "analyzer/site/crash_site_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "analyzer/fault/facts/abort_message.h"
#include "analyzer/site/site_stack.h"
#include "analyzer/site/site_text.h"
#include "analyzer/site/symbol_names.h"

namespace faultline {
namespace {

constexpr std::size_t kSearchDepth = 48;  // How far below the top a process may have begun to end itself.
constexpr std::size_t kMostNotes = 16;

// What the system did to a process that stood somewhere by chance: its stack says nothing about it.
bool stack_says_nothing(const CrashReport& report, FaultKind kind) {
  if (report.kind != ReportKind::crash && report.kind != ReportKind::non_fatal &&
      report.kind != ReportKind::hang && report.kind != ReportKind::profile) {
    return true;
  }
  return kind == FaultKind::killed || kind == FaultKind::launch_failure;
}

class SiteFinder {
 public:
  SiteFinder(const CrashReport& report, const FaultExplanation& fault, const SiteRules& rules)
      : report_(report),
        fault_(fault),
        rules_(rules),
        words_(find_abort_message(report)),
        stack_(build_site_stack(report, fault.kind)) {
    if (report.exception) exception_ = report.exception->type;
  }

  CrashSite run() {
    if (stack_says_nothing(report_, fault_.kind)) {
      site_.rule = "no_stack_needed";
      note("its stack says nothing about what ended it");
    } else if (stack_.frames.empty()) {
      site_.rule = "no_stack";
      note("the report has no stack of the crashed thread");
    } else {
      site_.thread_index = stack_.thread_index;
      note("searched " + stack_.what);
      if (choose_recursion() || choose_frame()) return std::move(site_);
      site_.rule = "no_frame";
    }
    if (is_document()) {
      write_document_site(document_text(), fault_, site_);
    } else {
      write_site_without_frame(process(), fault_, report_, words_, site_);
    }
    return std::move(site_);
  }

 private:
  void note(std::string line) {
    if (site_.notes.size() < kMostNotes) site_.notes.push_back(std::move(line));
  }

  std::string process() const {
    return report_.process_name.value_or(
        report_.header.app_name.value_or(report_.header.name.value_or("???")));
  }

  // Documents that are no crash are named by what they are.
  std::string document_text() const {
    const auto& event = report_.system_event;
    if (report_.kind == ReportKind::panic) {
      return event && event->panic_string
                 ? fmt::format("kernel panic \"{}\"", panic_words(*event->panic_string))
                 : std::string("kernel panic");
    }
    if (report_.kind == ReportKind::gpu_event) {
      const std::string reason =
          event && event->restart_reason ? " " + shortened_text(*event->restart_reason, 60) : "";
      return process() + " gpu_event" + reason;
    }
    // Two limits, or two watchdogs, of one program are two things.
    const std::string what = event && event->event ? " " + shortened_text(*event->event, 60) : "";
    return fmt::format("{} {}{}", process(), report_kind_text(report_.kind), what);
  }

  bool is_document() const {
    return report_.kind != ReportKind::crash && report_.kind != ReportKind::non_fatal;
  }

  // `panic(cpu 3 caller 0x…): "text" @file:1` -> text.
  static std::string panic_words(const std::string& whole) {
    std::string line = whole.substr(0, whole.find('\n'));
    if (const auto colon = line.find("): "); line.starts_with("panic(") && colon != std::string::npos) {
      line = line.substr(colon + 3);
    }
    if (const auto at = line.rfind(" @"); at != std::string::npos) line.resize(at);
    std::erase(line, '"');
    return shortened_text(line, 96);
  }

  // Where a stack ran full, the top frame is chance: the function that recurs most is not.
  bool choose_recursion() {
    if (fault_.kind != FaultKind::stack_overflow) return false;
    std::map<std::string, std::size_t> counts;
    const std::size_t depth = std::min<std::size_t>(stack_.frames.size(), 128);
    for (std::size_t i = 0; i < depth; ++i) {
      const SiteFrame& frame = stack_.frames[i];
      if (frame.function.empty()) continue;
      const auto action = judge_frame(rules_, frame.image, frame.function, exception_).action;
      if (action == FrameAction::none) ++counts[frame.image + " " + frame.function];
    }
    std::size_t most = 1;
    for (const auto& [name, count] : counts) most = std::max(most, count);
    if (most < 3) return false;
    // Of the functions of a cycle, which all recur about as often, the first by name: the same each time.
    std::string best;
    for (const auto& [name, count] : counts) {
      if (count + 1 >= most && (best.empty() || name < best)) best = name;
    }
    for (std::size_t i = 0; i < depth; ++i) {
      const SiteFrame& frame = stack_.frames[i];
      if (frame.function.empty() || frame.image + " " + frame.function != best) continue;
      note(fmt::format("`{}` stands {} times among the {} topmost frames", frame.function, counts[best],
                       depth));
      ChosenFrame chosen;
      chosen.frame = &frame;
      chosen.with_code_offset = false;
      finish("recursion", chosen);
      return true;
    }
    return false;
  }

  // Where the search begins: below the last frame of a signal handler or of the way to the end.
  std::size_t first_frame() {
    const FrameLists& lists = frame_lists();
    std::size_t begin = 0;
    for (std::size_t i = 0; i < std::min(stack_.frames.size(), kSearchDepth); ++i) {
      const SiteFrame& frame = stack_.frames[i];
      const auto trampoline = lists.trampolines.find(frame.image, frame.function);
      const auto ending = ends_itself(fault_.kind) ? lists.begin_below.find(frame.image, frame.function)
                                                   : std::optional<std::size_t>();
      // An interpreter or thread start ends the look down: what lies below has nothing to do with the crash.
      if (!trampoline && !ending) {
        if (i > begin && lists.stop.find(frame.image, frame.function)) break;
        continue;
      }
      // What a cut stack lacks below the way to the end may be that way's own frames; a signal handler
      // is never the place.
      if (i + 1 == stack_.frames.size() && !trampoline) break;
      begin = i + 1;
      begin_rule_ = trampoline ? "below_signal_handler" : "below_end";
      begin_note_ = fmt::format("the search began below `{}` ({})", frame.function,
                                trampoline ? "trampolines.txt" : "begin_below.txt");
    }
    if (!begin_note_.empty()) note(begin_note_);
    if (begin == stack_.frames.size()) {
      note("the stack ends at the signal handler: what the signal interrupted is not in the report");
    }
    return begin;
  }

  bool choose_frame() {
    const std::size_t begin = first_frame();
    const SiteFrame* looked_through = nullptr;
    for (std::size_t i = begin; i < stack_.frames.size(); ++i) {
      const SiteFrame& frame = stack_.frames[i];
      if (frame.image.empty() && frame.function.empty()) {
        note(fmt::format("frame {} lies in no image", frame.index));
        continue;
      }
      const std::string& judged = frame.function.empty() ? unnamed_ : frame.function;
      const FrameVerdict verdict = judge_frame(rules_, frame.image, judged, exception_);
      if (verdict.action == FrameAction::none) {
        ChosenFrame chosen = describe(i);
        if (looked_through != nullptr) chosen.via = looked_through->function;
        finish(rule_for(i, begin, looked_through), chosen);
        return true;
      }
      note(fmt::format("frame {} `{}`: {}", frame.index, frame.function, verdict.reason));
      if (verdict.action == FrameAction::stop) break;
      // A name says more than none; of several the deepest.
      const bool better =
          looked_through == nullptr || !frame.function.empty() || looked_through->function.empty();
      if (verdict.action == FrameAction::look_through && better) looked_through = &frame;
    }
    return choose_fallback(begin, looked_through);
  }

  std::string rule_for(std::size_t i, std::size_t begin, const SiteFrame* looked_through) const {
    if (looked_through != nullptr) return "looked_through";
    if (stack_.frames[i].from_link_register) return "link_register";
    if (!begin_rule_.empty() && i == begin) return begin_rule_;
    if (!stack_.thread_index) return "thrown_exception";
    if (i == 0) return "top_frame";
    return "first_frame_left";
  }

  // Nothing but plumbing down to a thread's start: better one of those than nothing.
  bool choose_fallback(std::size_t begin, const SiteFrame* looked_through) {
    const SiteFrame* frame = looked_through;
    const SiteFrame* unnamed = nullptr;
    bool in_no_image = false;
    for (std::size_t i = begin; frame == nullptr && i < stack_.frames.size(); ++i) {
      const SiteFrame& candidate = stack_.frames[i];
      if (!candidate.function.empty()) frame = &candidate;
      if (unnamed == nullptr && !candidate.image.empty()) unnamed = &candidate;
      in_no_image = in_no_image || (candidate.function.empty() && candidate.image.empty());
    }
    if (frame == nullptr) frame = unnamed;
    if (frame == nullptr) return false;
    // Code that a runtime made: what called it says less than whose it is.
    const auto action = judge_frame(rules_, frame->image, frame->function, exception_).action;
    const bool is_plumbing = action == FrameAction::stop || action == FrameAction::skip;
    if (in_no_image && is_plumbing && begin_rule_ == "below_end") {
      note("the frames below the throw are generated code without names");
      return false;
    }
    note("no frame was left: took the best of those passed over");
    finish("only_plumbing", describe(static_cast<std::size_t>(frame - stack_.frames.data())));
    return true;
  }

  ChosenFrame describe(std::size_t i) const {
    ChosenFrame chosen;
    chosen.frame = &stack_.frames[i];
    if (!chosen.frame->function.empty()) return chosen;
    for (std::size_t below = i + 1; below < stack_.frames.size(); ++below) {
      const SiteFrame& frame = stack_.frames[below];
      if (frame.function.empty()) continue;
      if (judge_frame(rules_, frame.image, frame.function, exception_).action == FrameAction::stop) break;
      chosen.caller = family_image(frame.image) + " " + family_function(frame.function);
      break;
    }
    return chosen;
  }

  void finish(std::string rule, const ChosenFrame& chosen) {
    site_.rule = std::move(rule);
    if (!chosen.frame->doubt.empty()) note(chosen.frame->doubt + "; keyed by image UUID and offset");
    if (chosen.frame->function.empty() && chosen.frame->doubt.empty()) {
      note("the frame has no symbol: keyed by image UUID and offset");
    }
    if (chosen.frame->from_link_register)
      note("the caller stands in lr only; the reported stack leaves it out");
    for (const auto& name : chosen.frame->inlined) note("inlined here: " + name);
    write_site(chosen, fault_, report_, words_, site_);
  }

  const CrashReport& report_;
  const FaultExplanation& fault_;
  const SiteRules& rules_;
  std::optional<AbortMessage> words_;
  SiteStack stack_;
  std::string exception_;
  std::string begin_rule_;
  std::string begin_note_;
  std::string unnamed_ = "<no name>";  // So that rules on the image alone see unnamed frames, too.
  CrashSite site_;
};

}  // namespace

CrashSite find_crash_site(const CrashReport& report, const FaultExplanation& fault, const SiteRules& rules) {
  return SiteFinder(report, fault, rules).run();
}

std::vector<std::string> find_labels(const CrashReport& report, const CrashSite& site,
                                     const SiteRules& rules) {
  std::vector<std::string> labels;
  const std::string exception = report.exception ? report.exception->type : "";
  for (const SiteRule& rule : rules.rules) {
    if (rule.kind != SiteRule::Kind::label) continue;
    if (!matches_or_empty(rule.image, site.image) || !matches_or_empty(rule.function, site.function))
      continue;
    if (!matches_or_empty(rule.exception, exception) ||
        !matches_or_empty(rule.fault_kind, fault_kind_text(site.kind)))
      continue;
    if (!matches_or_empty(rule.family, site.family_text) || !matches_or_empty(rule.site, site.text)) continue;
    if (std::find(labels.begin(), labels.end(), rule.label) == labels.end()) labels.push_back(rule.label);
  }
  return labels;
}

}  // namespace faultline
