#include "analyzer/parse/metrickit/metrickit_stacks.h"

#include <utility>

#include "analyzer/parse/json/json_value.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

constexpr std::size_t kMostFrames = 4096;

/// One array of root frames, walked from bracket to bracket.
class TreeWalk {
 public:
  TreeWalk(std::string_view tree, CutMetrickit& out) : tree_(tree), out_(out) {}

  std::vector<MetrickitFrame> run() {
    bool after_comma = false;
    while ((at_ = skip_json_whitespace(tree_, at_)) < tree_.size()) {
      const char c = tree_[at_];
      if (c == '"') {
        if (!read_member()) break;
      } else if (c == '{' && after_comma) {
        // A second child: its subtree as a whole.
        const auto end = skip_json_value(tree_, at_);
        if (!end) break;
        at_ = *end;
        ++out_.branches;
      } else {
        if (c == '{') open();
        if (c == '}' && !open_.empty()) open_.pop_back();
        ++at_;
      }
      after_comma = c == ',';
    }
    return std::move(frames_);
  }

 private:
  void open() {
    open_.push_back(frames_.size());
    if (frames_.size() < kMostFrames) frames_.emplace_back();
  }

  /// `"key": value`; of `subFrames` only the key, since the walk goes on inside.
  bool read_member() {
    const auto key_end = skip_json_value(tree_, at_);
    if (!key_end || *key_end < at_ + 2) return false;
    const auto key = tree_.substr(at_ + 1, *key_end - at_ - 2);
    const auto colon = skip_json_whitespace(tree_, *key_end);
    if (colon >= tree_.size() || tree_[colon] != ':') return false;
    at_ = skip_json_whitespace(tree_, colon + 1);
    if (at_ < tree_.size() && tree_[at_] == '[' && key == "subFrames") {
      ++at_;
      return true;
    }
    const auto end = skip_json_value(tree_, at_);
    if (!end) return false;
    take(key, tree_.substr(at_, *end - at_));
    at_ = *end;
    return true;
  }

  void take(std::string_view key, std::string_view value) {
    if (open_.empty() || open_.back() >= frames_.size() || value.empty()) return;
    auto& frame = frames_[open_.back()];
    JsonDocument document(value);
    const auto root = document.root();
    if (key == "binaryName") {
      frame.binary_name = root.text().value_or("");
    } else if (key == "binaryUUID") {
      frame.binary_uuid = Uuid::parse(root.text().value_or(""));
    } else if (key == "offsetIntoBinaryTextSegment") {
      frame.offset = root.unsigned_integer().value_or(0);
    } else if (key == "address") {
      frame.address = root.unsigned_integer();
    }
  }

  std::string_view tree_;
  CutMetrickit& out_;
  std::size_t at_ = 0;
  std::vector<MetrickitFrame> frames_;
  std::vector<std::size_t> open_;  // The frames around the cursor, innermost last.
};

/// The bracket of the next tree at or after `from`; npos if there is none.
std::size_t find_tree(std::string_view text, std::size_t from) {
  constexpr std::string_view kCommonEnd = "ootFrames\"";
  for (auto at = text.find(kCommonEnd, from); at != text.npos; at = text.find(kCommonEnd, at + 1)) {
    const auto key_end = at + kCommonEnd.size();
    const auto head = text.substr(from, key_end - from);
    if (!head.ends_with("\"callStackRootFrames\"") && !head.ends_with("\"rootFrames\"")) continue;
    const auto colon = skip_json_whitespace(text, key_end);
    if (colon >= text.size() || text[colon] != ':') continue;
    const auto bracket = skip_json_whitespace(text, colon + 1);
    if (bracket < text.size() && text[bracket] == '[') return bracket;
  }
  return text.npos;
}

}  // namespace

CutMetrickit cut_metrickit_stacks(std::string_view text) {
  CutMetrickit out;
  std::size_t from = 0;
  while (true) {
    const auto bracket = find_tree(text, from);
    const auto end = bracket == std::string_view::npos ? std::nullopt : skip_json_value(text, bracket);
    if (!end) break;
    out.text += text.substr(from, bracket - from);
    out.text += std::to_string(out.stacks.size());
    out.stacks.push_back(TreeWalk(text.substr(bracket, *end - bracket), out).run());
    from = *end;
  }
  out.text += text.substr(from);
  return out;
}

}  // namespace faultline
