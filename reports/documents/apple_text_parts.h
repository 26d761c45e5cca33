// The parts that the layouts of Apple's text have in common, each appended to one text.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/model/crash_report.h"
#include "reports/documents/apple_text_stacks.h"

namespace faultline {

/// The text so far, and what every layout puts into it. A layout calls them in its own order.
///
/// Ownership: `report` must outlive it. Threads: one.
class AppleTextParts {
 protected:
  AppleTextParts(const CrashReport& report, AppleLayout layout) : report_(report), layout_(layout) {}

  using Text = std::optional<std::string>;

  void blank() { out_ += '\n'; }
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  /// `Label:` padded to the layout's column, then the value.
  void field(std::string_view label, std::string_view value);
  void field_if(std::string_view label, const Text& value) {
    if (value) field(label, *value);
  }
  template <typename Number>
  static std::string number(const std::optional<Number>& value, std::string_view otherwise) {
    return value ? std::to_string(*value) : std::string(otherwise);
  }
  template <typename Number>
  static std::string name_and_number(const Text& name, const std::optional<Number>& value,
                                     std::string_view no_name = kUnknown) {
    return name.value_or(std::string(no_name)) + " [" + number(value, "Unknown") + "]";
  }
  void lines(const std::vector<std::string>& texts) {
    for (const auto& text : texts) line(text);
  }

  void process();
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string build_info() const;
  void code_type();
  [[nodiscard]] std::string os_version() const;
  void bridge_version();
  void awake();
  [[nodiscard]] std::string codes() const;
  [[nodiscard]] std::string exception_type() const;
  void exception_note();
  /// The layouts differ in what stands between code and indicator.
  void termination(std::string_view before_indicator);
  void region_info();
  void information();
  void backtraces();
  void triage();
  void formulation_errors();
  void modification_counts(std::string_view whose, const ExternalModificationCounts& counts);
  void modifications();
  void modification_warnings();
  void summary();
  void threads_and_images();
  [[nodiscard]] std::string crashed_thread(std::string_view before_queue) const;
  void responsible();

  static constexpr std::string_view kUnknown = "???";

  const CrashReport& report_;
  AppleLayout layout_;
  std::size_t column_ = 21;
  std::string out_{};
};

}  // namespace faultline
