// Names of Objective-C methods in a Mach-O file whose symbols were stripped.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/chained_pointer.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "core/model/address.h"

namespace faultline {

/// One method body and what the runtime would call it: `-[Class selector:]`, `+[Class(Category) selector]`.
struct ObjcMethod {
  LinkAddress implementation;
  std::string name;
  friend bool operator==(const ObjcMethod&, const ObjcMethod&) = default;
};

/// What the metadata of an image lies in: the image's own file, or a whole shared cache.
class ImageMemory {
 public:
  virtual ~ImageMemory() = default;
  /// nullopt where any of the bytes is not there.
  [[nodiscard]] virtual std::optional<std::string_view> bytes_at(LinkAddress address,
                                                                 std::uint64_t size) const = 0;
  [[nodiscard]] virtual std::optional<std::string_view> c_string_at(LinkAddress address) const = 0;
  [[nodiscard]] virtual std::optional<FilePointer> pointer_at(LinkAddress location) const = 0;
  /// What the direct selectors of small methods count from; nullopt where each counts from its own place.
  [[nodiscard]] virtual std::optional<LinkAddress> selector_base() const = 0;
};

/// Reads the class and category lists that the Objective-C runtime itself needs and that no strip can
/// take away: __objc_classlist -> class -> read-only part -> method list, for the class and its
/// metaclass, and __objc_catlist -> category -> its two lists. Method lists may be of the old form
/// (three pointers per method) or small (three 32-bit offsets, macOS 11 and later); pointers may be
/// plain or chained, with or without pointer authentication.
///
/// The lists say where a method begins, not where it ends: the caller needs function extents besides.
/// A category of a class that cannot be named is left out. 64-bit files only. Ascending by address;
/// where two methods share a body, both are there. Whatever is damaged is left out in silence: absence
/// of a name is an ordinary answer here.
std::vector<ObjcMethod> read_objc_methods(const MachOFile& file);

/// The same of an image whose load commands are `image`, wherever its segments lie. In a shared cache the
/// methods of a class may be a list of lists, to which categories of other images were attached: the last is
/// that of the class itself (dyld's MachOAnalyzer::forEachObjCMethod).
std::vector<ObjcMethod> read_objc_methods(const MachOFile& image, const ImageMemory& memory);

}  // namespace faultline
