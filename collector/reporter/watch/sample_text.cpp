#include "collector/reporter/watch/sample_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// `sample` draws its tree with these where a frame has several callees.
constexpr std::string_view kTreeMarks = " \t+!:|";
/// More frames on one path than any process has: a damaged text must not cost memory without end.
constexpr std::size_t kDeepestPath = 4096;

/// Takes a number off the front; nullopt, and nothing taken, where there is none.
std::optional<std::uint64_t> take_number(std::string_view& text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint64_t> take_hex(std::string_view& text) {
  std::string_view rest = text;
  if (!take(rest, "0x")) return std::nullopt;
  const auto value = take_number(rest, 16);
  if (value) text = rest;
  return value;
}

/// `zsh [93348]`
void read_process(std::string_view value, std::string& name, std::optional<std::int64_t>& pid) {
  const auto bracket = value.rfind('[');
  name = trimmed(value.substr(0, bracket));
  if (bracket == value.npos) return;
  std::string_view digits = value.substr(bracket + 1);
  const auto number = take_number(digits, 10);
  if (number && *number <= INT64_MAX && digits.starts_with(']')) pid = static_cast<std::int64_t>(*number);
}

void read_header_line(std::string_view line, ProcessSample& sample) {
  const auto colon = line.find(':');
  if (colon == line.npos) return;
  const auto name = trimmed(line.substr(0, colon));
  const auto value = trimmed(line.substr(colon + 1));
  if (name == "Process") read_process(value, sample.process_name, sample.pid);
  if (name == "Parent Process") read_process(value, sample.parent_name, sample.parent_pid);
  if (name == "Path") sample.path = value;
  if (name == "Code Type") sample.code_type = value;
  if (name == "OS Version") sample.os_version = value;
  if (name == "Launch Time") sample.launch_time = value;
}

/// `Thread_2293744: name   DispatchQueue_1: com.apple.main-thread  (serial)`, without its first word.
SampledThread read_thread(std::string_view rest) {
  SampledThread thread;
  thread.id = take_number(rest, 10);
  constexpr std::string_view kQueue = "DispatchQueue_";
  if (const auto queue = rest.find(kQueue); queue != rest.npos) {
    auto label = rest.substr(queue + kQueue.size());
    rest = rest.substr(0, queue);
    const auto colon = label.find(": ");
    label = colon == label.npos ? std::string_view() : label.substr(colon + 2);
    thread.queue = trimmed(label.substr(0, label.rfind("  (")));
  }
  if (take(rest, ": ")) thread.name = trimmed(rest);
  return thread;
}

/// `main.c:39` or `(main.c:39)`.
void read_source(std::string_view text, SampledFrame& frame) {
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return;
  std::string_view digits = text.substr(colon + 1);
  frame.source_line = take_number(digits, 10);
  if (frame.source_line) frame.source_file = text.substr(0, colon);
}

/// `[0x10,0x14,...]  file.c:12`, without the first bracket. False if it is something else.
bool read_addresses(std::string_view text, SampledFrame& frame) {
  while (const auto address = take_hex(text)) {
    frame.addresses.push_back({*address});
    if (!take(text, ",")) break;
  }
  frame.more_addresses = take(text, "...");
  if (frame.addresses.empty() || !take(text, "]")) return false;
  read_source(trimmed(text), frame);
  return true;
}

/// What stands between the image and the addresses: `+ 12,16,...` from the symbol, or `load address …`.
void read_symbol_offset(std::string_view text, SampledFrame& frame) {
  text = trimmed(text);
  if (take(text, "+ ")) frame.symbol_offset = take_number(text, 10);
}

/// `main  (in program) + 52  [0x1000]  file.c:12`; nullopt if the line is not of that form.
std::optional<SampledFrame> read_frame(std::string_view text) {
  SampledFrame frame;
  const auto bracket = text.rfind("[0x");
  if (bracket == text.npos || !read_addresses(text.substr(bracket + 1), frame)) return std::nullopt;
  text = text.substr(0, bracket);
  // The last one: a symbol may hold the same words.
  if (const auto in = text.rfind("(in "); in != text.npos) {
    const auto end = text.find(')', in);
    if (end == text.npos) return std::nullopt;
    frame.image = text.substr(in + 4, end - in - 4);
    read_symbol_offset(text.substr(end + 1), frame);
    text = text.substr(0, in);
  }
  frame.symbol = trimmed(text);
  if (frame.symbol == "???") frame.symbol.clear();
  return frame;
}

/// The call graph, line by line. A line's count includes those of the lines below it that are indented
/// further: what is left of it is a stack that ends there.
class CallGraph {
 public:
  explicit CallGraph(ProcessSample& sample) : sample_(sample) {}

  /// False if the line is none of the graph.
  bool read(std::string_view line) {
    const auto column = line.find_first_not_of(kTreeMarks);
    if (column == line.npos) return false;
    std::string_view rest = line.substr(column);
    const auto count = take_number(rest, 10);
    if (!count || !take(rest, " ")) return false;
    rest = trimmed(rest);
    if (!thread_column_ || column <= *thread_column_) {
      finish();
      in_thread_ = take(rest, "Thread_");
      if (!in_thread_) return false;
      thread_column_ = column;
      sample_.threads.push_back(read_thread(rest));
      return true;
    }
    return add_frame(column, *count, rest);
  }

  void finish() { leave(0); }

 private:
  struct Node {
    std::size_t column = 0;
    std::uint64_t unexplained = 0;  // Samples that no callee has.
    std::size_t frame = 0;
  };

  bool add_frame(std::size_t column, std::uint64_t count, std::string_view text) {
    leave(column);
    auto frame = read_frame(text);
    if (!in_thread_ || !frame || path_.size() >= kDeepestPath) return false;
    if (!path_.empty()) path_.back().unexplained -= std::min(count, path_.back().unexplained);
    auto& frames = sample_.threads.back().frames;
    path_.push_back({column, count, frames.size()});
    frames.push_back(std::move(*frame));
    return true;
  }

  /// Ends the stacks of all frames that stand at `column` or to the right of it.
  void leave(std::size_t column) {
    while (!path_.empty() && path_.back().column >= column) {
      if (path_.back().unexplained > 0) end_stack();
      path_.pop_back();
    }
  }

  void end_stack() {
    SampledStack stack{path_.back().unexplained, {}};
    for (auto node = path_.rbegin(); node != path_.rend(); ++node) stack.frames.push_back(node->frame);
    sample_.threads.back().stacks.push_back(std::move(stack));
  }

  ProcessSample& sample_;
  std::optional<std::size_t> thread_column_;  // Where the lines of threads begin.
  bool in_thread_ = false;                    // Else the frames are of nobody that we know.
  std::vector<Node> path_;                    // From the thread's start to the line read last.
};

/// `(1.2 - 3)`: what Info.plist calls short version and version.
void read_version(std::string_view text, Image& image) {
  const auto dash = text.find(" - ");
  if (dash == text.npos) {
    image.bundle_version = std::string(text);
    return;
  }
  image.bundle_short_version = std::string(text.substr(0, dash));
  image.bundle_version = std::string(text.substr(dash + 3));
}

/// `0x1000 - 0x1fff +name (1.2 - 3) <UUID> /path`; nullopt if the line is not of that form.
std::optional<Image> read_image(std::string_view line) {
  line = trimmed(line);
  const auto first = take_hex(line);
  line = trimmed(line);
  if (!first || !take(line, "-")) return std::nullopt;
  line = trimmed(line);
  const auto last = take_hex(line);
  if (!last || *last < *first) return std::nullopt;
  line = trimmed(line);
  Image image;
  image.source = "P";
  image.base = {*first};
  image.size_bytes = *last - *first + 1;
  const auto path = line.find(" /");
  if (path != line.npos) {
    image.path = std::string(line.substr(path + 1));
    image.name = image.path->substr(image.path->rfind('/') + 1);
    line = line.substr(0, path);
  }
  if (const auto open = line.rfind('<'); open != line.npos) {
    image.uuid = Uuid::parse(line.substr(open + 1, line.find('>', open) - open - 1));
    line = trimmed(line.substr(0, open));
  }
  if (const auto open = line.rfind(" ("); open != line.npos && line.ends_with(')')) {
    read_version(line.substr(open + 2, line.size() - open - 3), image);
    line = line.substr(0, open);
  }
  // A plus marks what is not of the system.
  take(line, "+");
  line = trimmed(line);
  if (!image.name && !line.empty()) image.name = std::string(line);
  if (image.name && !line.empty() && *image.name != line) image.bundle_id = std::string(line);
  return image;
}

enum class Section { header, graph, other, images };

/// The section that the line begins, if it begins one.
std::optional<Section> section_of(std::string_view line) {
  if (line.starts_with("Call graph:")) return Section::graph;
  for (const auto* other : {"Total number in stack", "Sort by top of stack", "Sample analysis of process"}) {
    if (line.starts_with(other)) return Section::other;
  }
  if (line.starts_with("Binary Images:")) return Section::images;
  return std::nullopt;
}

bool stands_still(const SampledThread& thread) {
  return thread.stacks.size() == 1 &&
         std::all_of(thread.frames.begin(), thread.frames.end(), [](const SampledFrame& frame) {
           return frame.addresses.size() == 1 && !frame.more_addresses;
         });
}

bool same_stack(const SampledThread& a, const SampledThread& b) {
  const auto& left = a.stacks.front().frames;
  const auto& right = b.stacks.front().frames;
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [&](std::size_t i, std::size_t j) {
    return a.frames[i].addresses.front() == b.frames[j].addresses.front();
  });
}

}  // namespace

Result<ProcessSample> parse_sample_text(std::string_view text) {
  ProcessSample sample;
  CallGraph graph(sample);
  auto section = Section::header;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (const auto begun = section_of(line)) {
      section = *begun;
      continue;
    }
    if (section == Section::header) read_header_line(line, sample);
    if (trimmed(line).empty()) continue;
    if (section == Section::graph && !graph.read(line)) ++sample.lines_not_read;
    if (section != Section::images) continue;
    if (auto image = read_image(line)) {
      sample.images.push_back(std::move(*image));
    } else {
      ++sample.lines_not_read;
    }
  }
  graph.finish();
  if (sample.threads.empty()) return fail(ErrorKind::parse, "the text has no call graph with a thread in it");
  return sample;
}

const SampledStack* most_seen_stack(const SampledThread& thread) {
  const auto most =
      std::max_element(thread.stacks.begin(), thread.stacks.end(),
                       [](const SampledStack& a, const SampledStack& b) { return a.samples < b.samples; });
  return most == thread.stacks.end() ? nullptr : &*most;
}

std::size_t count_moved(const ProcessSample& before, const ProcessSample& after) {
  std::map<std::uint64_t, const SampledThread*> still;
  for (const auto& thread : before.threads) {
    if (thread.id && stands_still(thread)) still.emplace(*thread.id, &thread);
  }
  std::size_t unmoved = 0;
  for (const auto& thread : after.threads) {
    if (!thread.id || !stands_still(thread)) continue;
    const auto earlier = still.find(*thread.id);
    if (earlier != still.end() && same_stack(*earlier->second, thread)) ++unmoved;
  }
  return std::max(before.threads.size(), after.threads.size()) - unmoved;
}

}  // namespace faultline
