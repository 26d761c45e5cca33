#include "core/ips/ips_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/ips/ips_keys.h"
#include "core/text/base64.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;
using namespace ips;  // NOLINT(google-build-using-namespace): key names only.

constexpr std::string_view kZeroUuid = "00000000-0000-0000-0000-000000000000";

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Spread over lines with ` : ` between key and value; `indent` is that of the closing bracket.
std::string spread(const Json& value, std::size_t indent) {
  if (!value.is_structured() || value.empty()) return dump(value);
  const std::string inner(indent + 2, ' ');
  std::string out(1, value.is_object() ? '{' : '[');
  bool first = true;
  for (const auto& [key, item] : value.items()) {
    out += first ? "\n" : ",\n";
    first = false;
    out += inner;
    if (value.is_object()) out += dump(Json(key)) + " : ";
    out += spread(item, indent + 2);
  }
  out += '\n';
  out.append(indent, ' ');
  out += value.is_object() ? '}' : ']';
  return out;
}

template <typename T>
void put(Json& object, const char* key, const std::optional<T>& value) {
  if (value) object[key] = *value;
}
template <typename T>
void put(Json& object, const char* key, const BoxedOptional<T>& value) {
  if (value) object[key] = *value;
}
void put(Json& object, const char* key, const std::vector<std::string>& lines) {
  if (!lines.empty()) object[key] = lines;
}
/// Flags are `1` where they hold and absent elsewhere.
void put_flag(Json& object, const char* key, bool value) {
  if (value) object[key] = 1;
}
void put_object(Json& object, const char* key, Json value) {
  if (!value.empty()) object[key] = std::move(value);
}

/// A value that was kept verbatim: JSON where it is an object or an array, else text.
Json verbatim(const std::string& text) {
  if (!text.empty() && (text.front() == '{' || text.front() == '[')) {
    auto value = Json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
  }
  return text;
}

/// A crash whose bug type was lost is written as what it was read as: without one, readers take the
/// header line for the body.
std::optional<std::string> bug_type_of(const CrashReport& report) {
  if (report.header.bug_type || report.kind != ReportKind::crash) return report.header.bug_type;
  return "309";
}

Json header_json(const CrashReport& report) {
  const auto& header = report.header;
  Json out = Json::object();
  put(out, kAppName, header.app_name);
  put(out, kTimestamp, header.timestamp);
  put(out, kAppVersion, header.app_version);
  put(out, kSliceUuid, header.slice_uuid);
  put(out, kBuildVersion, header.build_version);
  put(out, kPlatform, header.platform);
  put(out, kBundleId, header.bundle_id);
  put(out, kBugType, bug_type_of(report));
  put(out, kOsVersionText, header.os_version);
  out[kRootsInstalled] = 0;
  put(out, kHeaderName, header.name);
  put(out, kIncidentId, header.incident_id ? header.incident_id : report.incident);
  put_flag(out, kHeaderIsSimulated, header.is_simulated);
  return out;
}

/// The image list as it will be written: frames that have an address but no image need the absolute
/// pseudo-image, in which the offset is the address.
class ImageTable {
 public:
  explicit ImageTable(const CrashReport& report) : images_(report.images) {
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (images_[i].source == "A") absolute_ = i;
    }
  }
  std::size_t absolute() {
    if (!absolute_) {
      Image pseudo;
      pseudo.source = "A";
      absolute_ = images_.size();
      images_.push_back(pseudo);
    }
    return *absolute_;
  }
  [[nodiscard]] const std::vector<Image>& images() const { return images_; }

 private:
  std::vector<Image> images_;
  std::optional<std::size_t> absolute_;
};

Json frame_json(const Frame& frame, ImageTable& images) {
  Json out = Json::object();
  auto index = frame.image_index;
  auto offset = frame.image_offset.value;
  if (!index && frame.address) {
    index = images.absolute();
    offset = frame.address->value;
  }
  out[kImageOffset] = offset;
  put(out, kSymbol, frame.symbol);
  if (frame.inlined) out[kInline] = true;
  put(out, kSymbolLocation, frame.symbol_location);
  put(out, kSourceLine, frame.source_line);
  put(out, kSourceFile, frame.source_file);
  put(out, kRegion, frame.region);
  put(out, kImageIndex, index);
  return out;
}

Json frames_json(const std::vector<Frame>& frames, ImageTable& images) {
  Json out = Json::array();
  for (const auto& frame : frames) out.push_back(frame_json(frame, images));
  return out;
}

Json register_json(const Register& reg) {
  Json out = Json::object();
  out[kValue] = reg.value;
  put(out, kSymbolLocation, reg.symbol_location);
  put(out, kSymbol, reg.symbol);
  put(out, kObjcSelector, reg.objc_selector);
  put(out, kDescription, reg.description);
  put_flag(out, kMatchesCrashFrame, reg.matches_crash_frame);
  return out;
}

std::string general_register(std::size_t number) {
  std::string name(1, 'x');
  name += std::to_string(number);
  return name;
}

/// arm64 puts x0 to x28 into an array; whatever else there is goes by its name.
Json thread_state_json(const ThreadState& state) {
  Json out = Json::object();
  Json general = Json::array();
  Json rosetta = Json::object();
  while (const auto* reg = state.find(general_register(general.size()))) {
    if (general.size() > 28) break;
    general.push_back(register_json(*reg));
  }
  const std::size_t in_array = general.size();
  put_object(out, kX, std::move(general));
  if (!state.flavor.empty()) out[kFlavor] = state.flavor;
  for (const auto& reg : state.registers) {
    if (reg.name.starts_with("tmp") && state.rosetta) {
      rosetta[reg.name] = register_json(reg);
      continue;
    }
    bool written = false;
    for (std::size_t i = 0; i < in_array && !written; ++i) written = reg.name == general_register(i);
    if (!written) out[reg.name] = register_json(reg);
  }
  if (state.rosetta) out[kRosetta] = std::move(rosetta);
  return out;
}

Json thread_json(const Thread& thread, ImageTable& images) {
  Json out = Json::object();
  if (thread.triggered) out[kTriggered] = true;
  put(out, kId, thread.id);
  if (thread.at_own_fault) out[kAtOwnFault] = true;
  if (thread.instruction_state) {
    Json stream = Json::object();
    stream[kBytes] = Json::array();
    for (const auto byte : thread.instruction_state->bytes)
      stream[kBytes].push_back(static_cast<unsigned>(byte));
    stream[kOffset] = thread.instruction_state->offset;
    out[kInstructionState][kInstructionStream] = std::move(stream);
  }
  if (thread.state) out[kThreadState] = thread_state_json(*thread.state);
  put(out, kName, thread.name);
  put(out, kQueue, thread.queue);
  put(out, kOriginalLength, thread.original_length);
  for (const auto& info : thread.recursion) {
    Json row = Json::object();
    row[kHottestElided] = info.hottest_elided;
    row[kColdestElided] = info.coldest_elided;
    row[kDepth] = info.depth;
    if (info.key_frame) row[kKeyFrame] = frame_json(*info.key_frame, images);
    out[kRecursionInfoArray].push_back(std::move(row));
  }
  out[kFrames] = frames_json(thread.frames, images);
  return out;
}

Json image_json(const Image& image) {
  Json out = Json::object();
  if (image.source == "A") {
    out[kSize] = image.size_bytes;
    out[kSource] = image.source;
    out[kBase] = image.base.value;
    out[kUuid] = image.uuid ? image.uuid->text() : kZeroUuid;
    return out;
  }
  if (!image.source.empty()) out[kSource] = image.source;
  put(out, kArch, image.arch);
  out[kBase] = image.base.value;
  put(out, kCfBundleShortVersion, image.bundle_short_version);
  put(out, kCfBundleIdentifier, image.bundle_id);
  out[kSize] = image.size_bytes;
  if (image.uuid) out[kUuid] = image.uuid->text();
  if (!image.build_id.empty()) out[kBuildId] = image.build_id;
  put(out, kPath, image.path);
  put(out, kName, image.name);
  put(out, kCfBundleVersion, image.bundle_version);
  return out;
}

Json exception_json(const ExceptionInfo& info) {
  Json out = Json::object();
  put(out, kCodes, info.codes);
  if (!info.raw_codes.empty()) out[kRawCodes] = info.raw_codes;
  if (!info.type.empty()) out[kType] = info.type;
  put(out, kSignal, info.signal);
  put(out, kSubtype, info.subtype);
  put(out, kMessage, info.message);
  put(out, kViolations, info.violations);
  for (const auto& [key, value] : info.guard_facts) out[key] = verbatim(value);
  return out;
}

Json termination_json(const Termination& end) {
  Json out = Json::object();
  put(out, kFlags, end.flags);
  put(out, kCode, end.code);
  put(out, kNamespace, end.name_space);
  put(out, kIndicator, end.indicator);
  put(out, kByProc, end.by_process);
  put(out, kByPid, end.by_pid);
  put(out, kReasons, end.reasons);
  put(out, kDetails, end.details);
  return out;
}

Json exception_reason_json(const ExceptionReason& reason) {
  Json out = Json::object();
  put(out, kArguments, reason.arguments);
  put(out, kFormatString, reason.format_string);
  put(out, kName, reason.name);
  put(out, kType, reason.type);
  put(out, kComposedMessage, reason.composed_message);
  put(out, kClass, reason.exception_class);
  return out;
}

Json modifications_json(const ExternalModifications& mods) {
  const auto counts = [](const ExternalModificationCounts& c) {
    Json out = Json::object();
    out[kThreadCreate] = c.thread_create;
    out[kThreadSetState] = c.thread_set_state;
    out[kTaskForPid] = c.task_for_pid;
    return out;
  };
  Json out = Json::object();
  out[kCaller] = counts(mods.caller);
  out[kSystem] = counts(mods.system);
  out[kTargeted] = counts(mods.targeted);
  out[kWarnings] = mods.warnings;
  return out;
}

void put_process(Json& body, const CrashReport& report) {
  put(body, kPid, report.pid);
  put(body, kTranslated, report.translated);
  put(body, kCpuType, report.cpu_type);
  put(body, kProcLaunch, report.launch_time);
  put(body, kProcStartAbsTime, report.start_ticks);
  put(body, kProcExitAbsTime, report.exit_ticks);
  put(body, kProcName, report.process_name);
  put(body, kProcPath, report.process_path);
  if (report.bundle_info) {
    Json info = Json::object();
    put(info, kCfBundleShortVersion, report.bundle_info->short_version);
    put(info, kCfBundleVersion, report.bundle_info->version);
    put(info, kCfBundleIdentifier, report.bundle_info->identifier);
    put(info, kDtAppStoreToolsBuild, report.bundle_info->app_store_tools_build);
    body[kBundleInfo] = std::move(info);
  }
  if (report.build_info) {
    Json info = Json::object();
    put(info, kProjectName, report.build_info->project_name);
    put(info, kSourceVersion, report.build_info->source_version);
    put(info, kBuildInfoVersion, report.build_info->build_version);
    put(info, kProductBuildVersion, report.build_info->product_build_version);
    body[kBuildInfo] = std::move(info);
  }
  Json store = Json::object();
  put(store, kDeviceIdentifierForVendor, report.device_identifier_for_vendor);
  put(store, kApplicationVariant, report.app_variant);
  put_object(body, kStoreInfo, std::move(store));
  put_flag(body, kIsBeta, report.is_beta);
  put(body, kParentProc, report.parent_name);
  put(body, kParentPid, report.parent_pid);
  put(body, kCoalitionName, report.coalition_name);
  put(body, kCrashReporterKey, report.crash_reporter_key);
  put(body, kLowPowerMode, report.low_power_mode);
  put(body, kResponsiblePid, report.responsible_pid);
  put(body, kResponsibleProc, report.responsible_name);
  put(body, kCodeSigningId, report.code_signing_id);
  put(body, kCodeSigningTeamId, report.code_signing_team_id);
  put(body, kCodeSigningFlags, report.code_signing_flags);
}

void put_machine(Json& body, const CrashReport& report) {
  put(body, kUptime, report.uptime_seconds);
  put(body, kProcRole, report.process_role);
  put(body, kVersion, report.schema_version);
  put(body, kUserId, report.user_id);
  put(body, kModelCode, report.model);
  put(body, kCoalitionId, report.coalition_id);
  Json os = Json::object();
  put(os, kTrain, report.os.train);
  put(os, kBuild, report.os.build);
  put(os, kReleaseType, report.os.release_type);
  if (report.os.is_embedded) os[kIsEmbedded] = true;
  put_object(body, kOsVersion, std::move(os));
  put(body, kCaptureTime, report.capture_time);
  put(body, kIncident, report.incident);
}

void put_sessions(Json& body, const CrashReport& report) {
  if (report.instruction_bytes) {
    body[kInstructionByteStream] = {{kBeforePc, base64_text(report.instruction_bytes->before_pc)},
                                    {kAtPc, base64_text(report.instruction_bytes->at_pc)}};
  }
  put(body, kBootSessionUuid, report.boot_session);
  put(body, kWakeTime, report.wake_seconds);
  put(body, kSleepWakeUuid, report.sleep_wake_uuid);
  Json bridge = Json::object();
  put(bridge, kTrain, report.bridge_os_train);
  put(bridge, kBuild, report.bridge_os_build);
  put_object(body, kBridgeVersion, std::move(bridge));
  put(body, kBasebandVersion, report.baseband_version);
  put(body, kSystemId, report.system_id);
  put(body, kCodeName, report.code_name);
  put(body, kSip, report.sip);
}

void put_cause(Json& body, const CrashReport& report, ImageTable& images) {
  put(body, kVmRegionInfo, report.vm_region_info);
  put_flag(body, kIsCorpse, report.is_corpse);
  if (report.exception) body[kException] = exception_json(*report.exception);
  if (report.termination) body[kTermination] = termination_json(*report.termination);
  put(body, kVmRegionInfoLower, report.vm_region_info);
  for (const auto& info : report.app_specific_info) body[kAsi][info.image] = info.lines;
  put(body, kAsiSignatures, report.app_specific_signatures);
  put(body, kAsiBacktraces, report.app_specific_backtraces);
  if (report.exception_reason) body[kExceptionReason] = exception_reason_json(*report.exception_reason);
  if (!report.last_exception_backtrace.empty()) {
    body[kLastExceptionBacktrace] = frames_json(report.last_exception_backtrace, images);
  }
  put(body, kKtriageInfo, report.kernel_triage);
  put(body, kFatalDyldError, report.fatal_dyld_error);
  for (const auto& [name, count] : report.work_queue_limits) body[kWorkQueueLimits][name] = count;
  put_flag(body, kIsSimulated, report.is_simulated);
  put_flag(body, kIsNonFatal, report.is_non_fatal);
  put(body, kSimulatedCaller, report.simulated_caller);
  put(body, kExternalGpuInfo, report.external_gpu_info);
  if (report.external_modifications) body[kExtMods] = modifications_json(*report.external_modifications);
}

void put_system_event(Json& body, const CrashReport& report) {
  if (!report.system_event) return;
  put(body, kPanicString, report.system_event->panic_string);
  put(body, kProcessName, report.system_event->process);
  put(body, kTimestamp, report.system_event->time_seconds);
  if (report.system_event->restart_reason) {
    body[kAnalysis][kRestartReasonDesc] = *report.system_event->restart_reason;
  }
}

void put_threads_and_images(Json& body, const CrashReport& report, ImageTable& images) {
  put(body, kFaultingThread, report.faulting_thread);
  Json threads = Json::array();
  for (const auto& thread : report.threads) threads.push_back(thread_json(thread, images));
  put_object(body, kThreads, std::move(threads));
  Json list = Json::array();
  for (const auto& image : images.images()) list.push_back(image_json(image));
  put_object(body, kUsedImages, std::move(list));
  if (report.shared_cache) {
    Json cache = Json::object();
    cache[kBase] = report.shared_cache->base.value;
    cache[kSize] = report.shared_cache->size_bytes;
    if (report.shared_cache->uuid) cache[kUuid] = report.shared_cache->uuid->text();
    body[kSharedCache] = std::move(cache);
  }
  put(body, kVmSummary, report.vm_summary);
  Json legacy = Json::object();
  if (report.legacy.has_triggered) {
    Json triggered = Json::object();
    put(triggered, kName, report.legacy.triggered_name);
    put(triggered, kQueue, report.legacy.triggered_queue);
    legacy[kThreadTriggered] = std::move(triggered);
  }
  put(legacy, kThreadHighlighted, report.legacy.highlighted);
  put_object(body, kLegacyInfo, std::move(legacy));
}

/// A body's section: macOS spreads some of them over lines, the later ones from the first column.
std::string section(std::string_view key, const Json& value) {
  if (key == kOsVersion) return spread(value, 2);
  if (key == kUsedImages || key == kSharedCache || key == kLegacyInfo) return spread(value, 0);
  return dump(value);
}

}  // namespace

std::string write_ips(const CrashReport& report) {
  ImageTable images(report);
  Json body = Json::object();
  put_machine(body, report);
  put_process(body, report);
  put_sessions(body, report);
  put_cause(body, report, images);
  put_threads_and_images(body, report, images);
  put_system_event(body, report);
  put(body, kLogWritingSignature, report.log_writing_signature);
  put(body, kBugType, bug_type_of(report));
  body[kRootsInstalled] = 0;
  put(body, kReportNotes, report.report_notes);
  for (const auto& [key, value] : report.extras) {
    if (!body.contains(key)) body[key] = verbatim(value);
  }

  std::string out = dump(header_json(report)) + "\n{\n";
  bool first = true;
  for (const auto& [key, value] : body.items()) {
    out += first ? "  " : ",\n  ";
    first = false;
    out += dump(Json(key)) + " : " + section(key, value);
  }
  out += "\n}\n";
  return out;
}

}  // namespace faultline
