// The threads of a crash text: stacks, registers, instructions, and which thread they belong to.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/text/text_lines.h"
#include "core/model/crash_report.h"

namespace faultline {

/// What the lines after one that begins with `Thread 4` tell of.
enum class ThreadHead {
  none,  ///< It is no head.
  name,  ///< Nothing new: the name of the thread that follows.
  stack,
  registers,
  instructions,
};

/// Collects the lines of all threads, and puts them into the report once all images are known.
///
/// Ownership: `report` must outlive it. One text; one thread at a time.
class TextStacks {
 public:
  explicit TextStacks(CrashReport& report) : report_(report) {}

  /// `Thread 4 Crashed:: name Dispatch queue: q`, `Thread 4 name:  …`, `Thread 4 crashed with …`.
  ThreadHead read_head(std::string_view content);
  /// A stack without a head of its own.
  void begin_thread(bool triggered);

  /// A thread whose stack is known as a whole.
  void add_stack(Thread thread, std::vector<TextFrame> frames);

  // What follows reads one line; false where the part has ended, or the line is of another kind.

  bool read_frame(std::string_view line);
  /// A hand-made table of the crashed thread's frames.
  bool read_table_row(std::string_view line);
  bool read_last_exception(std::string_view content);
  bool read_registers(std::string_view line);
  bool read_instructions(std::string_view line);

  /// Gives all frames their images and the crashed thread its state. Once, when all lines were read.
  void finish();

 private:
  Thread& add_thread(bool triggered, std::optional<std::size_t> number = std::nullopt);
  void keep_fullest_of_each_number();
  void settle_numbers();
  void read_trap(std::string_view content);
  void link_frames(std::vector<TextFrame>& lines, std::vector<Frame>& frames);
  [[nodiscard]] std::optional<std::size_t> image_of(const TextFrame& line) const;
  void mark_crashed_thread();
  void attach_state();

  CrashReport& report_;
  bool in_table_ = false;
  std::string flavor_;
  std::string trap_description_;
  std::optional<std::string> pending_name_;
  std::optional<std::string> pending_queue_;
  std::vector<std::vector<TextFrame>> frames_;       // One list a thread of report_.
  std::vector<std::optional<std::size_t>> numbers_;  // As the heads say, one a thread.
  std::vector<TextFrame> last_exception_;
  std::vector<Register> registers_;
  InstructionState instructions_;
};

}  // namespace faultline
