// Stacks of samples and spindumps: trees of calls with counts.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {

/// A thread with the stack in which it was seen most often, innermost frame first.
struct CallTreeThread {
  std::optional<std::uint64_t> id;
  std::optional<std::string> name;
  std::optional<std::string> queue;
  std::vector<TextFrame> frames;
};

/// Reads the call graph of `/usr/bin/sample` and the thread trees of spindump, a line at a time, in the
/// order of the text. Frames of the kernel are left out: they say what the call at the top asked for.
class CallTreeReader {
 public:
  /// True where the line is a thread's head or a frame below one. With `keep` false it is not kept.
  bool read(std::string_view line, bool keep);
  /// What was read so far, in the order of the text. Once.
  std::vector<CallTreeThread> take();

 private:
  struct Node {
    std::size_t column = 0;
    std::uint64_t count = 0;
    std::size_t parent = 0;
    TextFrame frame;
  };

  bool read(std::string_view line);
  bool begin(CallTreeThread thread);
  bool add(std::size_t column, std::uint64_t count, TextFrame frame);
  void finish_thread();

  std::vector<CallTreeThread> threads_;
  bool keep_ = true;
  std::vector<Node> nodes_;        ///< Of the last thread; the first stands for its head.
  std::vector<std::size_t> open_;  ///< From the head to the node that was added last.
};

}  // namespace faultline
