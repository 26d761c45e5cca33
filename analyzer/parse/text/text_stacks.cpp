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

/// ` (main, com.apple.main-thread)` between number and colon, as people write it; empty if there is none.
std::string_view take_remark(std::string_view& rest) {
  if (!rest.starts_with(" (")) return {};
  const auto close = rest.rfind(')');
  if (close == std::string_view::npos) return {};
  const auto remark = rest.substr(2, close - 2);
  rest.remove_prefix(close + 1);
  return remark;
}

/// Name and queue, or one of them: queues are named like domains.
void read_remark(std::string_view remark, Thread& thread) {
  const auto comma = remark.find(", ");
  if (comma != std::string_view::npos) {
    thread.name = std::string(trim(remark.substr(0, comma)));
    thread.queue = std::string(trim(remark.substr(comma + 2)));
    return;
  }
  const bool queue = remark.find('.') != std::string_view::npos;
  (queue ? thread.queue : thread.name) = std::string(trim(remark));
}

}  // namespace

Thread& TextStacks::add_thread(bool triggered, std::optional<std::size_t> number) {
  auto& thread = report_.threads.emplace_back();
  frames_.emplace_back();
  numbers_.push_back(number);
  thread.triggered = triggered;
  return thread;
}

void TextStacks::begin_thread(bool triggered) { add_thread(triggered); }

void TextStacks::add_stack(Thread thread, std::vector<TextFrame> frames) {
  report_.threads.push_back(std::move(thread));
  frames_.push_back(std::move(frames));
  numbers_.emplace_back();
}

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
  const auto remark = take_remark(rest);
  if (!rest.starts_with(':') && !(crashed && rest.empty())) return ThreadHead::none;
  while (rest.starts_with(':')) rest.remove_prefix(1);
  auto& thread = add_thread(crashed, static_cast<std::size_t>(*number));
  if (crashed && !report_.faulting_thread) report_.faulting_thread = static_cast<std::size_t>(*number);
  thread.name = std::exchange(pending_name_, std::nullopt);
  thread.queue = std::exchange(pending_queue_, std::nullopt);
  name_and_queue(rest, thread.name, thread.queue);
  if (!remark.empty()) read_remark(remark, thread);
  return ThreadHead::stack;
}

bool TextStacks::read_frame(std::string_view line) {
  auto frame = parse_frame_line(line);
  if (!frame) frame = parse_bare_row(line, frames_.back());
  if (!frame) return false;
  // Another stack without a head of its own.
  if (frame->index == 0 && !frames_.back().empty()) add_thread(false);
  frames_.back().push_back(std::move(*frame));
  return true;
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
  settle_numbers();
  for (std::size_t i = 0; i < frames_.size(); ++i) link_frames(frames_[i], report_.threads[i].frames);
  link_frames(last_exception_, report_.last_exception_backtrace);
  mark_crashed_thread();
  attach_state();
}

/// People show the crashed stack first and the whole report below it: the fuller one speaks for both.
void TextStacks::keep_fullest_of_each_number() {
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    for (std::size_t k = i + 1; numbers_[i] && k < frames_.size();) {
      if (numbers_[k] != numbers_[i]) {
        ++k;
        continue;
      }
      if (frames_[k].size() > frames_[i].size()) {
        std::swap(frames_[i], frames_[k]);
        std::swap(report_.threads[i], report_.threads[k]);
      }
      report_.threads[i].triggered = report_.threads[i].triggered || report_.threads[k].triggered;
      const auto at = static_cast<std::ptrdiff_t>(k);
      frames_.erase(frames_.begin() + at);
      numbers_.erase(numbers_.begin() + at);
      report_.threads.erase(report_.threads.begin() + at);
    }
  }
}

/// Stacks without a head take the numbers that are free; then all stand in the order of their numbers.
void TextStacks::settle_numbers() {
  keep_fullest_of_each_number();
  const auto taken = [this](std::size_t number) {
    return std::find(numbers_.begin(), numbers_.end(), number) != numbers_.end();
  };
  std::size_t free = 0;
  std::vector<std::size_t> order(frames_.size());
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    order[i] = i;
    while (!numbers_[i] && taken(free)) ++free;
    if (!numbers_[i]) numbers_[i] = free;
  }
  std::sort(order.begin(), order.end(), [this](auto a, auto b) { return *numbers_[a] < *numbers_[b]; });
  std::vector<Thread> threads;
  std::vector<std::vector<TextFrame>> frames;
  for (const auto i : order) {
    auto& thread = threads.emplace_back(std::move(report_.threads[i]));
    if (*numbers_[i] + 1 != threads.size()) thread.number = numbers_[i];
    frames.push_back(std::move(frames_[i]));
  }
  report_.threads = std::move(threads);
  frames_ = std::move(frames);
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
  if (const auto index = report_.crashed_thread_index()) report_.threads[*index].triggered = true;
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
