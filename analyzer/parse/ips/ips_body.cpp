#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/parse/ips/ips_parser.h"
#include "analyzer/parse/ips/ips_stacks.h"
#include "core/text/ascii.h"
#include "core/text/base64.h"

namespace faultline {
namespace {

using Field = ReportField;

/// A text as it is, anything else as compact JSON.
std::string verbatim(const Field& field) {
  auto text = field.value().text();
  return text ? std::move(*text) : field.value().compact();
}

void read_exception(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& exception = report.exception.emplace();
  field.each_member([&exception](std::string_view key, const Field& member) {
    if (key == "type") {
      exception.type = member.text().value_or("");
    } else if (key == "signal") {
      exception.signal = member.text();
    } else if (key == "codes") {
      exception.codes = member.text();
    } else if (key == "rawCodes") {
      member.each_element([&exception](std::size_t, const Field& code) {
        if (const auto value = code.unsigned_integer()) exception.raw_codes.push_back(*value);
      });
    } else if (key == "subtype") {
      exception.subtype = member.text();
    } else if (key == "message") {
      exception.message = member.text();
    } else if (key == "violations") {
      exception.violations = member.texts();
    } else if (!member.is_null()) {
      exception.guard_facts.emplace_back(key, verbatim(member));
    }
  });
}

void read_termination(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& termination = report.termination.emplace();
  field.each_member([&termination](std::string_view key, const Field& member) {
    if (key == "namespace") {
      termination.name_space = member.text();
    } else if (key == "code") {
      termination.code = member.unsigned_integer();
    } else if (key == "flags") {
      termination.flags = member.unsigned_integer();
    } else if (key == "indicator") {
      termination.indicator = member.text();
    } else if (key == "byProc") {
      termination.by_process = member.text();
    } else if (key == "byPid") {
      termination.by_pid = member.integer();
    } else if (key == "reasons") {
      termination.reasons = member.texts();
    } else if (key == "details") {
      termination.details = member.texts();
    }
  });
}

void read_exception_reason(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& reason = report.exception_reason.emplace();
  field.each_member([&reason](std::string_view key, const Field& member) {
    if (key == "composed_message") {
      reason.composed_message = member.text();
    } else if (key == "format_string") {
      reason.format_string = member.text();
    } else if (key == "arguments") {
      reason.arguments = member.texts();
    } else if (key == "type") {
      reason.type = member.text();
    } else if (key == "class") {
      reason.exception_class = member.text();
    } else if (key == "name") {
      reason.name = member.text();
    }
  });
}

void read_asi(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view image, const Field& lines) {
    report.app_specific_info.push_back({std::string(image), lines.texts()});
  });
}

void read_modification_counts(ExternalModificationCounts& counts, const Field& field) {
  field.each_member([&counts](std::string_view key, const Field& member) {
    if (key == "task_for_pid") {
      counts.task_for_pid = member.unsigned_integer().value_or(0);
    } else if (key == "thread_create") {
      counts.thread_create = member.unsigned_integer().value_or(0);
    } else if (key == "thread_set_state") {
      counts.thread_set_state = member.unsigned_integer().value_or(0);
    }
  });
}

void read_modifications(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& modifications = report.external_modifications.emplace();
  field.each_member([&modifications](std::string_view key, const Field& member) {
    if (key == "targeted") {
      read_modification_counts(modifications.targeted, member);
    } else if (key == "caller") {
      read_modification_counts(modifications.caller, member);
    } else if (key == "system") {
      read_modification_counts(modifications.system, member);
    } else if (key == "warnings") {
      modifications.warnings = member.unsigned_integer().value_or(0);
    }
  });
}

void read_legacy_info(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view key, const Field& member) {
    if (key == "threadTriggered") {
      report.legacy.has_triggered = true;
      member.each_member([&report](std::string_view name, const Field& value) {
        if (name == "name") report.legacy.triggered_name = value.text();
        if (name == "queue") report.legacy.triggered_queue = value.text();
      });
    } else if (key == "threadHighlighted") {
      report.legacy.highlighted = member.unsigned_integer();
    } else if (key == "imageExtraInfo") {
      // Schema version 1: names and sizes stand apart from the list of images.
      member.each_element([&report](std::size_t index, const Field& extra) {
        if (index >= report.images.size()) report.images.resize(index + 1);
        read_image(extra, report.images[index]);
      });
    }
  });
}

/// The images of version 1 may have got their names already, from legacyInfo.
void read_used_images(CrashReport& report, const Field& field) {
  if (report.images.empty()) return read_images(field, report.images);
  std::vector<Image> images;
  read_images(field, images);
  if (report.images.size() < images.size()) report.images.resize(images.size());
  for (std::size_t i = 0; i < images.size(); ++i) {
    report.images[i].uuid = images[i].uuid;
    report.images[i].base = images[i].base;
    report.images[i].source = images[i].source;
  }
}

void read_shared_cache(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& cache = report.shared_cache.emplace();
  field.each_member([&cache](std::string_view key, const Field& member) {
    if (key == "base") {
      cache.base = member.address().value_or(RuntimeAddress{});
    } else if (key == "size") {
      cache.size_bytes = member.unsigned_integer().value_or(0);
    } else if (key == "uuid") {
      cache.uuid = member.uuid();
    }
  });
}

void read_os_version(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view key, const Field& member) {
    if (key == "train") {
      report.os.train = member.text();
    } else if (key == "build") {
      report.os.build = member.text();
    } else if (key == "releaseType") {
      report.os.release_type = member.text();
    } else if (key == "isEmbedded") {
      report.os.is_embedded = member.truth();
    }
  });
}

void read_bundle_info(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& bundle = report.bundle_info.emplace();
  field.each_member([&bundle](std::string_view key, const Field& member) {
    if (key == "CFBundleIdentifier") {
      bundle.identifier = member.text();
    } else if (key == "CFBundleShortVersionString") {
      bundle.short_version = member.text();
    } else if (key == "CFBundleVersion") {
      bundle.version = member.text();
    } else if (key == "DTAppStoreToolsBuild") {
      bundle.app_store_tools_build = member.text();
    }
  });
}

void read_build_info(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& build = report.build_info.emplace();
  field.each_member([&build](std::string_view key, const Field& member) {
    if (key == "ProjectName") {
      build.project_name = member.text();
    } else if (key == "SourceVersion") {
      build.source_version = member.text();
    } else if (key == "BuildVersion") {
      build.build_version = member.text();
    } else if (key == "ProductBuildVersion") {
      build.product_build_version = member.text();
    }
  });
}

void read_store_info(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view key, const Field& member) {
    if (key == "applicationVariant") report.app_variant = member.text();
    if (key == "deviceIdentifierForVendor") report.device_identifier_for_vendor = member.text();
  });
}

void read_bridge_version(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view key, const Field& member) {
    if (key == "train") report.bridge_os_train = member.text();
    if (key == "build") report.bridge_os_build = member.text();
  });
}

std::vector<std::uint8_t> read_base64(const Field& field) {
  const auto text = field.text();
  if (!text) return {};
  auto bytes = parse_base64(*text);
  if (!bytes) field.add_issue("this is no base64");
  return std::move(bytes).value_or(std::vector<std::uint8_t>());
}

void read_instruction_bytes(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  auto& bytes = report.instruction_bytes.emplace();
  field.each_member([&bytes](std::string_view key, const Field& member) {
    if (key == "beforePC") bytes.before_pc = read_base64(member);
    if (key == "atPC") bytes.at_pc = read_base64(member);
  });
}

void read_queue_limits(CrashReport& report, const Field& field) {
  field.each_member([&report](std::string_view name, const Field& member) {
    if (const auto count = member.integer()) report.work_queue_limits.emplace_back(name, *count);
  });
}

/// Schema version 1 has the registers of the triggered thread beside the threads.
void read_loose_thread_state(CrashReport& report, const Field& field) {
  if (!field.expect(JsonType::object)) return;
  ThreadState state;
  read_thread_state(field, state);
  const auto index = report.crashed_thread_index();
  if (!index) return field.add_issue("registers of no thread in particular");
  report.threads[*index].state = std::move(state);
}

void read_faulting_thread(CrashReport& report, const Field& field) {
  if (const auto index = field.unsigned_integer()) report.faulting_thread = static_cast<std::size_t>(*index);
}

/// Both spellings occur side by side with the same text.
void read_region_info(CrashReport& report, const Field& field) {
  auto text = field.text();
  if (!report.vm_region_info) report.vm_region_info = std::move(text);
}

void read_dyld_error(CrashReport& report, const Field& field) {
  report.fatal_dyld_error = field.text_or_number();
}

void read_incident(CrashReport& report, const Field& field) {
  if (auto text = field.text(); text && !text->empty()) report.incident = to_upper(std::move(*text));
}

void ignore(CrashReport&, const Field&) {}

template <auto Member>
void read_text(CrashReport& report, const Field& field) {
  report.*Member = field.text();
}
template <auto Member>
void read_texts(CrashReport& report, const Field& field) {
  report.*Member = field.texts();
}
template <auto Member>
void read_natural(CrashReport& report, const Field& field) {
  report.*Member = field.unsigned_integer();
}
template <auto Member>
void read_integer(CrashReport& report, const Field& field) {
  report.*Member = field.integer();
}
template <auto Member>
void read_truth(CrashReport& report, const Field& field) {
  report.*Member = field.truth();
}
template <auto Member>
void read_frame_list(CrashReport& report, const Field& field) {
  read_frames(field, report.*Member);
}

struct BodyKey {
  std::string_view key;
  void (*read)(CrashReport&, const Field&);
};

using R = CrashReport;

// Sorted by key, in ASCII order: found by halving.
constexpr BodyKey kBodyKeys[] = {
    {"appleIntelligenceStatus", ignore},  // Settings of a person, nothing technical.
    {"asi", read_asi},
    {"asiBacktraces", read_texts<&R::app_specific_backtraces>},
    {"asiSignatures", read_texts<&R::app_specific_signatures>},
    {"basebandVersion", read_text<&R::baseband_version>},
    {"bootSessionUUID", read_text<&R::boot_session>},
    {"bridgeVersion", read_bridge_version},
    {"bug_type", ignore},  // Repeats the header.
    {"buildInfo", read_build_info},
    {"bundleInfo", read_bundle_info},
    {"captureTime", read_text<&R::capture_time>},
    {"coalitionID", read_integer<&R::coalition_id>},
    {"coalitionName", read_text<&R::coalition_name>},
    {"codeName", read_text<&R::code_name>},
    {"codeSigningFlags", read_natural<&R::code_signing_flags>},
    {"codeSigningID", read_text<&R::code_signing_id>},
    {"codeSigningTeamID", read_text<&R::code_signing_team_id>},
    {"cpuType", read_text<&R::cpu_type>},
    {"crashReporterKey", read_text<&R::crash_reporter_key>},
    {"deployVersion", ignore},  // 210 in every report seen.
    {"exception", read_exception},
    {"exceptionReason", read_exception_reason},
    {"extMods", read_modifications},
    {"externalGPUInfo", read_text<&R::external_gpu_info>},
    {"fatalDyldError", read_dyld_error},
    {"faultingThread", read_faulting_thread},
    {"incident", read_incident},
    {"instructionByteStream", read_instruction_bytes},
    {"isBeta", read_truth<&R::is_beta>},
    {"isCorpse", read_truth<&R::is_corpse>},
    {"isNonFatal", read_truth<&R::is_non_fatal>},
    {"isSimulated", read_truth<&R::is_simulated>},
    {"ktriageinfo", read_text<&R::kernel_triage>},
    {"lastExceptionBacktrace", read_frame_list<&R::last_exception_backtrace>},
    {"legacyInfo", read_legacy_info},
    {"logWritingSignature", read_text<&R::log_writing_signature>},
    {"lowPowerMode", read_truth<&R::low_power_mode>},
    {"modelCode", read_text<&R::model>},
    {"osVersion", read_os_version},
    {"parentPid", read_integer<&R::parent_pid>},
    {"parentProc", read_text<&R::parent_name>},
    {"pid", read_integer<&R::pid>},
    {"procExitAbsTime", read_natural<&R::exit_ticks>},
    {"procLaunch", read_text<&R::launch_time>},
    {"procName", read_text<&R::process_name>},
    {"procPath", read_text<&R::process_path>},
    {"procRole", read_text<&R::process_role>},
    {"procStartAbsTime", read_natural<&R::start_ticks>},
    {"reportNotes", read_texts<&R::report_notes>},
    {"responsiblePid", read_integer<&R::responsible_pid>},
    {"responsibleProc", read_text<&R::responsible_name>},
    {"roots_installed", ignore},  // Repeats the header; zero outside Apple.
    {"sharedCache", read_shared_cache},
    {"simulatedCaller", read_text<&R::simulated_caller>},
    {"sip", read_text<&R::sip>},
    {"sleepWakeUUID", read_text<&R::sleep_wake_uuid>},
    {"storeInfo", read_store_info},
    {"systemID", read_text<&R::system_id>},
    {"termination", read_termination},
    {"threadState", read_loose_thread_state},
    {"threads", [](CrashReport& report, const Field& field) { read_threads(field, report.threads); }},
    {"translated", read_truth<&R::translated>},
    {"trialInfo", ignore},  // Which of Apple's experiments the machine takes part in.
    {"uptime", read_natural<&R::uptime_seconds>},
    {"usedImages", read_used_images},
    {"userID", read_natural<&R::user_id>},
    {"version", read_integer<&R::schema_version>},
    {"vmRegionInfo", read_region_info},
    {"vmSummary", read_text<&R::vm_summary>},
    {"vmregioninfo", read_region_info},
    {"wakeTime", read_natural<&R::wake_seconds>},
    {"workQueueLimits", read_queue_limits},
};

constexpr bool is_sorted_by_key() {
  for (std::size_t i = 1; i < std::size(kBodyKeys); ++i) {
    if (!(kBodyKeys[i - 1].key < kBodyKeys[i].key)) return false;
  }
  return true;
}
static_assert(is_sorted_by_key());

void keep_as_extra(std::string_view key, const Field& field, CrashReport& report) {
  // Larger ones stay in the raw report, where everything is.
  constexpr std::size_t kLongestExtra = 16 * 1024;
  auto text = verbatim(field);
  if (text.size() <= kLongestExtra) report.extras.emplace_back(key, std::move(text));
}

}  // namespace

void read_body(const ReportField& field, CrashReport& report) {
  std::optional<JsonValue> loose_state;
  field.each_member([&](std::string_view key, const Field& member) {
    const auto* end = std::end(kBodyKeys);
    const auto* row = std::lower_bound(std::begin(kBodyKeys), end, key,
                                       [](const BodyKey& a, std::string_view b) { return a.key < b; });
    if (row == end || row->key != key) return keep_as_extra(key, member, report);
    if (member.is_null()) return;
    if (row->read == read_loose_thread_state) {
      loose_state = member.value();
      return;
    }
    row->read(report, member);
  });
  if (loose_state) {  // Last: it needs the threads.
    const JsonPath path{&field.path(), "threadState", 0};
    read_loose_thread_state(report, ReportField(*loose_state, path, field.issues()));
  }
}

}  // namespace faultline
