// A field of a report: a JSON value together with its path, so that whatever is odd about it can be
// noted without failing the document.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/json/json_value.h"
#include "core/model/address.h"
#include "core/model/image.h"
#include "core/model/issue.h"

namespace faultline {

/// Collects issues, and stops keeping them where a document has nothing but issues.
class IssueList {
 public:
  explicit IssueList(std::vector<Issue>& issues) : issues_(issues) {}
  void add(std::string path, std::string message);
  [[nodiscard]] bool full() const { return issues_.size() >= kMost; }
  /// One more issue that nobody will see.
  void skip();
  void clear();

  /// More than this from one report help nobody; a last entry says how many were left out.
  static constexpr std::size_t kMost = 200;

 private:
  std::vector<Issue>& issues_;
  std::size_t left_out_ = 0;
};

/// Where a value stands; a chain on the stack of the reading functions, made text only when needed.
struct JsonPath {
  const JsonPath* parent = nullptr;
  std::string_view key;  ///< Empty where this is an array element.
  std::size_t index = 0;

  /// As a JSON pointer (RFC 6901): `/threads/3/frames/1/imageIndex`.
  [[nodiscard]] std::string pointer() const;
};

/// `key == name`, without a call: the lengths of names are known to the compiler, and the keys of a large
/// report are compared some hundred thousand times.
template <std::size_t N>
bool is(std::string_view key, const char (&name)[N]) {
  constexpr std::size_t length = N - 1;
  // Two overlapping words, since compilers inline only words.
  constexpr std::size_t word = length >= 8 ? 8 : length >= 4 ? 4 : length >= 2 ? 2 : 1;
  constexpr std::size_t rest = length - word;
  if (key.size() != length || std::memcmp(key.data(), name, word) != 0) return false;
  if constexpr (rest > word) return std::memcmp(key.data() + word, name + word, rest) == 0;
  return std::memcmp(key.data() + rest, name + rest, word) == 0;
}

/// A value, its path, and where to add_issue. Every reading function gives nullopt and adds one
/// issue where the value is of a kind that cannot be used; a number written as text and the like is
/// used, with an issue. `null` counts as absent and is no issue.
///
/// Ownership: borrows all three; lives for one call.
class ReportField {
 public:
  ReportField(JsonValue value, const JsonPath& path, IssueList& issues)
      : value_(value), path_(path), issues_(issues) {}

  [[nodiscard]] std::optional<std::string> text() const;
  /// As text(), but a number is as welcome: `bug_type`, `fatalDyldError`.
  [[nodiscard]] std::optional<std::string> text_or_number() const;
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// `true`, `1` and their like.
  [[nodiscard]] bool truth() const;
  [[nodiscard]] std::optional<RuntimeAddress> address() const;
  /// nullopt without an issue for the zero UUID, which stands for none.
  [[nodiscard]] std::optional<Uuid> uuid() const;
  /// An array of texts; a single text counts as one.
  [[nodiscard]] std::vector<std::string> texts() const;

  /// Calls `use(key, field)` for each member; one issue where this is no object.
  template <typename Use>
  void each_member(Use&& use) const {
    if (!expect(JsonType::object)) return;
    value_.each_member([&](std::string_view key, JsonValue value) {
      const JsonPath path{&path_, key, 0};
      use(key, ReportField(value, path, issues_));
    });
  }
  /// Calls `use(index, field)` for each element; one issue where this is no array.
  template <typename Use>
  void each_element(Use&& use) const {
    if (!expect(JsonType::array)) return;
    value_.each_element([&](std::size_t index, JsonValue value) {
      const JsonPath path{&path_, {}, index};
      use(index, ReportField(value, path, issues_));
    });
  }

  [[nodiscard]] JsonValue value() const { return value_; }
  [[nodiscard]] const JsonPath& path() const { return path_; }
  [[nodiscard]] IssueList& issues() const { return issues_; }
  [[nodiscard]] bool is_null() const { return value_.type() == JsonType::null; }
  void add_issue(std::string message) const;
  /// True for a value of that type; else one issue (none for null).
  [[nodiscard]] bool expect(JsonType type) const;

 private:
  JsonValue value_;
  const JsonPath& path_;
  IssueList& issues_;
};

/// Unsigned number in decimal, or in hex after `0x`; nullopt for anything else or above 64 bits.
std::optional<std::uint64_t> parse_natural(std::string_view text);

}  // namespace faultline
