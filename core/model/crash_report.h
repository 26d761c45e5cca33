// What one crash report says, as it says it: whatever may be missing is optional.
//
// Field names follow the .ips format; units and oddities are in docs/ips_format.md. A report is
// filled by one of the parsers (analyzer/parse) or by the Linux reporter, and then only read.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/boxed_optional.h"
#include "core/model/address.h"
#include "core/model/image.h"
#include "core/model/issue.h"
#include "core/model/source_location.h"

namespace faultline {

/// What sort of document it was. Only `crash` ever counts as one.
enum class ReportKind {
  crash,
  non_fatal,  ///< 308/385/… and simulated reports: the process lived on.
  hang,       ///< Hang, spin, sample.
  jetsam,
  stackshot,
  panic,
  gpu_event,
  profile,   ///< Stacks that a person asked for (`sample`); nothing went wrong.
  resource,  ///< CPU, disk-write and wake-up limits.
  forced_reset,
  other,       ///< A bug type that we name but do not model.
  unreadable,  ///< Not a report at all, as far as anybody can tell.
  unanalysed,  ///< Our own analysis failed; the bytes are kept, and nothing is known of them.
};
std::string_view report_kind_text(ReportKind kind);

/// How the document came to us. Reconstructed ones are in no rate and in no bundle.
enum class ReportOrigin { captured, imported, reconstructed };
std::string_view report_origin_text(ReportOrigin origin);
std::optional<ReportOrigin> parse_report_origin(std::string_view text);

/// The first line of an .ips.
struct ReportHeader {
  std::optional<std::string> bug_type;  ///< Digits, as text.
  std::optional<std::string> incident_id;
  std::optional<std::string> app_name;
  std::optional<std::string> name;
  std::optional<std::string> timestamp;  ///< As written: local time with offset.
  std::optional<std::string> os_version;
  std::optional<std::string> bundle_id;
  std::optional<std::string> app_version;
  std::optional<std::string> build_version;
  std::optional<std::string> slice_uuid;
  std::optional<std::int64_t> platform;  ///< Mach-O platform number; 7 is the iOS simulator.
  bool is_simulated = false;
  friend bool operator==(const ReportHeader&, const ReportHeader&) = default;
};

struct Register {
  std::string name;  ///< Real names: `x0`…`x28`, `fp`, `lr`, `sp`, `pc`, `far`, `rax`, `rip`, `cr2`, `tmp0`.
  std::uint64_t value = 0;            ///< Raw: authentication and tag bits are not stripped.
  BoxedOptional<std::string> symbol;  ///< Nearest symbol: a hint, not a fact.
  BoxedOptional<std::uint64_t> symbol_location;
  BoxedOptional<std::string> objc_selector;
  BoxedOptional<std::string> description;  ///< On `esr`, `err`, `trap`.
  bool matches_crash_frame = false;
  friend bool operator==(const Register&, const Register&) = default;
};

struct ThreadState {
  std::string flavor;  ///< `ARM_THREAD_STATE64`, `x86_THREAD_STATE`.
  std::vector<Register> registers;
  bool rosetta = false;  ///< The report had a `rosetta` sub-object (tmp0…).
  [[nodiscard]] const Register* find(std::string_view name) const;
  friend bool operator==(const ThreadState&, const ThreadState&) = default;
};

/// x86 only: the bytes around the pc of one thread.
struct InstructionState {
  std::vector<std::uint8_t> bytes;
  std::size_t offset = 0;  ///< Index of the byte at the pc.
  friend bool operator==(const InstructionState&, const InstructionState&) = default;
};

/// One entry of a stack. Addresses of callers are return addresses; frame 0 holds the pc.
struct Frame {
  std::optional<std::size_t> image_index;  ///< Into CrashReport::images.
  ImageOffset image_offset;                ///< In the absolute pseudo-image (base 0), the address itself.
  std::optional<std::string> symbol;       ///< As the reporter named it.
  std::optional<std::uint64_t> symbol_location;
  BoxedOptional<std::string> source_file;
  BoxedOptional<std::uint64_t> source_line;
  bool inlined = false;               ///< Shares its address with the next entry that is not.
  BoxedOptional<std::string> region;  ///< Rosetta: the translated region.
  /// Text reports only: the address as printed where no image could be found for it.
  BoxedOptional<RuntimeAddress> address;
  /// Text reports only: the image's name as printed, where the image list does not have it.
  BoxedOptional<std::string> image_name;
  /// Who gave `symbol`: the reporter, unless symbolize_report() found better.
  SymbolOrigin symbol_source = SymbolOrigin::report;
  friend bool operator==(const Frame&, const Frame&) = default;
};

struct RecursionInfo {
  std::uint64_t hottest_elided = 0;
  std::uint64_t coldest_elided = 0;
  std::uint64_t depth = 0;
  std::optional<Frame> key_frame;
  friend bool operator==(const RecursionInfo&, const RecursionInfo&) = default;
};

struct Thread {
  std::optional<std::uint64_t> id;  ///< The system's id, not the index.
  /// The number that a text gives it, where that is not its place in CrashReport::threads: an excerpt
  /// keeps the numbers of the whole. See CrashReport::thread_number().
  std::optional<std::size_t> number;
  bool triggered = false;
  bool at_own_fault = false;  ///< Faultline's Linux reporter: it stood at a fault of its own, too.
  std::optional<std::string> name;
  std::optional<std::string> queue;
  std::vector<Frame> frames;
  std::optional<ThreadState> state;
  std::optional<InstructionState> instruction_state;
  std::optional<std::uint64_t> original_length;  ///< True depth where frames were elided.
  std::vector<RecursionInfo> recursion;
  friend bool operator==(const Thread&, const Thread&) = default;
};

struct ExceptionInfo {
  std::string type;                   ///< `EXC_BAD_ACCESS`
  std::optional<std::string> signal;  ///< `SIGSEGV`, or text such as `SIGKILL (Code Signature Invalid)`.
  std::optional<std::string> codes;   ///< `0x0000000000000001, 0x00000000000005c8`
  std::vector<std::uint64_t> raw_codes;
  std::optional<std::string> subtype;  ///< `KERN_INVALID_ADDRESS at 0x…`
  std::optional<std::string> message;
  std::vector<std::string> violations;                           ///< EXC_GUARD
  std::vector<std::pair<std::string, std::string>> guard_facts;  ///< Other EXC_GUARD keys, verbatim.
  friend bool operator==(const ExceptionInfo&, const ExceptionInfo&) = default;
};

struct Termination {
  std::optional<std::string> name_space;
  std::optional<std::uint64_t> code;
  std::optional<std::uint64_t> flags;
  std::optional<std::string> indicator;
  std::optional<std::string> by_process;
  std::optional<std::int64_t> by_pid;
  std::vector<std::string> reasons;
  std::vector<std::string> details;
  friend bool operator==(const Termination&, const Termination&) = default;
};

struct ExceptionReason {
  std::optional<std::string> composed_message;
  std::optional<std::string> format_string;
  std::vector<std::string> arguments;
  std::optional<std::string> type;
  std::optional<std::string> exception_class;
  std::optional<std::string> name;
  friend bool operator==(const ExceptionReason&, const ExceptionReason&) = default;
};

struct OsVersion {
  std::optional<std::string> train;  ///< `macOS 15.7.3`
  std::optional<std::string> build;  ///< `24G419`
  std::optional<std::string> release_type;
  bool is_embedded = false;
  friend bool operator==(const OsVersion&, const OsVersion&) = default;
};

/// Application-specific information: one image's lines.
struct AppSpecificInfo {
  std::string image;
  std::vector<std::string> lines;
  friend bool operator==(const AppSpecificInfo&, const AppSpecificInfo&) = default;
};

struct ExternalModificationCounts {
  std::uint64_t task_for_pid = 0;
  std::uint64_t thread_create = 0;
  std::uint64_t thread_set_state = 0;
  friend bool operator==(const ExternalModificationCounts&, const ExternalModificationCounts&) = default;
};

struct ExternalModifications {
  ExternalModificationCounts targeted;  ///< By others, of this process.
  ExternalModificationCounts caller;    ///< By this process.
  ExternalModificationCounts system;    ///< By all processes on the machine.
  std::uint64_t warnings = 0;
  friend bool operator==(const ExternalModifications&, const ExternalModifications&) = default;
};

struct SharedCache {
  RuntimeAddress base;
  std::uint64_t size_bytes = 0;
  std::optional<Uuid> uuid;
  friend bool operator==(const SharedCache&, const SharedCache&) = default;
};

struct BundleInfo {
  std::optional<std::string> identifier;
  std::optional<std::string> short_version;
  std::optional<std::string> version;
  std::optional<std::string> app_store_tools_build;
  friend bool operator==(const BundleInfo&, const BundleInfo&) = default;
};

struct BuildInfo {
  std::optional<std::string> project_name;
  std::optional<std::string> source_version;
  std::optional<std::string> build_version;
  std::optional<std::string> product_build_version;
  friend bool operator==(const BuildInfo&, const BuildInfo&) = default;
};

/// Bytes around the faulting pc, enough to decode the instruction without the binary.
struct InstructionBytes {
  std::vector<std::uint8_t> before_pc;
  std::vector<std::uint8_t> at_pc;
  friend bool operator==(const InstructionBytes&, const InstructionBytes&) = default;
};

/// legacyInfo.threadTriggered / threadHighlighted.
struct LegacyInfo {
  bool has_triggered = false;
  std::optional<std::string> triggered_name;
  std::optional<std::string> triggered_queue;
  std::optional<std::uint64_t> highlighted;
  friend bool operator==(const LegacyInfo&, const LegacyInfo&) = default;
};

/// A kernel panic or GPU event, as far as it can be joined to a trial.
struct SystemEvent {
  std::optional<std::string> panic_string;
  std::optional<std::string> panicked_task;
  std::optional<std::int64_t> panicked_pid;
  std::optional<std::int64_t> panicked_cpu;
  std::vector<std::pair<std::string, std::string>> kexts;  ///< Name and version, in backtrace order.
  std::optional<std::string> process;                      ///< GPU event: cut to 16 characters.
  std::optional<std::int64_t> time_seconds;                ///< GPU event: Unix time.
  std::optional<std::string> restart_reason;
  // Hangs, watchdogs and limits, as the text words them.
  std::optional<std::string> event;  ///< `hang`, `disk writes`, `service process watchdog`
  std::optional<std::string> reason;
  std::optional<std::string> duration;  ///< `5.19s`
  std::optional<std::string> amount;    ///< `2147.51 MB of file backed memory dirtied over 5982 seconds …`
  std::optional<std::string> limit;     ///< `2147.48 MB`
  std::optional<std::string> action;    ///< What the system did.
  friend bool operator==(const SystemEvent&, const SystemEvent&) = default;
};

/// Whether a text may stand for a report's identity: a UUID of which not all digits are the same. What
/// people put in its place (`REDACTED`, `XXXXXXXX-…`, zeros) is equal in reports that are not.
bool is_incident(std::string_view text);

struct CrashReport {
  ReportKind kind = ReportKind::crash;
  ReportOrigin origin = ReportOrigin::imported;
  ReportHeader header;
  std::optional<std::int64_t> schema_version;  ///< Body `version`: 1 or 2.
  bool from_text = false;                      ///< Read from a `.crash` or translated text, not from JSON.

  // Identity and process.
  std::optional<std::string> incident;  ///< UUID, upper case: the identity of a report.
  std::optional<std::string> process_name;
  std::optional<std::string> process_path;
  std::optional<std::int64_t> pid;
  std::optional<std::string> parent_name;
  std::optional<std::int64_t> parent_pid;
  std::optional<std::string> responsible_name;
  std::optional<std::int64_t> responsible_pid;
  std::optional<std::string> coalition_name;
  std::optional<std::int64_t> coalition_id;
  std::optional<std::uint64_t> user_id;
  std::optional<std::string> process_role;
  std::optional<std::string> cpu_type;  ///< Of the process: `ARM-64`, `X86-64`.
  std::optional<bool> translated;       ///< Rosetta. Absent on Intel machines.
  std::optional<BundleInfo> bundle_info;
  std::optional<BuildInfo> build_info;
  std::optional<std::string> app_variant;  ///< storeInfo.applicationVariant
  std::optional<std::string> device_identifier_for_vendor;
  bool is_beta = false;
  std::optional<std::string> code_signing_id;
  std::optional<std::string> code_signing_team_id;
  std::optional<std::uint64_t> code_signing_flags;

  // Machine and times. Times are as written (local with offset); parse with parse_report_time.
  std::optional<std::string> model;  ///< `Mac16,5`
  OsVersion os;
  std::optional<std::string> bridge_os_train;
  std::optional<std::string> bridge_os_build;
  std::optional<std::string> baseband_version;
  std::optional<std::string> capture_time;
  std::optional<std::string> launch_time;
  std::optional<std::uint64_t> start_ticks;  ///< procStartAbsTime: 24 MHz on Apple silicon, 1 ns on Intel.
  std::optional<std::uint64_t> exit_ticks;
  std::optional<std::uint64_t> uptime_seconds;  ///< Truncated to two digits by the system.
  std::optional<std::uint64_t> wake_seconds;
  std::optional<std::string> boot_session;
  std::optional<std::string> sleep_wake_uuid;
  std::optional<std::string> crash_reporter_key;
  std::optional<std::string> system_id;
  std::optional<std::string> code_name;
  std::optional<std::string> sip;
  std::optional<bool> low_power_mode;

  // What went wrong.
  std::optional<ExceptionInfo> exception;
  std::optional<Termination> termination;
  std::optional<ExceptionReason> exception_reason;
  std::vector<AppSpecificInfo> app_specific_info;
  std::vector<std::string> app_specific_signatures;
  std::vector<std::string> app_specific_backtraces;
  std::vector<Frame> last_exception_backtrace;
  std::optional<std::string> kernel_triage;
  std::optional<std::string> vm_region_info;
  std::optional<InstructionBytes> instruction_bytes;
  std::optional<std::string> fatal_dyld_error;
  std::vector<std::pair<std::string, std::int64_t>> work_queue_limits;
  std::optional<ExternalModifications> external_modifications;
  bool is_corpse = false;
  bool is_simulated = false;
  bool is_non_fatal = false;
  std::optional<std::string> simulated_caller;
  std::vector<std::string> report_notes;
  std::optional<std::string> log_writing_signature;
  std::optional<std::string> external_gpu_info;
  std::optional<std::string> vm_summary;
  std::vector<std::pair<std::string, std::string>>
      extras;                               ///< Other top-level keys that people ask for, verbatim.
  std::optional<SystemEvent> system_event;  ///< Panics and GPU events only.

  // Threads and images.
  std::optional<std::size_t> faulting_thread;  ///< A number, as reported; cut reports may lack that thread.
  LegacyInfo legacy;
  std::vector<Thread> threads;
  std::vector<Image> images;
  std::optional<SharedCache> shared_cache;

  std::vector<Issue> issues;

  /// What the report calls threads[index]; index is in range. Unique within a report.
  [[nodiscard]] std::size_t thread_number(std::size_t index) const;
  /// Index of the thread marked `triggered`, else of the one with the number `faulting_thread`.
  [[nodiscard]] std::optional<std::size_t> crashed_thread_index() const;
  /// The number to show for that thread: `faulting_thread` where given (a cut report keeps it).
  [[nodiscard]] std::optional<std::size_t> crashed_thread_number() const;
  /// Run-time address of a frame; nullopt where its image is unknown and no address was printed.
  [[nodiscard]] std::optional<RuntimeAddress> address_of(const Frame& frame) const;
  /// The image of a frame, or null. Lives as long as the report.
  [[nodiscard]] const Image* image_of(const Frame& frame) const;

  friend bool operator==(const CrashReport&, const CrashReport&) = default;
};

}  // namespace faultline
