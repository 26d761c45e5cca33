#include "analyzer/site/portrait.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "analyzer/site/frame_rules.h"
#include "analyzer/site/symbol_names.h"

namespace faultline {
namespace {

constexpr std::size_t kNoLine = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kWaitDepth = 12;     // A wait shows near the top.
constexpr std::size_t kPartnerDepth = 24;  // Further down it is the same for every thread of a pool.
constexpr std::uint64_t kSmallest = 64 * 1024;
constexpr std::uint64_t kSmallestOnApple = 1ULL << 32;  // 64-bit programs have nothing below it.
constexpr std::uint64_t kStackReach = 1024 * 1024;

constexpr std::size_t kMostKnownNames = 20'000;

// What the lists say of one function; asked once per distinct name.
struct NameFacts {
  std::string function;
  std::string family;  // `image function`
  FrameAction action = FrameAction::none;
  std::size_t wait = kNoLine;
  std::size_t phase = kNoLine;
};

// The reports of a campaign have most of their names in common, so what a thread learned of one it keeps for
// the next; an answer depends on the name and on the lists alone.
class Names {
 public:
  explicit Names(const CrashReport& report) : report_(report) {
    if (known().size() > kMostKnownNames) known().clear();
  }

  const NameFacts& of(const Frame& frame) {
    const Image* image = report_.image_of(frame);
    const std::string name = image != nullptr ? image->display_name() : frame.image_name.value_or("");
    const std::string key = name + '\n' + frame.symbol.value_or("");
    if (const auto found = known().find(key); found != known().end()) return found->second;
    return known().emplace(key, judge(name, frame)).first->second;
  }

 private:
  static std::unordered_map<std::string, NameFacts>& known() {
    thread_local std::unordered_map<std::string, NameFacts> names;
    return names;
  }

  static NameFacts judge(const std::string& image, const Frame& frame) {
    NameFacts facts;
    if (!frame.symbol || !is_usable_name(*frame.symbol)) return facts;
    facts.function = normalised_function(*frame.symbol);
    facts.family = family_image(image.empty() ? "???" : image) + " " + family_function(facts.function);
    facts.action = judge_frame({}, image, facts.function, "").action;
    facts.wait = frame_lists().waits.find(image, facts.function).value_or(kNoLine);
    facts.phase = frame_lists().phases.find(image, facts.function).value_or(kNoLine);
    return facts;
  }

  const CrashReport& report_;
};

std::string image_name(const CrashReport& report, const Frame& frame) {
  const Image* image = report.image_of(frame);
  return image != nullptr ? image->display_name() : frame.image_name.value_or("???");
}

std::string stack_key(const Thread& thread) {
  std::string key;
  for (const Frame& frame : thread.frames) {
    key +=
        std::to_string(frame.image_index.value_or(kNoLine)) + "+" + std::to_string(frame.image_offset.value);
    if (frame.address) key += "@" + std::to_string(frame.address->value);
    key += ';';
  }
  return key;
}

void add_once(std::vector<std::string>& list, const std::optional<std::string>& text) {
  if (!text || text->empty()) return;
  if (std::find(list.begin(), list.end(), *text) == list.end()) list.push_back(*text);
}

// The frame that says most: the first that neither waits nor is plumbing; else the top one.
std::string telling_place(const CrashReport& report, const Thread& thread, Names& names) {
  for (const Frame& frame : thread.frames) {
    const NameFacts& facts = names.of(frame);
    if (facts.function.empty() || facts.action != FrameAction::none || facts.wait != kNoLine) continue;
    return image_name(report, frame) + " " + facts.function;
  }
  if (thread.frames.empty()) return {};
  const Frame& top = thread.frames.front();
  return image_name(report, top) + " " + names.of(top).function;
}

ThreadGroup describe_group(const CrashReport& report, const Thread& thread, const CrashSite& site,
                           Names& names) {
  ThreadGroup group;
  std::size_t wait = kNoLine;
  for (std::size_t i = 0; i < thread.frames.size(); ++i) {
    const NameFacts& facts = names.of(thread.frames[i]);
    if (i < kWaitDepth) wait = std::min(wait, facts.wait);
    const bool counts = facts.action != FrameAction::stop;
    if (counts && !site.image.empty() && image_name(report, thread.frames[i]) == site.image) {
      group.in_crash_image = true;
    }
  }
  if (wait != kNoLine) group.waits_for = frame_lists().waits.line(wait).words;
  group.place = telling_place(report, thread, names);
  return group;
}

bool points_into_image(const CrashReport& report, std::uint64_t value) {
  return std::any_of(report.images.begin(), report.images.end(), [&](const Image& image) {
    return image.size_bytes != 0 && value - image.base.value < image.size_bytes;
  });
}

bool is_held_register(std::string_view name) {
  constexpr std::array<std::string_view, 15> kOthers{"pc",     "lr",  "sp",  "fp",   "rip",
                                                     "rsp",    "rbp", "far", "esr",  "cpsr",
                                                     "rflags", "cr2", "err", "trap", "cpu"};
  return std::find(kOthers.begin(), kOthers.end(), name) == kOthers.end();
}

bool is_apple_64(const CrashReport& report, const ThreadState& state) {
  const bool wide = state.find("x0") != nullptr || state.find("rax") != nullptr;
  return wide && !report.os.train.value_or("").starts_with("Linux");
}

// Pointers of the crashed thread that could be objects, each with the first register that held it.
std::map<std::uint64_t, std::string> object_pointers(const CrashReport& report, const ThreadState& state) {
  const std::uint64_t smallest = is_apple_64(report, state) ? kSmallestOnApple : kSmallest;
  std::map<std::uint64_t, std::string> out;
  const Register* sp = state.find("sp") != nullptr ? state.find("sp") : state.find("rsp");
  for (const Register& reg : state.registers) {
    if (!is_held_register(reg.name)) continue;
    const std::uint64_t value = strip_pointer_authentication(reg.value);
    if (value < smallest || value % 4 != 0 || points_into_image(report, value)) continue;
    // Half of all such values are patterns, not pointers.
    if (value == kPointerMask || (value & 0xffffffffU) == 0) continue;
    if (sp != nullptr && value - (sp->value - kStackReach) < 2 * kStackReach) continue;
    out.emplace(value, reg.name);
  }
  return out;
}

void find_shared(const CrashReport& report, std::size_t thread,
                 const std::map<std::uint64_t, std::string>& pointers, ThreadGroup& group) {
  const auto& state = report.threads[thread].state;
  if (!state || pointers.empty()) return;
  std::set<std::uint64_t> seen;
  for (const Register& reg : state->registers) {
    const auto found = pointers.find(strip_pointer_authentication(reg.value));
    if (found == pointers.end() || !is_held_register(reg.name)) continue;
    if (!seen.insert(found->first).second) continue;
    group.shared.push_back({found->first, found->second, report.thread_number(thread), reg.name});
  }
}

void find_phase(const CrashReport& report, std::optional<std::size_t> crashed, Names& names,
                Portrait& portrait) {
  for (const auto& index : {crashed, std::optional<std::size_t>(0)}) {
    if (!index || *index >= report.threads.size() || !portrait.phase.empty()) continue;
    std::size_t best = kNoLine;
    std::string reason;
    for (const Frame& frame : report.threads[*index].frames) {
      const NameFacts& facts = names.of(frame);
      if (facts.phase >= best) continue;
      best = facts.phase;
      reason = facts.function;
    }
    if (best == kNoLine) continue;
    portrait.phase = frame_lists().phases.line(best).words;
    portrait.phase_reason = "thread " + std::to_string(report.thread_number(*index)) + " was in " + reason;
  }
}

void collect_functions(const Thread& thread, Names& names, std::set<std::string>& functions) {
  std::size_t depth = 0;
  for (const Frame& frame : thread.frames) {
    if (++depth > kPartnerDepth) break;
    const NameFacts& facts = names.of(frame);
    if (facts.action == FrameAction::stop) break;
    if (facts.function.empty() || facts.action != FrameAction::none || facts.wait != kNoLine) continue;
    functions.insert(facts.family);
  }
}

}  // namespace

Portrait draw_portrait(const CrashReport& report, const CrashSite& site) {
  Portrait portrait;
  Names names(report);
  const auto crashed = report.crashed_thread_index();
  std::map<std::uint64_t, std::string> pointers;
  if (crashed && report.threads[*crashed].state) {
    pointers = object_pointers(report, *report.threads[*crashed].state);
  }
  std::unordered_map<std::string, std::size_t> by_stack;
  std::set<std::string> functions;
  for (std::size_t i = 0; i < report.threads.size(); ++i) {
    if (crashed == i) continue;
    const Thread& thread = report.threads[i];
    const auto [place, is_new] = by_stack.emplace(stack_key(thread), portrait.groups.size());
    if (is_new) {
      portrait.groups.push_back(describe_group(report, thread, site, names));
      collect_functions(thread, names, functions);
    }
    ThreadGroup& group = portrait.groups[place->second];
    group.threads.push_back(report.thread_number(i));
    group.at_own_fault = group.at_own_fault || thread.at_own_fault;
    add_once(group.names, thread.name);
    add_once(group.queues, thread.queue);
    find_shared(report, i, pointers, group);
  }
  std::stable_sort(portrait.groups.begin(), portrait.groups.end(),
                   [](const ThreadGroup& a, const ThreadGroup& b) {
                     const auto rank = [](const ThreadGroup& group) {
                       return std::make_tuple(group.at_own_fault, group.in_crash_image, !group.shared.empty(),
                                              group.threads.size());
                     };
                     return rank(a) > rank(b);
                   });
  portrait.functions.assign(functions.begin(), functions.end());
  find_phase(report, crashed, names, portrait);
  return portrait;
}

}  // namespace faultline
