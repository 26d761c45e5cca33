#include "reports/privacy/scrub.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/privacy/text_folding.h"
#include "reports/privacy/token_text.h"

namespace faultline {
namespace {

/// Shorter names are letters of ordinary words.
constexpr std::size_t kShortestWord = 3;
/// Keys beside the modelled ones that may go on. Everything else of a report stays at home.
constexpr std::string_view kAllowedExtras[] = {"codeSigningMonitor", "codeSigningTrustLevel", "deployVersion",
                                               "threadsTotal",       "rootsInstalled",        "ldm"};

std::string_view mask_word(SecretKind kind) {
  switch (kind) {
    case SecretKind::user_name:
      return "USER";
    case SecretKind::host_name:
      return "HOST";
    case SecretKind::email:
      return "EMAIL";
    case SecretKind::token:
      return "TOKEN";
    case SecretKind::machine_id:
      return "ID";
    case SecretKind::network_address:
      return "ADDRESS";
  }
  return "MASKED";
}

bool has_uuid_shape(std::string_view value) {
  if (value.size() != 36) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (value[i] == '-')) return false;
  }
  return true;
}

std::string make_mask(SecretKind kind, std::string_view value, int number) {
  // The shape stays, so that what reads reports still reads this one.
  if (kind == SecretKind::machine_id && has_uuid_shape(value)) {
    return fmt::format("00000000-0000-0000-0000-{:012}", number);
  }
  return number == 1 ? std::string(mask_word(kind)) : fmt::format("{}-{}", mask_word(kind), number);
}

bool is_mask(std::string_view value) {
  return value.starts_with("00000000-0000-0000-0000-") ||
         std::all_of(value.begin(), value.end(), [](char c) { return c == '0' || c == '-' || c == '*'; });
}

}  // namespace

void Scrubber::add(SecretKind kind, std::string_view value) {
  if (value.size() < 2 || is_mask(value)) return;
  auto folded = fold_text(value).text;
  if (folded.empty()) return;
  // A host that is called as a thousand others tells nothing, and its name is a word of every report.
  if (kind == SecretKind::host_name && (folded == "localhost" || folded == "host" ||
                                        folded.size() < kShortestWord || is_generic_account(value))) {
    return;
  }
  if (known_.contains({kind, folded})) return;
  Secret secret{kind, decode_escapes(value), make_mask(kind, value, ++masks_[kind]), false};
  secret.only_in_paths =
      kind == SecretKind::user_name && (is_generic_account(value) || folded.size() < kShortestWord);
  known_[{kind, folded}] = secrets_.size();
  secrets_.push_back(std::move(secret));
  folded_.push_back(std::move(folded));
}

std::vector<PrivatePart> Scrubber::parts_of(std::string_view text, TextForm form) const {
  if (form == TextForm::prose) return find_private_parts(text);
  if (form == TextForm::label) return find_private_parts(text, TextForms::label);
  // A folder's name may hold blanks; the other forms hide in paths, too.
  std::vector<PrivatePart> parts;
  find_path_names(text, PathContext::whole_field, parts);
  for (const auto& part : find_private_parts(text, TextForms::label)) {
    const bool free = std::none_of(parts.begin(), parts.end(), [&](const PrivatePart& other) {
      return part.begin < other.end && other.begin < part.end;
    });
    if (free) parts.push_back(part);
  }
  return parts;
}

void Scrubber::learn_parts(std::string_view text, TextForm form) {
  for (const auto& part : parts_of(text, form))
    add(part.kind, text.substr(part.begin, part.end - part.begin));
}

void Scrubber::learn_text(std::string_view text) { learn_parts(text, TextForm::prose); }

std::string Scrubber::masked(std::string_view text, TextForm form) {
  learn_parts(text, form);
  struct Cut {
    std::size_t begin;
    std::size_t end;
    std::size_t secret;
  };
  std::vector<Cut> cuts;
  for (const auto& part : parts_of(text, form)) {
    const auto folded = fold_text(text.substr(part.begin, part.end - part.begin)).text;
    const auto found = known_.find({part.kind, folded});
    if (found != known_.end()) cuts.push_back({part.begin, part.end, found->second});
  }
  const auto folded = fold_text(text);
  for (std::size_t i = 0; i < secrets_.size(); ++i) {
    if (secrets_[i].only_in_paths) continue;
    const auto& wanted = folded_[i];
    for (auto at = folded.text.find(wanted); at != std::string::npos; at = folded.text.find(wanted, at + 1)) {
      const auto after = at + wanted.size();
      const bool inside_word =
          (at > 0 && is_word_byte(folded.text[at - 1]) && is_word_byte(wanted.front())) ||
          (after < folded.text.size() && is_word_byte(folded.text[after]) && is_word_byte(wanted.back()));
      if (inside_word && wanted.size() < kLongValue) continue;
      cuts.push_back({folded.starts[at], folded.starts[after], i});
    }
  }
  if (cuts.empty()) return std::string(text);
  std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    return a.end - a.begin != b.end - b.begin ? a.end - a.begin > b.end - b.begin : a.begin < b.begin;
  });
  std::vector<Cut> kept;
  for (const auto& cut : cuts) {
    const bool free = std::none_of(kept.begin(), kept.end(), [&](const Cut& other) {
      return cut.begin < other.end && other.begin < cut.end;
    });
    if (free) kept.push_back(cut);
  }
  std::sort(kept.begin(), kept.end(), [](const Cut& a, const Cut& b) { return a.begin < b.begin; });
  std::string out;
  std::size_t done = 0;
  for (const auto& cut : kept) {
    out += text.substr(done, cut.begin - done);
    out += secrets_[cut.secret].mask;
    done = cut.end;
  }
  out += text.substr(done);
  return out;
}

std::vector<std::string> Scrubber::scrub_command(const std::vector<std::string>& words) {
  // `--api-token VALUE`: by itself the value is a word like any other.
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (is_secret_option(words[i]) && !words[i + 1].starts_with('-')) add(SecretKind::token, words[i + 1]);
  }
  std::vector<std::string> clean;
  clean.reserve(words.size());
  for (const auto& word : words) clean.push_back(scrub_text(word));
  return clean;
}

std::string Scrubber::scrub_text(std::string_view text) { return masked(text, TextForm::prose); }
std::string Scrubber::scrub_path(std::string_view path) { return masked(path, TextForm::whole_path); }

void Scrubber::learn(const CrashReport& report) { visit(report); }

/// One pass over a report. Reading it and writing its clean copy are the same pass: what is not copied here
/// is neither learned nor sent.
class ReportScrub {
 public:
  explicit ReportScrub(Scrubber& scrubber) : scrubber_(scrubber) {}

  CrashReport clean(const CrashReport& report) {
    CrashReport out;
    out.kind = report.kind;
    out.origin = report.origin;
    out.schema_version = report.schema_version;
    out.from_text = report.from_text;
    header(report.header, out.header);
    process(report, out);
    machine(report, out);
    cause(report, out);
    for (const auto& thread : report.threads) out.threads.push_back(clean(thread));
    for (const auto& image : report.images) out.images.push_back(clean(image));
    out.faulting_thread = report.faulting_thread;
    out.legacy = report.legacy;
    out.legacy.triggered_name = prose(report.legacy.triggered_name);
    out.legacy.triggered_queue = prose(report.legacy.triggered_queue);
    out.shared_cache = report.shared_cache;
    return out;
  }

 private:
  using Text = std::optional<std::string>;
  using Form = Scrubber::TextForm;

  /// A symbol, a version, a code: a colon belongs to a method there, and four numbers are a version.
  Text label(const Text& text) { return text ? Text(scrubber_.masked(*text, Form::label)) : text; }
  Text path(const Text& text) { return text ? Text(scrubber_.masked(*text, Form::whole_path)) : text; }
  Text prose(const Text& text) { return text ? Text(scrubber_.masked(*text, Form::prose)) : text; }
  std::vector<std::string> prose(const std::vector<std::string>& lines) {
    std::vector<std::string> out;
    out.reserve(lines.size());
    for (const auto& line : lines) out.push_back(scrubber_.masked(line, Form::prose));
    return out;
  }
  Text pseudonym(const Text& text) {
    if (!text) return text;
    scrubber_.add(SecretKind::machine_id, *text);
    return Text(scrubber_.masked(*text, Form::label));
  }

  void header(const ReportHeader& from, ReportHeader& to) {
    to = ReportHeader{};
    to.bug_type = from.bug_type;
    to.incident_id = from.incident_id;
    to.app_name = prose(from.app_name);
    to.name = prose(from.name);
    to.timestamp = label(from.timestamp);
    to.os_version = label(from.os_version);
    to.bundle_id = prose(from.bundle_id);
    to.app_version = label(from.app_version);
    to.build_version = label(from.build_version);
    to.slice_uuid = from.slice_uuid;
    to.platform = from.platform;
    to.is_simulated = from.is_simulated;
  }

  void process(const CrashReport& from, CrashReport& to) {
    to.incident = from.incident;
    to.process_name = prose(from.process_name);
    to.process_path = path(from.process_path);
    to.pid = from.pid;
    to.parent_name = prose(from.parent_name);
    to.parent_pid = from.parent_pid;
    to.responsible_name = prose(from.responsible_name);
    to.responsible_pid = from.responsible_pid;
    to.coalition_name = prose(from.coalition_name);
    to.coalition_id = from.coalition_id;
    to.process_role = label(from.process_role);
    to.cpu_type = label(from.cpu_type);
    to.translated = from.translated;
    to.bundle_info = from.bundle_info;
    if (to.bundle_info) to.bundle_info->identifier = prose(from.bundle_info->identifier);
    to.build_info = from.build_info;
    if (to.build_info) to.build_info->project_name = prose(from.build_info->project_name);
    to.app_variant = label(from.app_variant);
    to.device_identifier_for_vendor = pseudonym(from.device_identifier_for_vendor);
    to.code_signing_id = prose(from.code_signing_id);
    to.code_signing_team_id = label(from.code_signing_team_id);
    to.code_signing_flags = from.code_signing_flags;
  }

  void machine(const CrashReport& from, CrashReport& to) {
    to.model = label(from.model);
    to.os = from.os;
    to.bridge_os_train = label(from.bridge_os_train);
    to.bridge_os_build = label(from.bridge_os_build);
    to.baseband_version = label(from.baseband_version);
    to.capture_time = label(from.capture_time);
    to.launch_time = label(from.launch_time);
    to.start_ticks = from.start_ticks;
    to.exit_ticks = from.exit_ticks;
    to.uptime_seconds = from.uptime_seconds;
    to.wake_seconds = from.wake_seconds;
    to.boot_session = pseudonym(from.boot_session);
    to.sleep_wake_uuid = pseudonym(from.sleep_wake_uuid);
    to.crash_reporter_key = pseudonym(from.crash_reporter_key);
    to.system_id = pseudonym(from.system_id);
    to.code_name = label(from.code_name);
    to.sip = from.sip;
    to.low_power_mode = from.low_power_mode;
  }

  void cause(const CrashReport& from, CrashReport& to) {
    to.exception = from.exception;
    if (to.exception) {
      to.exception->message = prose(from.exception->message);
      to.exception->subtype = prose(from.exception->subtype);
      to.exception->violations = prose(from.exception->violations);
      for (auto& [key, value] : to.exception->guard_facts) value = scrubber_.masked(value, Form::prose);
    }
    to.termination = from.termination;
    if (to.termination) {
      to.termination->by_process = prose(from.termination->by_process);
      to.termination->reasons = prose(from.termination->reasons);
      to.termination->details = prose(from.termination->details);
    }
    to.exception_reason = from.exception_reason;
    if (to.exception_reason) {
      to.exception_reason->composed_message = prose(from.exception_reason->composed_message);
      to.exception_reason->format_string = prose(from.exception_reason->format_string);
      to.exception_reason->arguments = prose(from.exception_reason->arguments);
    }
    for (const auto& info : from.app_specific_info) {
      to.app_specific_info.push_back({scrubber_.masked(info.image, Form::prose), prose(info.lines)});
    }
    to.app_specific_signatures = prose(from.app_specific_signatures);
    to.app_specific_backtraces = prose(from.app_specific_backtraces);
    for (const auto& frame : from.last_exception_backtrace)
      to.last_exception_backtrace.push_back(clean(frame));
    to.kernel_triage = prose(from.kernel_triage);
    to.vm_region_info = prose(from.vm_region_info);
    to.instruction_bytes = from.instruction_bytes;
    to.fatal_dyld_error = prose(from.fatal_dyld_error);
    to.work_queue_limits = from.work_queue_limits;
    to.external_modifications = from.external_modifications;
    to.is_corpse = from.is_corpse;
    to.is_simulated = from.is_simulated;
    to.is_non_fatal = from.is_non_fatal;
    to.simulated_caller = prose(from.simulated_caller);
    to.report_notes = prose(from.report_notes);
    to.external_gpu_info = prose(from.external_gpu_info);
    to.vm_summary = prose(from.vm_summary);
    for (const auto& [key, value] : from.extras) {
      if (std::find(std::begin(kAllowedExtras), std::end(kAllowedExtras), key) == std::end(kAllowedExtras))
        continue;
      to.extras.emplace_back(key, scrubber_.masked(value, Form::prose));
    }
    if (from.system_event) {
      to.system_event = SystemEvent{};
      to.system_event->panic_string = prose(from.system_event->panic_string);
      to.system_event->panicked_task = prose(from.system_event->panicked_task);
      to.system_event->panicked_pid = from.system_event->panicked_pid;
      to.system_event->panicked_cpu = from.system_event->panicked_cpu;
      to.system_event->event = prose(from.system_event->event);
      to.system_event->reason = prose(from.system_event->reason);
      to.system_event->duration = prose(from.system_event->duration);
      to.system_event->amount = prose(from.system_event->amount);
      to.system_event->limit = prose(from.system_event->limit);
      to.system_event->action = prose(from.system_event->action);
      to.system_event->kexts = from.system_event->kexts;
      to.system_event->process = prose(from.system_event->process);
      to.system_event->time_seconds = from.system_event->time_seconds;
      to.system_event->restart_reason = prose(from.system_event->restart_reason);
    }
  }

  Frame clean(const Frame& from) {
    Frame to = from;
    to.symbol = label(from.symbol);
    to.source_file = path(from.source_file);
    to.region = label(from.region);
    to.image_name = prose(from.image_name);
    return to;
  }

  Thread clean(const Thread& from) {
    Thread to = from;
    to.name = prose(from.name);
    to.queue = prose(from.queue);
    for (auto& frame : to.frames) frame = clean(frame);
    for (auto& info : to.recursion) {
      if (info.key_frame) info.key_frame = clean(*info.key_frame);
    }
    if (to.state) {
      for (auto& reg : to.state->registers) {
        reg.symbol = label(reg.symbol);
        reg.objc_selector = label(reg.objc_selector);
      }
    }
    return to;
  }

  Image clean(const Image& from) {
    Image to = from;
    to.name = prose(from.name);
    to.path = path(from.path);
    to.bundle_id = prose(from.bundle_id);
    return to;
  }

  Scrubber& scrubber_;
};

void Scrubber::visit(const CrashReport& report) { (void)ReportScrub(*this).clean(report); }

CrashReport Scrubber::scrub(const CrashReport& report) { return ReportScrub(*this).clean(report); }

}  // namespace faultline
