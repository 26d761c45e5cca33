#include "analyzer/parse/metrickit/metrickit_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "analyzer/parse/json/report_field.h"
#include "analyzer/parse/metrickit/metrickit_stacks.h"
#include "core/base/clock.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

/// Of several diagnostics in one document the first in this order is read.
struct DiagnosticName {
  std::string_view list;  ///< Of a payload, as its JSON form names it.
  std::string_view name;  ///< Of the case of `DiagnosticResult`, as its Codable form names it.
  ReportKind kind;
  std::string_view event;  ///< Empty for a crash.
};
constexpr std::array<DiagnosticName, 6> kDiagnostics{
    {{"crashDiagnostics", "crash", ReportKind::crash, ""},
     {"hangDiagnostics", "hang", ReportKind::hang, "hang"},
     {"appLaunchDiagnostics", "appLaunch", ReportKind::hang, "slow launch"},
     {"cpuExceptionDiagnostics", "cpuException", ReportKind::resource, "cpu usage"},
     {"diskWriteExceptionDiagnostics", "diskWriteException", ReportKind::resource, "disk writes"},
     {"memoryExceptionDiagnostics", "memoryException", ReportKind::resource, "memory"}}};

/// mach/exception_types.h
constexpr std::array<std::string_view, 13> kMachExceptions{"",
                                                           "EXC_BAD_ACCESS",
                                                           "EXC_BAD_INSTRUCTION",
                                                           "EXC_ARITHMETIC",
                                                           "EXC_EMULATION",
                                                           "EXC_SOFTWARE",
                                                           "EXC_BREAKPOINT",
                                                           "EXC_SYSCALL",
                                                           "EXC_MACH_SYSCALL",
                                                           "EXC_RPC_ALERT",
                                                           "EXC_CRASH",
                                                           "EXC_RESOURCE",
                                                           "EXC_GUARD"};

std::string metrickit_signal(std::uint64_t number) {
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 7> kSignals{{{4, "SIGILL"},
                                                                                {5, "SIGTRAP"},
                                                                                {6, "SIGABRT"},
                                                                                {8, "SIGFPE"},
                                                                                {9, "SIGKILL"},
                                                                                {10, "SIGBUS"},
                                                                                {11, "SIGSEGV"}}};
  for (const auto& [known, name] : kSignals) {
    if (known == number) return std::string(name);
  }
  return fmt::format("signal {}", number);
}

/// `iPhone OS 17.0 (21A329)`, or an object with platform, number and build.
void read_metrickit_os(const ReportField& field, OsVersion& os) {
  if (field.value().type() == JsonType::object) {
    std::string platform;
    std::string number;
    field.each_member([&](std::string_view key, const ReportField& member) {
      if (key == "platform") platform = member.text().value_or("");
      if (key == "number") number = member.text().value_or("");
      if (key == "buildNumber") os.build = member.text();
    });
    os.train = platform.empty() || number.empty() ? platform + number : platform + " " + number;
    return;
  }
  const auto text = field.text();
  if (!text) return;
  const auto open = text->rfind(" (");
  os.train = text->substr(0, open);
  if (open == std::string::npos || !text->ends_with(')')) return;
  os.build = text->substr(open + 2, text->size() - open - 3);
}

/// Words as they are; an object, which no document that was seen explains, as `name value, name value`.
std::optional<std::string> words_of(const ReportField& field) {
  if (field.value().type() != JsonType::object) return field.text_or_number();
  std::string words;
  field.each_member([&words](std::string_view key, const ReportField& member) {
    const auto text = member.text_or_number();
    if (!text) return;
    if (!words.empty()) words += ", ";
    if (key != "rawValue") words += std::string(key) + " ";
    words += *text;
  });
  return words;
}

/// `20s`, or a Measurement: `{"value": 20, "unit": {"symbol": "s", …}}`.
std::optional<std::string> measurement_of(const ReportField& field) {
  if (field.value().type() != JsonType::object) return field.text_or_number();
  std::string value;
  std::string unit;
  field.each_member([&](std::string_view key, const ReportField& member) {
    if (key == "value") value = member.text_or_number().value_or("");
    if (key != "unit") return;
    if (member.value().type() != JsonType::object) {
      unit = member.text().value_or("");
      return;
    }
    member.each_member([&unit](std::string_view name, const ReportField& part) {
      if (name == "symbol") unit = part.text().value_or("");
    });
  });
  return unit.empty() ? value : value + " " + unit;
}

/// A Date as JSONEncoder writes it: seconds since 2001, since 1970 where it was told so, or ISO 8601.
std::optional<std::string> date_of(const ReportField& field) {
  const auto type = field.value().type();
  if (type != JsonType::real && type != JsonType::unsigned_integer) return field.text();
  constexpr double k2001 = 978307200.0;
  constexpr double kMostSeconds = 1.2e9;  // Since 2001: 2039; since 1970: 2008, before there was MetricKit.
  double seconds = type == JsonType::real ? field.value().real().value_or(0)
                                          : static_cast<double>(field.value().unsigned_integer().value_or(0));
  if (seconds > 1e11) seconds /= 1000;  // Milliseconds.
  if (seconds < kMostSeconds) seconds += k2001;
  if (!(seconds >= 0 && seconds < 1e11)) return std::nullopt;
  return format_report_time(WallTime(std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6))), 0);
}

class MetrickitReader {
 public:
  explicit MetrickitReader(std::string_view text) : cut_(cut_metrickit_stacks(text)) {
    report_.kind = ReportKind::unreadable;
  }

  CrashReport run() {
    JsonDocument document(cut_.text);
    if (!document.valid()) return std::move(report_);
    JsonDocument again(cut_.text);  // Values are read in an order of their own.
    find_all(ReportField(again.root(), top_, issues_));
    if (found_.empty()) return std::move(report_);
    const auto first = std::min_element(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return a.name < b.name;  // Both point into the table.
    });
    read(*first);
    say_limits(*first);
    return std::move(report_);
  }

 private:
  struct Found {
    const DiagnosticName* name;
    JsonValue diagnostic;
    JsonValue document;  ///< Around it: with time and environment.
  };

  ReportField field(JsonValue value) { return {value, top_, issues_}; }

  void find_all(const ReportField& root) {
    if (root.value().type() == JsonType::array) {
      root.each_element([this](std::size_t, const ReportField& one) { find_in(one); });
    } else {
      find_in(root);
    }
  }

  void find_in(const ReportField& document) {
    document.each_member([&](std::string_view key, const ReportField& member) {
      if (key == "callStackTree") {
        found_.push_back({kind_of_bare(document.value()), document.value(), document.value()});
      } else if (key == "result") {
        member.each_member([&](std::string_view name, const ReportField& value) {
          find_case(name, value.value(), document.value());
        });
      }
      for (const auto& one : kDiagnostics) {
        if (key != one.list) continue;
        member.each_element([&](std::size_t, const ReportField& diagnostic) {
          found_.push_back({&one, diagnostic.value(), document.value()});
        });
      }
    });
  }

  /// An enumeration with a value: `{"crash": {"_0": {…}}}`.
  void find_case(std::string_view name, JsonValue value, JsonValue document) {
    for (const auto& one : kDiagnostics) {
      if (name == one.name) found_.push_back({&one, value.find("_0").value_or(value), document});
    }
  }

  /// A diagnostic that stands alone does not say which it is, but by what it measures.
  static const DiagnosticName* kind_of_bare(JsonValue diagnostic) {
    const auto meta = diagnostic.find("diagnosticMetaData").value_or(diagnostic);
    constexpr std::array<std::pair<std::string_view, std::size_t>, 7> kMeasures{{{"hangDuration", 1},
                                                                                 {"launchDuration", 2},
                                                                                 {"totalCPUTime", 3},
                                                                                 {"totalSampledTime", 3},
                                                                                 {"writesCaused", 4},
                                                                                 {"totalWritesCaused", 4},
                                                                                 {"totalBytesWritten", 4}}};
    for (const auto& [key, index] : kMeasures) {
      if (meta.find(key)) return &kDiagnostics[index];
    }
    return kDiagnostics.data();
  }

  void read(const Found& found) {
    report_.kind = found.name->kind;
    if (!found.name->event.empty()) report_.system_event.emplace().event = std::string(found.name->event);
    field(found.document).each_member([this](std::string_view key, const ReportField& member) {
      if (key == "timeStampEnd") report_.header.timestamp = member.text();
      if (key == "environment") read_facts(member);
      if (key == "timeRange") read_time_range(member);
    });
    field(found.diagnostic).each_member([this](std::string_view key, const ReportField& member) {
      if (key == "callStackTree") {
        read_tree(member);
      } else if (key == "diagnosticMetaData") {
        read_facts(member);
      } else {
        read_fact(key, member);
      }
    });
    for (auto& image : report_.images) {
      const auto name = binary_names_.find(*image.uuid);
      if (!image.name && name != binary_names_.end()) image.name = name->second;
    }
  }

  void read_time_range(const ReportField& range) {
    range.each_member([this](std::string_view key, const ReportField& member) {
      if (key == "start") report_.header.timestamp = date_of(member);
    });
  }

  void read_facts(const ReportField& facts) {
    facts.each_member([this](std::string_view key, const ReportField& member) { read_fact(key, member); });
  }

  void read_fact(std::string_view key, const ReportField& member) {
    if (member.is_null()) return;
    if (read_exception(key, member) || read_bundle(key, member) || read_measure(key, member)) return;
    if (key == "terminationReason" || key == "terminationCategory") {
      auto words = words_of(member);
      auto& end = report_.termination ? *report_.termination : report_.termination.emplace();
      if (words) (key == "terminationReason" ? end.reasons : end.details).push_back(std::move(*words));
    } else if (key == "virtualMemoryRegionInfo") {
      report_.vm_region_info = member.text();
    } else if (key == "osVersion") {
      read_metrickit_os(member, report_.os);
    } else if (key == "deviceType") {
      report_.model = member.text();
    } else if (key == "platformArchitecture") {
      report_.cpu_type = member.text();
    } else if (key == "pid") {
      report_.pid = member.integer();
    }
  }

  bool read_exception(std::string_view key, const ReportField& member) {
    if (key == "objectiveCexceptionReason" || key == "exceptionReason") {
      auto& reason = report_.exception_reason.emplace();
      member.each_member([&reason](std::string_view name, const ReportField& value) {
        if (name == "composedMessage") reason.composed_message = value.text();
        if (name == "formatString") reason.format_string = value.text();
        if (name == "arguments") reason.arguments = value.texts();
        if (name == "exceptionType") reason.type = value.text();
        if (name == "exceptionName") reason.name = value.text();
        if (name == "className") reason.exception_class = value.text();
      });
      return true;
    }
    if (key != "exceptionType" && key != "exceptionCode" && key != "signal") return false;
    const auto number = member.unsigned_integer();
    if (!number) return true;
    auto& exception = report_.exception ? *report_.exception : report_.exception.emplace();
    if (key == "exceptionType" && *number < kMachExceptions.size()) {
      exception.type = std::string(kMachExceptions[static_cast<std::size_t>(*number)]);
    } else if (key == "exceptionCode") {
      exception.raw_codes = {*number};
    } else if (key == "signal") {
      exception.signal = metrickit_signal(*number);
    }
    return true;
  }

  bool read_bundle(std::string_view key, const ReportField& member) {
    std::optional<std::string> BundleInfo::* place = nullptr;
    if (key == "bundleIdentifier") place = &BundleInfo::identifier;
    if (key == "appVersion" || key == "applicationVersion") place = &BundleInfo::short_version;
    if (key == "appBuildVersion" || key == "applicationBuildVersion") place = &BundleInfo::version;
    if (place == nullptr) return false;
    if (!report_.bundle_info) report_.bundle_info.emplace();
    (*report_.bundle_info).*place = member.text();
    return true;
  }

  bool read_measure(std::string_view key, const ReportField& member) {
    std::optional<std::string> SystemEvent::* place = nullptr;
    if (key == "hangDuration" || key == "launchDuration" || key == "totalSampledTime") {
      place = &SystemEvent::duration;
    } else if (key == "totalCPUTime" || key == "writesCaused" || key == "totalWritesCaused" ||
               key == "totalBytesWritten") {
      place = &SystemEvent::amount;
    }
    if (place == nullptr) return false;
    if (!report_.system_event) report_.system_event.emplace();
    (*report_.system_event).*place = measurement_of(member);
    return true;
  }

  void read_tree(const ReportField& tree) {
    tree.each_member([this](std::string_view key, const ReportField& member) {
      if (key == "callStacks" || key == "callStackThreads") {
        member.each_element([this](std::size_t, const ReportField& stack) { read_thread(stack); });
      } else if (key == "binaryInfo") {
        read_binaries(member);
      }
    });
  }

  /// A dictionary whose keys are no strings is written as an array: key, value, key, value.
  void read_binaries(const ReportField& binaries) {
    const auto read_one = [this](const ReportField& binary) {
      std::optional<Uuid> uuid;
      std::string name;
      binary.each_member([&](std::string_view key, const ReportField& member) {
        if (key == "uuid") uuid = member.uuid();
        if (key == "name") name = member.text().value_or("");
      });
      if (uuid && !name.empty()) binary_names_.emplace(*uuid, std::move(name));
    };
    if (binaries.value().type() == JsonType::object) {
      binaries.each_member([&](std::string_view, const ReportField& binary) { read_one(binary); });
      return;
    }
    binaries.each_element([&](std::size_t, const ReportField& part) {
      if (part.value().type() == JsonType::object) read_one(part);
    });
  }

  void read_thread(const ReportField& stack) {
    Thread thread;
    stack.each_member([&](std::string_view key, const ReportField& member) {
      if (key == "threadAttributed" && !member.is_null()) thread.triggered = member.truth();
      if (key != "callStackRootFrames" && key != "rootFrames") return;
      const auto index = member.unsigned_integer();
      if (!index || *index >= cut_.stacks.size()) return;
      for (const auto& frame : cut_.stacks[static_cast<std::size_t>(*index)]) {
        thread.frames.push_back(frame_of(frame));
      }
    });
    report_.threads.push_back(std::move(thread));
  }

  Frame frame_of(const MetrickitFrame& read) {
    Frame frame;
    if (read.binary_uuid && read.address) {
      frame.image_index = image_of(*read.binary_uuid, read.binary_name, *read.address - read.offset);
      frame.image_offset = ImageOffset{read.offset};
    } else {
      if (read.address) frame.address = RuntimeAddress{*read.address};
      if (!read.binary_name.empty()) frame.image_name = read.binary_name;
    }
    return frame;
  }

  std::size_t image_of(const Uuid& uuid, const std::string& name, std::uint64_t base) {
    const auto [at, is_new] = image_indexes_.emplace(uuid, report_.images.size());
    if (!is_new) return at->second;
    Image image;
    image.uuid = uuid;
    if (!name.empty()) image.name = name;
    image.base = RuntimeAddress{base};
    report_.images.push_back(std::move(image));
    return at->second;
  }

  void say_limits(const Found& first) {
    if (found_.size() > 1) {
      issues_.add("", fmt::format("{} more diagnostic{} in the same payload: only one is read",
                                  found_.size() - 1, found_.size() == 2 ? "" : "s"));
    }
    if (cut_.branches > 0) {
      issues_.add("",
                  fmt::format("{} branches of sampled stacks are passed over: each time the first is read",
                              cut_.branches));
    }
    const bool has_time = first.document.find("timeRange").has_value();
    issues_.add("", fmt::format("a MetricKit {}: no symbols, registers or thread names{}",
                                has_time ? "report" : "payload",
                                has_time ? "" : ", and the time of the payload instead of the crash"));
  }

  CutMetrickit cut_;
  CrashReport report_;
  IssueList issues_{report_.issues};
  const JsonPath top_;
  std::vector<Found> found_;
  std::map<Uuid, std::string> binary_names_;
  std::map<Uuid, std::size_t> image_indexes_;
};

}  // namespace

bool is_metrickit(std::string_view text) {
  const auto first = skip_json_whitespace(text, 0);
  if (first >= text.size() || (text[first] != '{' && text[first] != '[')) return false;
  return text.find("\"callStackTree\"") != text.npos &&
         (text.find("\"callStacks\"") != text.npos || text.find("\"callStackThreads\"") != text.npos);
}

CrashReport parse_metrickit(std::string_view text) { return MetrickitReader(text).run(); }

}  // namespace faultline
