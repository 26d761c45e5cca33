#include "analyzer/parse/text/call_tree.h"

#include <algorithm>
#include <utility>

#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::size_t kMostNodes = 200'000;  // Of one thread: more is no tree that anybody printed.

/// Between the quotes after `mark`.
std::optional<std::string> quoted_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = text.substr(at + mark.size());
  const auto end = rest.find('"');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  return std::string(rest.substr(0, end));
}

/// `Thread 0x4f1    DispatchQueue "com.apple.main-thread"(1)    Thread name "x"    11 samples (1-11)`
std::optional<CallTreeThread> spindump_head(std::string_view content) {
  if (!content.starts_with("Thread 0x")) return std::nullopt;
  auto rest = content.substr(7);
  CallTreeThread thread;
  thread.id = take_hex(rest);
  thread.name = quoted_after(rest, "Thread name \"");
  thread.queue = quoted_after(rest, "DispatchQueue \"");
  return thread;
}

/// `Thread_774131: bog-rain   DispatchQueue_7: org.shoal.mend  (serial)`
std::optional<CallTreeThread> sample_head(std::string_view content) {
  constexpr std::string_view kHead = "Thread_";
  constexpr std::string_view kQueue = "DispatchQueue_";
  if (!content.starts_with(kHead)) return std::nullopt;
  auto rest = content.substr(kHead.size());
  CallTreeThread thread;
  thread.id = take_decimal(rest);
  if (const auto at = rest.find(kQueue); at != std::string_view::npos) {
    auto queue = rest.substr(at + kQueue.size());
    const auto colon = queue.find(": ");
    queue = colon == std::string_view::npos ? std::string_view() : trim(queue.substr(colon + 2));
    if (const auto kind = queue.rfind("  ("); kind != std::string_view::npos)
      queue = trim(queue.substr(0, kind));
    if (!queue.empty()) thread.queue = std::string(queue);
    rest = rest.substr(0, at);
  }
  if (rest.starts_with(':')) {
    if (const auto name = trim(rest.substr(1)); !name.empty()) thread.name = std::string(name);
  }
  return thread;
}

void set_symbol(std::string_view text, Frame& frame) {
  text = trim(text);
  if (!text.empty() && text != "???") frame.symbol = std::string(text);
}

std::optional<std::uint64_t> offset_at(std::string_view text) {
  text = trim(text);
  if (!text.starts_with("+ ")) return std::nullopt;
  text.remove_prefix(2);
  return take_decimal(text);
}

/// `bog_cut(bog_layer*)  (in peatbogd) + 96  [0x1007de4a0]` and `od_node_lock + 92 (opendirectoryd + 90244)
/// [0x1029ee084] 1-11`.
std::optional<TextFrame> tree_frame(std::string_view text) {
  const auto bracket = text.rfind("[0x");
  if (bracket == std::string_view::npos) return std::nullopt;
  TextFrame out;
  auto address = text.substr(bracket + 1);
  if (const auto value = take_hex(address)) out.address = RuntimeAddress{*value};
  const auto body = trim(text.substr(0, bracket));
  if (const auto in = body.rfind("(in "); in != std::string_view::npos) {
    const auto close = body.find(')', in);
    if (close == std::string_view::npos) return std::nullopt;
    set_symbol(body.substr(0, in), out.frame);
    out.image = std::string(body.substr(in + 4, close - in - 4));
    out.frame.symbol_location = offset_at(body.substr(close + 1));
    return out;
  }
  const auto open = body.rfind(" (");
  if (open == std::string_view::npos || !body.ends_with(')')) {
    set_symbol(body, out.frame);
    out.image = "???";
    return out;
  }
  const auto place = body.substr(open + 2, body.size() - open - 3);
  out.image = std::string(place.substr(0, place.rfind(" + ")));
  auto symbol = body.substr(0, open);
  if (const auto plus = symbol.rfind(" + "); plus != std::string_view::npos) {
    out.frame.symbol_location = offset_at(symbol.substr(plus + 1));
    symbol = symbol.substr(0, plus);
  }
  set_symbol(symbol, out.frame);
  return out;
}

}  // namespace

bool CallTreeReader::read(std::string_view line, bool keep) {
  keep_ = keep;
  return read(line);
}

bool CallTreeReader::read(std::string_view line) {
  const auto first = line.find_first_not_of(" \t+!:|*");
  if (first == std::string_view::npos) return false;
  auto content = trim(line.substr(first));
  if (auto head = spindump_head(content)) return begin(std::move(*head));
  if (!is_digit(content.front())) return false;
  const auto count = take_decimal(content);
  if (!count || content.empty() || content.front() != ' ') return false;
  content = trim(content);
  if (auto head = sample_head(content)) return begin(std::move(*head));
  if (threads_.empty()) return false;
  const bool in_kernel = line.substr(0, first).ends_with('*');
  auto frame = tree_frame(content);
  if (!frame) return false;
  return in_kernel || add(first, *count, std::move(*frame));
}

bool CallTreeReader::begin(CallTreeThread thread) {
  if (!keep_) return true;
  finish_thread();
  threads_.push_back(std::move(thread));
  nodes_.assign(1, Node{});
  open_.assign(1, 0);
  return true;
}

bool CallTreeReader::add(std::size_t column, std::uint64_t count, TextFrame frame) {
  if (!keep_ || nodes_.empty() || nodes_.size() >= kMostNodes) return true;
  while (open_.size() > 1 && nodes_[open_.back()].column >= column) open_.pop_back();
  nodes_.push_back({column, count, open_.back(), std::move(frame)});
  open_.push_back(nodes_.size() - 1);
  return true;
}

/// From the head down, each time to the call that was seen most often, the first of equals.
void CallTreeReader::finish_thread() {
  if (threads_.empty() || nodes_.empty()) return;
  std::vector<std::size_t> heaviest(nodes_.size(), 0);
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    auto& best = heaviest[nodes_[i].parent];
    if (best == 0 || nodes_[i].count > nodes_[best].count) best = i;
  }
  auto& frames = threads_.back().frames;
  for (std::size_t at = heaviest[0]; at != 0; at = heaviest[at])
    frames.push_back(std::move(nodes_[at].frame));
  std::reverse(frames.begin(), frames.end());
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].index = i;
  nodes_.clear();
}

std::vector<CallTreeThread> CallTreeReader::take() {
  finish_thread();
  return std::exchange(threads_, {});
}

}  // namespace faultline
