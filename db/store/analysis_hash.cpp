// analysis_hash: what an analysis would write, as one number for each of its halves.

#include <cstring>
#include <type_traits>

#include "core/base/hash.h"
#include "db/store.h"
#include "db/store/report_columns.h"

namespace faultline {
namespace {

constexpr std::size_t kHalfDigits = 32;

/// Collects values so that different ones cannot make the same text.
class Digest {
 public:
  Digest& add(std::string_view value) {
    add(value.size());
    text_ += value;
    return *this;
  }
  Digest& add(const std::string& value) { return add(std::string_view(value)); }
  template <typename T>
    requires(std::is_integral_v<T> || std::is_enum_v<T>)
  Digest& add(T value) {
    const auto number = static_cast<std::uint64_t>(value);
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    text_.append(bytes, sizeof number);
    return *this;
  }
  template <typename T>
  Digest& add(const std::optional<T>& value) {
    add(value.has_value());
    return value ? add(*value) : *this;
  }
  Digest& add(const std::vector<std::string>& values) {
    add(values.size());
    for (const std::string& value : values) add(value);
    return *this;
  }
  [[nodiscard]] std::string hash() const { return hash128_hex(text_); }

 private:
  std::string text_;
};

void add_image(Digest& digest, const Image& image) {
  digest.add(image.uuid ? image.uuid->text() : std::string()).add(image.build_id).add(image.name);
  digest.add(image.path).add(image.arch).add(image.source).add(image.size_bytes);
  digest.add(image.bundle_id).add(image.bundle_short_version).add(image.bundle_version);
}

void add_threads(Digest& digest, const CrashReport& report) {
  digest.add(report.threads.size());
  for (const Thread& thread : report.threads) {
    digest.add(thread.name).add(thread.queue).add(thread.frames.size());
    for (const Frame& frame : thread.frames) {
      digest.add(frame.image_index)
          .add(std::optional<std::string>(frame.image_name))
          .add(frame.image_offset.value);
      digest.add(frame.address ? frame.address->value : 0).add(frame.symbol).add(frame.symbol_location);
      digest.add(frame.inlined);
    }
  }
}

void add_explanation(Digest& digest, const Analysis& analysis) {
  const FaultExplanation& fault = analysis.fault;
  digest.add(fault.kind).add(fault.address).add(fault.access).add(fault.size_bytes).add(fault.instruction);
  digest.add(fault.base_register).add(fault.base_value).add(fault.fault_offset).add(fault.agrees);
  digest.add(fault.sentence).add(fault.evidence).add(fault.rule);
  const CrashSite& site = analysis.site;
  // The family is the site's own row.
  digest.add(site.key).add(site.family).add(site.thread_index).add(site.frame_index).add(site.rule);
  digest.add(site.notes).add(analysis.portrait.functions);
}

std::string report_hash(const CrashReport& report) {
  Digest digest;
  digest.add(report.kind).add(process_name_of(report)).add(time_of(report)).add(report.pid);
  digest.add(os_version_of(report)).add(report.os.build).add(report.model).add(report.cpu_type);
  digest.add(report.translated).add(report.crashed_thread_number());
  const ExceptionInfo exception = report.exception.value_or(ExceptionInfo{});
  digest.add(exception.type).add(exception.signal).add(codes_json(exception)).add(exception.subtype);
  const Termination termination = report.termination.value_or(Termination{});
  digest.add(termination.name_space).add(termination.code).add(termination.indicator);
  digest.add(registers_json(report)).add(report.images.size());
  for (const Image& image : report.images) add_image(digest, image);
  add_threads(digest, report);
  digest.add(report.issues.size());
  for (const Issue& issue : report.issues) digest.add(issue.path).add(issue.message);
  return digest.hash();
}

std::string explanation_hash(const Analysis& analysis) {
  Digest digest;
  add_explanation(digest, analysis);
  return digest.hash();
}

}  // namespace

std::string analysis_hash(const Analysis& analysis) {
  return report_hash(analysis.report) + explanation_hash(analysis);
}

bool is_same_report(std::string_view hash, std::string_view other) {
  return hash.size() == 2 * kHalfDigits && hash.substr(0, kHalfDigits) == other.substr(0, kHalfDigits);
}

}  // namespace faultline
