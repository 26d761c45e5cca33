#include "analyzer/site/site_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "analyzer/site/symbol_names.h"

namespace faultline {
namespace {

// A "nearest exported symbol" of a stripped library can be megabytes away; names so far off are wrong.
// Apple's GPU drivers keep all their symbols and have functions of that size.
constexpr std::uint64_t kFarFromSymbol = 64 * 1024;

void set_name(const std::optional<std::string>& symbol, std::optional<std::uint64_t> location, StackTop kind,
              SiteFrame& out) {
  out.code_offset = location;
  if (!symbol) return;
  // A call that does not return may be the last instruction of its function; the address after it is
  // then the start of the next one, whose name the reporter gives.
  if (kind == StackTop::return_address && location == std::uint64_t{0}) {
    out.doubt =
        fmt::format("the call returns to the very start of `{}`: it was made by the function before it",
                    normalised_function(*symbol));
    return;
  }
  if (!is_usable_name(*symbol)) {
    out.doubt = fmt::format("`{}` is no name of one function", *symbol);
    return;
  }
  if (location && *location > kFarFromSymbol && !is_gpu_driver_image(out.image)) {
    out.doubt = fmt::format("`{}` begins {} bytes before: the nearest symbol that is left, not this function",
                            normalised_function(*symbol), *location);
    return;
  }
  out.function = normalised_function(*symbol);
}

void set_image(const Image* image, SiteFrame& out) {
  // The absolute pseudo-image stands for "in no image"; it has neither name nor path.
  if (image == nullptr || image->source == "A" || (!image->name && !image->path && image->base.value == 0))
    return;
  out.image = image->display_name();
  out.uuid = image->uuid;
}

SiteFrame site_frame(const CrashReport& report, const Frame& frame, std::size_t index, StackTop kind) {
  SiteFrame out;
  out.index = index;
  set_image(report.image_of(frame), out);
  if (out.image.empty() && frame.image_name && *frame.image_name != "???") out.image = *frame.image_name;
  out.image_offset = frame.image_offset.value;
  set_name(frame.symbol, frame.symbol_location, kind, out);
  return out;
}

const Image* image_at(const CrashReport& report, std::uint64_t address) {
  for (const Image& image : report.images) {
    if (image.size_bytes != 0 && address - image.base.value < image.size_bytes) return &image;
  }
  return nullptr;
}

// True if the second frame is already the return address in `lr`.
bool follows(const CrashReport& report, const std::vector<Frame>& frames, std::uint64_t lr) {
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (frames[i].inlined) continue;
    const auto address = report.address_of(frames[i]);
    return address && strip_pointer_authentication(address->value) == lr;
  }
  return false;
}

void insert_link_register(const CrashReport& report, const Thread& thread, SiteStack& stack) {
  if (stack.frames.empty() || !stack.frames.front().image.empty() || !thread.state) return;
  const Register* lr = thread.state->find("lr");
  if (lr == nullptr) return;
  const std::uint64_t address = strip_pointer_authentication(lr->value);
  const Image* image = image_at(report, address);
  if (image == nullptr || follows(report, thread.frames, address)) return;
  SiteFrame caller;
  caller.index = stack.frames.front().index;
  caller.from_link_register = true;
  set_image(image, caller);
  caller.image_offset = address - image->base.value;
  set_name(lr->symbol, lr->symbol_location, StackTop::return_address, caller);
  stack.frames.insert(stack.frames.begin() + 1, std::move(caller));
}

// `3   QuartzCore    0x00007fff50ba1a72 -[CALayer setBounds:] + 251`
std::optional<SiteFrame> printed_frame(std::string_view line, std::size_t index) {
  const auto address = line.find(" 0x");
  if (address == std::string_view::npos || line.empty() || line.front() < '0' || line.front() > '9') {
    return std::nullopt;
  }
  SiteFrame frame;
  frame.index = index;
  std::string_view image = line.substr(0, address);
  image.remove_prefix(std::min(image.find_first_not_of("0123456789"), image.size()));
  while (!image.empty() && (image.front() == ' ' || image.front() == '\t')) image.remove_prefix(1);
  while (!image.empty() && (image.back() == ' ' || image.back() == '\t')) image.remove_suffix(1);
  frame.image = image;
  std::string_view rest = line.substr(address + 1);
  rest.remove_prefix(std::min(rest.find(' '), rest.size()));
  const auto plus = rest.rfind(" + ");
  std::optional<std::uint64_t> location;
  if (plus != std::string_view::npos) {
    std::uint64_t value = 0;
    const auto digits = rest.substr(plus + 3);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc{})
      location = value;
    rest = rest.substr(0, plus);
  }
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  set_name(std::string(rest), location, StackTop::return_address, frame);
  return frame;
}

std::vector<SiteFrame> printed_frames(std::string_view text) {
  std::vector<SiteFrame> frames;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto frame = printed_frame(text.substr(0, end), frames.size())) frames.push_back(std::move(*frame));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return frames;
}

}  // namespace

std::vector<SiteFrame> physical_frames(const CrashReport& report, const std::vector<Frame>& frames,
                                       StackTop top) {
  std::vector<SiteFrame> out;
  std::vector<std::string> inlined;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const bool last = i + 1 == frames.size();
    if (frames[i].inlined && !last) {
      if (frames[i].symbol) inlined.push_back(normalised_function(*frames[i].symbol));
      continue;
    }
    SiteFrame frame = site_frame(report, frames[i], i, out.empty() ? top : StackTop::return_address);
    frame.inlined = std::exchange(inlined, {});
    out.push_back(std::move(frame));
  }
  return out;
}

bool ends_itself(FaultKind kind) {
  return kind == FaultKind::uncaught_exception || kind == FaultKind::assertion || kind == FaultKind::abort ||
         kind == FaultKind::trap;
}

SiteStack build_site_stack(const CrashReport& report, FaultKind kind) {
  SiteStack stack;
  if (ends_itself(kind) && !report.last_exception_backtrace.empty()) {
    stack.frames = physical_frames(report, report.last_exception_backtrace, StackTop::return_address);
    stack.what = "the stack where the exception was thrown";
    return stack;
  }
  if (ends_itself(kind) && !report.app_specific_backtraces.empty()) {
    stack.frames = printed_frames(report.app_specific_backtraces.front());
    stack.what = "the application-specific backtrace";
    if (!stack.frames.empty()) return stack;
  }
  const auto index = report.crashed_thread_index();
  if (!index) return stack;
  stack.thread_index = index;
  stack.what = fmt::format("thread {}", report.crashed_thread_number().value_or(*index));
  const Thread& thread = report.threads[*index];
  stack.frames = physical_frames(report, thread.frames, StackTop::pc);
  insert_link_register(report, thread, stack);
  return stack;
}

}  // namespace faultline
