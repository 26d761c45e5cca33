#include "analyzer/symbolize/symbolize_report.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "analyzer/symbolize/frame_symbolizer.h"
#include "analyzer/symbolize/image_map.h"
#include "analyzer/symbolize/module_symbols.h"
#include "analyzer/symbolize/names/readable_name.h"
#include "analyzer/symbolize/shared_cache/cache_folder.h"

namespace faultline {
namespace {

GsymCacheOptions cache_options_of(const SymbolizeOptions& options) {
  GsymCacheOptions cache;
  cache.folder = options.cache_folder;
  cache.limit_bytes = options.cache_limit_bytes;
  cache.converter = options.converter;
  cache.conversion = options.conversion;
  return cache;
}

/// What the top of a stack is: the pc of a thread, or only return addresses (a thrown exception's stack).
enum class StackTop { program_counter, return_address };

}  // namespace

struct Symbolizer::State {
  using ModuleKey = std::pair<Uuid, std::string>;  // UUID and whole build-id.

  SymbolizeOptions options;
  SymbolFinder finder;
  GsymCache cache;
  SwiftDemangler swift;
  mutable std::mutex mutex;  // Of `modules`; each module has its own beside.
  std::map<ModuleKey, std::unique_ptr<ModuleSymbols>> modules;

  explicit State(SymbolizeOptions given)
      : options(std::move(given)),
        finder(symbol_places(options)),
        cache(cache_options_of(options)),
        swift(options.swift_demangle) {}

  ModuleSymbols* module_of(const Image& image) {
    if (!image.uuid || image.uuid->is_zero() || image.source == "A") return nullptr;
    const std::lock_guard lock(mutex);
    auto& module = modules[{*image.uuid, image.build_id}];
    if (!module) module = std::make_unique<ModuleSymbols>(image, finder, cache);
    return module.get();
  }
};

namespace {

std::vector<Issue> issues_of(const std::vector<const ModuleSymbols*>& modules) {
  std::set<std::pair<std::string, std::string>> seen;
  std::vector<Issue> issues;
  for (const auto* module : modules) {
    for (auto& issue : module->issues()) {
      if (seen.emplace(issue.path, issue.message).second) issues.push_back(std::move(issue));
    }
  }
  return issues;
}

/// One call of Symbolizer::symbolize(): walks the stacks of a report and collects the outcome.
class ReportWalk {
 public:
  using ModuleOf = std::function<ModuleSymbols*(const Image&)>;

  ReportWalk(SymbolizedReport& outcome, ModuleOf module_of)
      : outcome_(outcome), module_of_(std::move(module_of)) {
    std::vector<Issue> ignored;  // The parser has told about odd image lists.
    image_map_ = ImageMap::build(outcome_.report.images, ignored);
    modules_.resize(outcome_.report.images.size());
  }

  void walk(std::vector<Frame>& stack, StackTop top) {
    const auto groups = group_frames(stack);
    std::vector<Frame> named;
    named.reserve(stack.size());
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const bool at_pc =
          (i == 0 && top == StackTop::program_counter) || is_below_signal_trampoline(groups, i);
      auto frames = name(groups[i], at_pc);
      ++outcome_.physical_frames;
      if (groups[i].back().symbol) ++outcome_.named_before;
      if ((frames ? frames->back() : groups[i].back()).symbol) ++outcome_.named_after;
      if (frames) {
        std::move(frames->begin(), frames->end(), std::back_inserter(named));
      } else {
        named.insert(named.end(), groups[i].begin(), groups[i].end());
      }
    }
    named.shrink_to_fit();  // It grew by doubling, and most of a large report is frames.
    stack = std::move(named);
  }

  void collect_issues() { outcome_.issues = issues_of(asked_); }

 private:
  /// The frames that stand for `group` from now on; nullopt where it stays as it is.
  std::optional<std::vector<Frame>> name(FrameGroup group, bool at_pc) {
    const Frame& physical = group.back();
    const auto place = place_of(physical);
    if (!place) return std::nullopt;
    const auto address = outcome_.report.address_of(physical);
    if (address && address->value == 0) return std::nullopt;
    // The return address of a call at the end of a function belongs to whatever follows it.
    const std::uint64_t back = at_pc ? 0 : 1;
    if (place->offset.value < back) return std::nullopt;
    ModuleSymbols* module = module_at(place->image_index);
    if (module == nullptr) return std::nullopt;
    const ModuleAnswer* answer = module->find({place->offset.value - back});
    if (answer == nullptr) return std::nullopt;

    auto frames = name_group(group, answer->frame, back);
    if (std::equal(frames.begin(), frames.end(), group.begin(), group.end())) return std::nullopt;
    auto& image = outcome_.images[place->image_index];
    ++image.frames_named;
    image.place = answer->place;
    if (image.file != *answer->file) image.file = *answer->file;
    return frames;
  }

  std::optional<ImageHit> place_of(const Frame& frame) const {
    if (frame.image_index && *frame.image_index < outcome_.report.images.size()) {
      return ImageHit{*frame.image_index, frame.image_offset};
    }
    return frame.address ? image_map_.find(*frame.address) : std::nullopt;
  }

  ModuleSymbols* module_at(std::size_t image_index) {
    auto& slot = modules_[image_index];
    if (!slot) {
      slot = module_of_(outcome_.report.images[image_index]);
      if (*slot != nullptr) asked_.push_back(*slot);
    }
    return *slot;
  }

  SymbolizedReport& outcome_;
  ModuleOf module_of_;
  ImageMap image_map_;
  std::vector<std::optional<ModuleSymbols*>> modules_;  // By image; nullopt until asked for.
  std::vector<const ModuleSymbols*> asked_;
};

/// Calls `visit` with every stack of the report.
template <typename Visitor>
void for_each_stack(CrashReport& report, Visitor visit) {
  for (auto& thread : report.threads) visit(thread.frames, StackTop::program_counter);
  visit(report.last_exception_backtrace, StackTop::return_address);
}

void read_swift_names(CrashReport& report, SwiftDemangler& swift) {
  std::vector<std::string> names;
  for_each_stack(report, [&](const std::vector<Frame>& stack, StackTop) {
    for (const auto& frame : stack) {
      if (frame.symbol && frame.symbol_source != SymbolOrigin::report && is_swift_name(*frame.symbol)) {
        names.push_back(*frame.symbol);
      }
    }
  });
  if (names.empty()) return;
  const auto readable = swift.demangle(names);
  for_each_stack(report, [&](std::vector<Frame>& stack, StackTop) {
    for (auto& frame : stack) {
      if (!frame.symbol || frame.symbol_source == SymbolOrigin::report) continue;
      if (const auto found = readable.find(*frame.symbol); found != readable.end())
        frame.symbol = found->second;
    }
  });
}

}  // namespace

SymbolSources symbol_places(const SymbolizeOptions& options) {
  SymbolSources places;
  places.archive_folder = options.archive_folder;
  places.given = options.search_paths;
  places.use_image_paths = options.use_image_paths;
  if (options.use_system_places) {
    places.debug_folders = {"/usr/lib/debug"};
    places.cache_places = host_cache_folders();
    places.use_spotlight = true;
    places.driver_folder = "/System/Library/Extensions";
    places.device_support_folder = default_device_support_folder();
  }
  return places;
}

Symbolizer::Symbolizer(SymbolizeOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Symbolizer::~Symbolizer() = default;

SymbolizedReport Symbolizer::symbolize(CrashReport report) {
  SymbolizedReport outcome;
  outcome.images.resize(report.images.size());
  outcome.report = std::move(report);
  ReportWalk walk(outcome, [this](const Image& image) { return state_->module_of(image); });
  for_each_stack(outcome.report, [&](std::vector<Frame>& stack, StackTop top) { walk.walk(stack, top); });
  walk.collect_issues();
  read_swift_names(outcome.report, state_->swift);
  return outcome;
}

std::vector<Issue> Symbolizer::issues() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<const ModuleSymbols*> modules;
  for (const auto& [key, module] : state_->modules) modules.push_back(module.get());
  return issues_of(modules);
}

SymbolizedReport symbolize_report(CrashReport report, const SymbolizeOptions& options) {
  return Symbolizer(options).symbolize(std::move(report));
}

}  // namespace faultline
