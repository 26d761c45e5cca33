// A loaded image (executable, library, driver bundle) and its identity.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/model/address.h"

namespace faultline {

/// 16 bytes. On macOS LC_UUID; on Linux the first 16 bytes of the build-id.
class Uuid {
 public:
  Uuid() = default;
  explicit Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  /// 32 hex digits with or without dashes, any case; nullopt for anything else.
  static std::optional<Uuid> parse(std::string_view text);

  /// A version 4 UUID from the system's random source.
  static Uuid random();

  /// Lower case with dashes.
  [[nodiscard]] std::string text() const;
  /// Upper case with dashes, as incidents are written.
  [[nodiscard]] std::string upper_text() const;
  [[nodiscard]] bool is_zero() const { return bytes_ == std::array<std::uint8_t, 16>{}; }
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// One entry of a report's image list. `size_bytes` covers __TEXT only on macOS.
struct Image {
  std::optional<Uuid> uuid;  ///< Absent where the report has none or zeros.
  std::string build_id;      ///< Linux: the whole build-id in hex; else empty.
  RuntimeAddress base;
  std::uint64_t size_bytes = 0;
  std::string source;  ///< One letter as reported: `P` for real images, `A` for the absolute pseudo-image.
  std::optional<std::string> name;
  std::optional<std::string> path;
  std::optional<std::string> arch;
  std::optional<std::string> bundle_id;             ///< CFBundleIdentifier
  std::optional<std::string> bundle_short_version;  ///< CFBundleShortVersionString
  std::optional<std::string> bundle_version;        ///< CFBundleVersion

  /// `name`, else the last component of `path`, else `???`.
  [[nodiscard]] std::string display_name() const;

  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace faultline
