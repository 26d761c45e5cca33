#include "analyzer/parse/text/text_stacks.h"

#include <algorithm>
#include <utility>

namespace faultline {
namespace {

void name_and_queue(std::string_view text, std::optional<std::string>& name,
                    std::optional<std::string>& queue) {
  constexpr std::string_view kMark = "Dispatch queue: ";
  const auto at = text.find(kMark);
  if (at != std::string_view::npos) {
    queue = std::string(trim(text.substr(at + kMark.size())));
    text = text.substr(0, at);
  }
  text = trim(text);
  if (!text.empty()) name = std::string(text);
}

}  // namespace

Thread& TextStacks::add_thread(bool triggered) {
  auto& thread = report_.threads.emplace_back();
  frames_.emplace_back();
  thread.triggered = triggered;
  return thread;
}

void TextStacks::begin_thread(bool triggered) { add_thread(triggered); }

ThreadHead TextStacks::read_head(std::string_view content) {
  auto rest = content.substr(7);
  const auto number = take_decimal(rest);
  if (!number) return ThreadHead::none;
  if (rest.starts_with(" crashed with")) {
    flavor_ = rest.find("ARM Thread State (64-bit)") != rest.npos ? "ARM_THREAD_STATE64"
              : rest.find("X86") != rest.npos                     ? "x86_THREAD_STATE"
                                                                  : std::string(trim(rest.substr(13)));
    if (flavor_.ends_with(':')) flavor_.pop_back();
    if (!report_.faulting_thread) report_.faulting_thread = static_cast<std::size_t>(*number);
    return ThreadHead::registers;
  }
  if (rest.starts_with(" instruction stream:")) return ThreadHead::instructions;
  if (rest.starts_with(" name:")) {
    name_and_queue(rest.substr(6), pending_name_, pending_queue_);
    return ThreadHead::name;
  }
  const bool crashed = rest.starts_with(" Crashed");
  if (crashed) rest.remove_prefix(8);
  if (!rest.starts_with(':')) return ThreadHead::none;
  rest.remove_prefix(rest.starts_with("::") ? 2 : 1);
  auto& thread = add_thread(crashed);
  if (crashed && !report_.faulting_thread) report_.faulting_thread = static_cast<std::size_t>(*number);
  thread.name = std::exchange(pending_name_, std::nullopt);
  thread.queue = std::exchange(pending_queue_, std::nullopt);
  name_and_queue(rest, thread.name, thread.queue);
  return ThreadHead::stack;
}

void TextStacks::read_frame(std::string_view line) {
  auto frame = parse_frame_line(line);
  if (!frame) return;
  // Another stack without a head of its own.
  if (frame->index == 0 && !frames_.back().empty()) add_thread(false);
  frames_.back().push_back(std::move(*frame));
}

bool TextStacks::read_table_row(std::string_view line) {
  if (trim(line).empty()) return !std::exchange(in_table_, false);
  auto frame = parse_frame_line(line);
  if (!frame) return true;
  if (!in_table_) add_thread(true);
  in_table_ = true;
  frames_.back().push_back(std::move(*frame));
  return true;
}

bool TextStacks::read_last_exception(std::string_view content) {
  if (content.empty()) return last_exception_.empty();
  if (auto frame = parse_frame_line(content)) {
    last_exception_.push_back(std::move(*frame));
    return true;
  }
  // iOS: bare addresses in parentheses.
  for (auto at = content.find("0x"); at != std::string_view::npos; at = content.find("0x")) {
    content.remove_prefix(at);
    const auto address = take_hex(content);
    if (!address) break;
    auto& frame = last_exception_.emplace_back();
    frame.image = "???";
    frame.address = RuntimeAddress{*address};
  }
  return true;
}

bool TextStacks::read_registers(std::string_view line) {
  const auto content = trim(line);
  for (const std::string_view trap : {"Logical CPU:", "Error Code:", "Trap Number:"}) {
    if (!content.starts_with(trap)) continue;
    read_trap(content);
    return true;
  }
  return content.empty() || parse_register_line(line, registers_);
}

/// The error code's text describes the trap.
void TextStacks::read_trap(std::string_view content) {
  const auto colon = content.find(':');
  auto value = trim(content.substr(colon + 1));
  Register reg;
  reg.name = content.starts_with('L') ? "cpu" : content.starts_with('E') ? "err" : "trap";
  reg.value = (value.starts_with("0x") ? take_hex(value) : take_decimal(value)).value_or(0);
  if (reg.name == "err") trap_description_ = std::string(trim(value));
  if (reg.name == "trap" && !trap_description_.empty()) reg.description = trap_description_;
  registers_.push_back(std::move(reg));
}

bool TextStacks::read_instructions(std::string_view line) {
  return !trim(line).empty() && parse_instruction_row(line, instructions_);
}

void TextStacks::finish() {
  for (std::size_t i = 0; i < frames_.size(); ++i) link_frames(frames_[i], report_.threads[i].frames);
  link_frames(last_exception_, report_.last_exception_backtrace);
  mark_crashed_thread();
  attach_state();
}

/// The list of images is short, frames are many: names repeat, addresses decide.
void TextStacks::link_frames(std::vector<TextFrame>& lines, std::vector<Frame>& frames) {
  frames.reserve(lines.size());
  for (auto& line : lines) {
    auto& frame = frames.emplace_back(std::move(line.frame));
    if (const auto index = image_of(line)) {
      frame.image_index = index;
      frame.image_offset = *line.address - report_.images[*index].base;
      continue;
    }
    frame.address = line.address;
    if (line.image != "???") frame.image_name = std::move(line.image);
    if (line.address && line.image_base) frame.image_offset = *line.address - *line.image_base;
  }
}

std::optional<std::size_t> TextStacks::image_of(const TextFrame& line) const {
  if (!line.address) return std::nullopt;
  std::optional<std::size_t> absolute;
  for (std::size_t i = 0; i < report_.images.size(); ++i) {
    const auto& image = report_.images[i];
    if (image.source == "A") {
      absolute = i;
    } else if (line.address->value - image.base.value < image.size_bytes &&
               line.address->value >= image.base.value) {
      return i;
    }
  }
  return line.image == "???" ? absolute : std::nullopt;
}

void TextStacks::mark_crashed_thread() {
  const auto& threads = report_.threads;
  const bool marked =
      std::any_of(threads.begin(), threads.end(), [](const Thread& t) { return t.triggered; });
  if (!marked && report_.faulting_thread && *report_.faulting_thread < threads.size()) {
    report_.threads[*report_.faulting_thread].triggered = true;
  }
}

void TextStacks::attach_state() {
  const auto index = report_.crashed_thread_index();
  if (!index) return;
  auto& thread = report_.threads[*index];
  if (!registers_.empty()) {
    auto& state = thread.state.emplace();
    state.flavor = flavor_;
    state.rosetta = std::any_of(registers_.begin(), registers_.end(),
                                [](const Register& reg) { return reg.name.starts_with("tmp"); });
    state.registers = std::move(registers_);
  }
  if (!instructions_.bytes.empty()) thread.instruction_state = std::move(instructions_);
}

}  // namespace faultline
