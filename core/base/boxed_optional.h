// An optional for what most objects lack: it costs a pointer where it is absent, and a piece of heap
// where it is not. For members of the nouns of which a report has thousands.

#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace faultline {

/// Read and written like std::optional<T>, which it converts to and from.
///
/// Ownership: owns its value; a copy has a value of its own. Threads: as the value.
template <typename T>
class BoxedOptional {
 public:
  BoxedOptional() = default;
  BoxedOptional(std::nullopt_t) {}         // NOLINT(google-explicit-constructor): as std::optional
  BoxedOptional(std::optional<T> value) {  // NOLINT(google-explicit-constructor)
    if (value) value_ = std::make_unique<T>(std::move(*value));
  }
  template <typename U>
    requires(std::convertible_to<U &&, T> && !std::convertible_to<U &&, std::nullopt_t>)
  BoxedOptional(U&& value)  // NOLINT(google-explicit-constructor)
      : value_(std::make_unique<T>(std::forward<U>(value))) {}

  BoxedOptional(const BoxedOptional& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  BoxedOptional(BoxedOptional&&) noexcept = default;
  BoxedOptional& operator=(const BoxedOptional& other) {
    if (this != &other) value_ = other ? std::make_unique<T>(*other) : nullptr;
    return *this;
  }
  BoxedOptional& operator=(BoxedOptional&&) noexcept = default;
  ~BoxedOptional() = default;

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  [[nodiscard]] explicit operator bool() const { return has_value(); }
  /// The value. Only where there is one; lives until the next assignment.
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

  /// Throws std::bad_optional_access where there is none, as std::optional does.
  [[nodiscard]] const T& value() const {
    if (!value_) throw std::bad_optional_access();
    return *value_;
  }
  template <typename U>
  [[nodiscard]] T value_or(U&& otherwise) const {
    return has_value() ? *value_ : static_cast<T>(std::forward<U>(otherwise));
  }
  void reset() { value_.reset(); }
  operator std::optional<T>() const {  // NOLINT(google-explicit-constructor)
    return has_value() ? std::optional<T>(*value_) : std::nullopt;
  }

  friend bool operator==(const BoxedOptional& a, const BoxedOptional& b) {
    return a.has_value() == b.has_value() && (!a || *a == *b);
  }
  friend bool operator==(const BoxedOptional& a, const std::optional<T>& b) {
    return a.has_value() == b.has_value() && (!a || *a == *b);
  }
  friend bool operator==(const BoxedOptional& a, std::nullopt_t) { return !a; }
  /// With whatever T itself can be compared with.
  template <typename U>
    requires(!std::is_same_v<U, BoxedOptional> && !std::is_same_v<U, std::optional<T>> &&
             !std::is_same_v<U, std::nullopt_t> && requires(const T& a, const U& b) { a == b; })
  friend bool operator==(const BoxedOptional& a, const U& b) {
    return a && *a == b;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace faultline
