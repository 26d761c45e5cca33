#include "reports/documents/crash_json.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "core/base/clock.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(valid_utf8(*text)) : Json(nullptr);
}
Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(valid_utf8(text)); }

template <typename Number>
Json number_or_null(const std::optional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}
template <typename Number>
Json number_or_null(const BoxedOptional<Number>& number) {
  return number ? Json(*number) : Json(nullptr);
}

Json texts(const std::vector<std::string>& list) {
  Json out = Json::array();
  for (const auto& text : list) out.push_back(valid_utf8(text));
  return out;
}

Json access_or_null(const std::optional<AccessKind>& access) {
  return access ? Json(access_kind_text(*access)) : Json(nullptr);
}

Json time_of(const CrashReport& report) {
  const auto& text = report.capture_time ? report.capture_time : report.header.timestamp;
  if (!text) return nullptr;
  const auto time = parse_report_time(*text);
  return time ? Json(format_utc(*time)) : Json(nullptr);
}

Json os_of(const CrashReport& report) {
  // `macOS 15.7.3`: the name is what stands before the last blank.
  Json out = {{"name", nullptr}, {"version", nullptr}, {"build", text_or_null(report.os.build)}};
  if (!report.os.train) return out;
  const std::string& train = *report.os.train;
  const auto blank = train.rfind(' ');
  out["name"] = valid_utf8(train.substr(0, blank));
  if (blank != std::string::npos) out["version"] = valid_utf8(train.substr(blank + 1));
  return out;
}

Json exception_of(const CrashReport& report) {
  if (!report.exception) return nullptr;
  const ExceptionInfo& exception = *report.exception;
  return {{"type", text_or_null(exception.type)},
          {"signal", text_or_null(exception.signal)},
          {"codes", exception.raw_codes},
          {"subtype", text_or_null(exception.subtype)},
          {"message", text_or_null(exception.message)}};
}

Json termination_of(const CrashReport& report) {
  if (!report.termination) return nullptr;
  const Termination& end = *report.termination;
  return {{"namespace", text_or_null(end.name_space)},
          {"code", number_or_null(end.code)},
          {"indicator", text_or_null(end.indicator)},
          {"reasons", texts(end.reasons)},
          {"details", texts(end.details)}};
}

Json fault_of(const FaultExplanation& fault) {
  return {{"kind", fault_kind_text(fault.kind)},
          {"address", number_or_null(fault.address)},
          {"access", access_or_null(fault.access)},
          {"size_bytes", number_or_null(fault.size_bytes)},
          {"instruction", text_or_null(fault.instruction)},
          {"base_register", text_or_null(fault.base_register)},
          {"base_value", number_or_null(fault.base_value)},
          {"fault_offset", number_or_null(fault.fault_offset)},
          {"agrees", number_or_null(fault.agrees)},
          {"sentence", valid_utf8(fault.sentence)},
          {"gpu_error", text_or_null(fault.gpu_error)},
          {"rule", text_or_null(fault.rule)},
          {"evidence", texts(fault.evidence)}};
}

Json site_of(const CrashSite& site) {
  return {{"key", site.key},
          {"text", valid_utf8(site.text)},
          {"family", site.family},
          {"family_text", valid_utf8(site.family_text)},
          {"image", text_or_null(site.image)},
          {"function", text_or_null(site.function)},
          {"code_offset", number_or_null(site.code_offset)},
          {"fault_offset", number_or_null(site.fault_offset)},
          {"access", access_or_null(site.access)},
          {"rule", text_or_null(site.rule)},
          {"notes", texts(site.notes)}};
}

Json registers_of(const Thread& thread) {
  Json out = Json::array();
  if (!thread.state) return out;
  for (const Register& reg : thread.state->registers) {
    out.push_back({{"name", valid_utf8(reg.name)},
                   {"value", reg.value},
                   {"symbol", text_or_null(reg.symbol)},
                   {"description", text_or_null(reg.description)}});
  }
  return out;
}

Json images_of(const CrashReport& report) {
  Json out = Json::array();
  for (const Image& image : report.images) {
    out.push_back({{"name", valid_utf8(image.display_name())},
                   {"path", text_or_null(image.path)},
                   {"uuid", image.uuid ? Json(image.uuid->text()) : Json(nullptr)},
                   {"base", image.base.value},
                   {"size_bytes", image.size_bytes},
                   {"arch", text_or_null(image.arch)}});
  }
  return out;
}

Json portrait_of(const Portrait& portrait) {
  Json groups = Json::array();
  for (const ThreadGroup& group : portrait.groups) {
    Json shared = Json::array();
    for (const SharedPointer& pointer : group.shared) {
      shared.push_back({{"value", pointer.value},
                        {"crashed_register", pointer.crashed_register},
                        {"thread", pointer.thread},
                        {"register", pointer.other_register}});
    }
    groups.push_back({{"threads", group.threads},
                      {"names", texts(group.names)},
                      {"queues", texts(group.queues)},
                      {"waits_for", text_or_null(group.waits_for)},
                      {"place", text_or_null(group.place)},
                      {"in_crash_image", group.in_crash_image},
                      {"at_own_fault", group.at_own_fault},
                      {"shared_pointers", std::move(shared)}});
  }
  return {{"groups", std::move(groups)}, {"phase", text_or_null(portrait.phase)}};
}

Json system_event_of(const CrashReport& report) {
  if (!report.system_event) return nullptr;
  const SystemEvent& event = *report.system_event;
  Json kexts = Json::array();
  for (const auto& [name, version] : event.kexts) {
    kexts.push_back({{"name", valid_utf8(name)}, {"version", text_or_null(version)}});
  }
  return {{"panic_string", text_or_null(event.panic_string)},
          {"panicked_task", text_or_null(event.panicked_task)},
          {"panicked_pid", number_or_null(event.panicked_pid)},
          {"panicked_cpu", number_or_null(event.panicked_cpu)},
          {"kexts", std::move(kexts)},
          {"process", text_or_null(event.process)},
          {"time_s", number_or_null(event.time_seconds)},
          {"restart_reason", text_or_null(event.restart_reason)},
          {"event", text_or_null(event.event)},
          {"reason", text_or_null(event.reason)},
          {"duration", text_or_null(event.duration)},
          {"amount", text_or_null(event.amount)},
          {"limit", text_or_null(event.limit)},
          {"action", text_or_null(event.action)}};
}

Json issues_of(const CrashReport& report) {
  Json out = Json::array();
  for (const Issue& issue : report.issues) {
    out.push_back({{"at", valid_utf8(issue.path)}, {"message", valid_utf8(issue.message)}});
  }
  return out;
}

Json disassembly_of(const std::optional<Disassembly>& disassembly) {
  if (!disassembly) return nullptr;
  Json instructions = Json::array();
  for (const auto& instruction : disassembly->instructions) {
    instructions.push_back({{"address", instruction.address.value},
                            {"bytes", instruction.bytes},
                            {"text", instruction.text},
                            {"is_at", instruction.is_at}});
  }
  return {{"origin", valid_utf8(disassembly->origin)}, {"instructions", instructions}};
}

Json members_before_threads(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  return {{"incident", text_or_null(report.incident)},
          {"kind", report_kind_text(report.kind)},
          {"bug_type", text_or_null(report.header.bug_type)},
          {"origin", report_origin_text(report.origin)},
          {"process", {{"name", text_or_null(report.process_name)}, {"pid", number_or_null(report.pid)}}},
          {"time", time_of(report)},
          {"os", os_of(report)},
          {"model", text_or_null(report.model)},
          {"cpu", text_or_null(report.cpu_type)},
          {"translated", number_or_null(report.translated)},
          {"exception", exception_of(report)},
          {"termination", termination_of(report)},
          {"system_event", system_event_of(report)},
          {"fault", fault_of(analysis.fault)},
          {"site", site_of(analysis.site)},
          {"labels", texts(analysis.labels)},
          {"crashed_thread", number_or_null(report.crashed_thread_number())}};
}

Json members_after_threads(const Analysis& analysis, const CrashJsonOptions& options) {
  Json out = {{"portrait", portrait_of(analysis.portrait)},
              {"disassembly", disassembly_of(options.disassembly)},
              {"rules_version", text_or_null(analysis.rules_version)},
              {"issues", issues_of(analysis.report)}};
  if (options.full) out["images"] = images_of(analysis.report);
  return out;
}

/// Writes indented JSON piece by piece: a report of a hundred thousand frames is never a tree in memory.
class PieceWriter {
 public:
  explicit PieceWriter(const std::function<void(std::string_view)>& sink) : sink_(sink) {}

  void open(char bracket) {
    text_ += bracket;
    is_first_ = true;
    ++depth_;
  }
  void close(char bracket) {
    --depth_;
    if (!is_first_) new_line();
    text_ += bracket;
    is_first_ = false;
  }
  void key(std::string_view name) {
    separate();
    text_.append("\"").append(name).append("\": ");
  }
  void separate() {
    if (!is_first_) text_ += ',';
    is_first_ = false;
    new_line();
    if (text_.size() > kPieceBytes) flush();
  }
  void members(const Json& object) {
    for (const auto& [name, value] : object.items()) {
      key(name);
      append(value);
    }
  }

  // One value each, without a tree: what frames and threads are made of.
  void boolean(bool value) { text_ += value ? "true" : "false"; }
  void text_or_null(const std::optional<std::string_view>& text) {
    if (!text) {
      text_ += "null";
    } else if (is_plain(*text)) {
      text_.append("\"").append(*text).append("\"");
    } else {
      append(valid_utf8(*text));
    }
  }
  void number_or_null(const std::optional<std::uint64_t>& number) {
    if (!number) {
      text_ += "null";
      return;
    }
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, *number).ptr;
    text_.append(digits, end);
  }

  void flush() {
    sink_(terminal_safe_json(text_));
    text_.clear();
  }
  void end_line() { text_ += '\n'; }

 private:
  static constexpr std::size_t kPieceBytes = 1 << 16;

  /// Stands in JSON as it is.
  static bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
  }
  void new_line() { text_.append("\n").append(2 * depth_, ' '); }
  void append(const Json& value) {
    // Inside of strings line breaks are escaped: each one here begins a line.
    const std::string dumped = value.dump(2, ' ', false, Json::error_handler_t::replace);
    std::size_t from = 0;
    for (auto at = dumped.find('\n'); at != std::string::npos; at = dumped.find('\n', from)) {
      text_.append(dumped, from, at - from);
      new_line();
      from = at + 1;
    }
    text_.append(dumped, from);
  }

  const std::function<void(std::string_view)>& sink_;
  std::string text_;
  std::size_t depth_ = 0;
  bool is_first_ = true;
};

void write_frame(PieceWriter& out, const CrashReport& report, const Frame& frame) {
  const Image* image = report.image_of(frame);
  const auto address = report.address_of(frame);
  std::optional<std::string> name = frame.image_name;
  std::optional<std::string> uuid;
  if (image != nullptr) {
    name = image->display_name();
    if (image->uuid) uuid = image->uuid->text();
  }
  const std::optional<std::string> file = frame.source_file;
  out.separate();
  out.open('{');
  out.key("image");
  out.text_or_null(name);
  out.key("uuid");
  out.text_or_null(uuid);
  out.key("address");
  out.number_or_null(address ? std::optional(address->value) : std::nullopt);
  out.key("image_offset");
  out.number_or_null(frame.image_offset.value);
  out.key("function");
  out.text_or_null(frame.symbol);
  out.key("code_offset");
  out.number_or_null(frame.symbol_location);
  out.key("file");
  out.text_or_null(file);
  out.key("line");
  out.number_or_null(frame.source_line);
  out.key("inlined");
  out.boolean(frame.inlined);
  out.key("source");
  out.text_or_null(symbol_origin_text(frame.symbol ? frame.symbol_source : SymbolOrigin::none));
  out.close('}');
}

void write_thread(PieceWriter& out, const CrashReport& report, std::size_t index, bool crashed,
                  const CrashJsonOptions& options) {
  const Thread& thread = report.threads[index];
  out.separate();
  out.open('{');
  out.key("index");
  out.number_or_null(report.thread_number(index));
  out.key("crashed");
  out.boolean(crashed);
  out.key("id");
  out.number_or_null(thread.id);
  out.key("name");
  out.text_or_null(thread.name);
  out.key("queue");
  out.text_or_null(thread.queue);
  out.key("frames");
  out.open('[');
  for (const Frame& frame : thread.frames) write_frame(out, report, frame);
  out.close(']');
  if (options.full) out.members({{"registers", registers_of(thread)}});
  out.close('}');
}

void write_object(PieceWriter& out, const Analysis& analysis, const CrashJsonOptions& options) {
  const CrashReport& report = analysis.report;
  out.open('{');
  out.members(members_before_threads(analysis));
  const auto crashed = report.crashed_thread_index();
  out.key("threads");
  out.open('[');
  for (std::size_t i = 0; i < report.threads.size(); ++i) write_thread(out, report, i, crashed == i, options);
  out.close(']');
  out.members(members_after_threads(analysis, options));
  out.close('}');
}

}  // namespace

void write_crash_json(const Analysis& analysis, const CrashJsonOptions& options,
                      const std::function<void(std::string_view)>& sink) {
  write_crash_json_of_all({&analysis, 1}, options, sink);
}

void write_crash_json_of_all(std::span<const Analysis> analyses, const CrashJsonOptions& options,
                             const std::function<void(std::string_view)>& sink) {
  PieceWriter out(sink);
  const bool is_list = analyses.size() != 1;
  if (is_list) {
    out.open('{');
    out.key("reports");
    out.open('[');
  }
  for (const Analysis& analysis : analyses) {
    if (is_list) out.separate();
    write_object(out, analysis, options);
  }
  if (is_list) {
    out.close(']');
    out.close('}');
  }
  out.end_line();
  out.flush();
}

std::string crash_json(const Analysis& analysis, const CrashJsonOptions& options) {
  std::string text;
  write_crash_json(analysis, options, [&text](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace faultline
