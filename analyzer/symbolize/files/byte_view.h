// Bounds-checked reading of integers and strings out of bytes that nobody vouches for.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

namespace faultline {

/// A view of file contents. Every read says by nullopt that it would leave the bytes; offsets may be
/// any 64-bit value, also one that came out of the file itself.
///
/// Ownership: none; the bytes must outlive the view and every string_view taken from it.
class ByteView {
 public:
  ByteView() = default;
  explicit ByteView(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  /// The integer stored little-endian at `offset`.
  template <typename Integer>
  [[nodiscard]] std::optional<Integer> little(std::uint64_t offset) const {
    return read<Integer>(offset, std::endian::little);
  }
  /// The integer stored big-endian at `offset`: fat headers.
  template <typename Integer>
  [[nodiscard]] std::optional<Integer> big(std::uint64_t offset) const {
    return read<Integer>(offset, std::endian::big);
  }

  /// `size` bytes from `offset`, all of them or none.
  [[nodiscard]] std::optional<std::string_view> slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return bytes_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

  /// The text from `offset` to the next zero byte, which must come within `limit` bytes.
  [[nodiscard]] std::optional<std::string_view> c_string(std::uint64_t offset,
                                                         std::size_t limit = 65536) const {
    if (offset >= bytes_.size()) return std::nullopt;
    const auto rest = bytes_.substr(static_cast<std::size_t>(offset), limit);
    const auto end = rest.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    return rest.substr(0, end);
  }

  /// A field of fixed width that need not be terminated: segment and section names.
  [[nodiscard]] std::optional<std::string_view> fixed_string(std::uint64_t offset, std::size_t width) const {
    const auto field = slice(offset, width);
    if (!field) return std::nullopt;
    return field->substr(0, field->find('\0'));
  }

 private:
  template <typename Integer>
  [[nodiscard]] std::optional<Integer> read(std::uint64_t offset, std::endian order) const {
    static_assert(std::is_integral_v<Integer>);
    const auto field = slice(offset, sizeof(Integer));
    if (!field) return std::nullopt;
    std::array<char, sizeof(Integer)> raw{};
    std::memcpy(raw.data(), field->data(), sizeof(Integer));
    if (order != std::endian::native) {
      for (std::size_t i = 0; i < raw.size() / 2; ++i) std::swap(raw[i], raw[raw.size() - 1 - i]);
    }
    return std::bit_cast<Integer>(raw);
  }

  std::string_view bytes_;
};

}  // namespace faultline
