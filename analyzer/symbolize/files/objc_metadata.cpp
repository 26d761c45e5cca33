#include "analyzer/symbolize/files/objc_metadata.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

namespace faultline {
namespace {

// Layouts are those of the open-source objc4 runtime (objc-runtime-new.h), 64 bits wide:
//   class_t:     isa 0, superclass 8, cache 16, mask 24, data 32 (low three bits are flags)
//   class_ro_t:  flags u32 0, instanceStart u32 4, instanceSize u32 8, reserved u32 12, ivarLayout 16,
//                name 24, baseMethods 32, …
//   category_t:  name 0, class 8, instanceMethods 16, classMethods 24, …
//   method_list_t: entsizeAndFlags u32 0, count u32 4, entries 8
//   method_t:    name 0, types 8, implementation 16; small: three i32, each relative to itself
constexpr std::uint32_t kSmallMethods = 0x80000000;
constexpr std::uint32_t kDirectSelectors = 0x40000000;
constexpr std::uint32_t kEntrySizeMask = 0x0000fffc;
constexpr std::uint64_t kClassDataMask = ~std::uint64_t{7};

// The largest frameworks have some 100,000 methods; a damaged count must end somewhere.
constexpr std::uint32_t kMostMethodsOfOneList = 65536;
constexpr std::size_t kMostEntries = 2'000'000;
constexpr std::size_t kMostNameBytes = 128U << 20;
constexpr std::uint64_t kMostPointersOfOneSection = 1U << 20;
constexpr std::uint64_t kListOfLists = 1;  // In the lowest bit of a method list's address.

/// A file on disk: its pointers are chained or plain, its selectors are its own.
class FileMemory final : public ImageMemory {
 public:
  explicit FileMemory(const MachOFile& file) : file_(file), fixups_(file.chained_fixups()) {}
  [[nodiscard]] std::optional<std::string_view> bytes_at(LinkAddress address,
                                                         std::uint64_t size) const override {
    return file_.bytes_at(address, size);
  }
  [[nodiscard]] std::optional<std::string_view> c_string_at(LinkAddress address) const override {
    return file_.c_string_at(address);
  }
  [[nodiscard]] std::optional<FilePointer> pointer_at(LinkAddress location) const override {
    return read_file_pointer(file_, fixups_ ? &*fixups_ : nullptr, location);
  }
  [[nodiscard]] std::optional<LinkAddress> selector_base() const override { return std::nullopt; }

 private:
  const MachOFile& file_;
  std::optional<ChainedFixups> fixups_;
};

class MetadataReader {
 public:
  MetadataReader(const MachOFile& image, const ImageMemory& memory) : image_(image), memory_(memory) {}

  std::vector<ObjcMethod> read() {
    for (const auto& section : image_.sections()) {
      if (section.name == "__objc_classlist" || section.name == "__objc_nlclslist") {
        for_each_pointer(section, [this](LinkAddress at) { read_class(at); });
      }
      if (section.name == "__objc_catlist" || section.name == "__objc_nlcatlist" ||
          section.name == "__objc_catlist2") {
        for_each_pointer(section, [this](LinkAddress at) { read_category(at); });
      }
    }
    std::sort(methods_.begin(), methods_.end(), [](const ObjcMethod& a, const ObjcMethod& b) {
      return a.implementation != b.implementation ? a.implementation < b.implementation : a.name < b.name;
    });
    methods_.erase(std::unique(methods_.begin(), methods_.end()), methods_.end());
    return std::move(methods_);
  }

 private:
  template <typename Visitor>
  void for_each_pointer(const MachSection& section, Visitor visit) {
    const std::uint64_t count = std::min(section.size_bytes / 8, kMostPointersOfOneSection);
    for (std::uint64_t at = 0; at < count * 8; at += 8) {
      const auto bytes = memory_.bytes_at({section.address.value + at}, 8);
      if (!bytes) return;  // The section claims more than there is.
      if (const auto target = pointer({section.address.value + at})) visit(*target);
    }
  }

  /// The address that a pointer of this image points to; nullopt for null and for imports.
  std::optional<LinkAddress> pointer(LinkAddress location) const {
    const auto pointer = memory_.pointer_at(location);
    if (!pointer || pointer->target.value == 0) return std::nullopt;
    return pointer->target;
  }

  std::optional<std::uint32_t> u32(LinkAddress at) const {
    const auto bytes = memory_.bytes_at(at, 4);
    if (!bytes) return std::nullopt;
    return ByteView(*bytes).little<std::uint32_t>(0);
  }

  /// A 32-bit distance from the field's own place.
  std::optional<LinkAddress> relative(LinkAddress field) const {
    const auto distance = u32(field);
    if (!distance) return std::nullopt;
    const auto wide = static_cast<std::int64_t>(static_cast<std::int32_t>(*distance));
    return LinkAddress{field.value + static_cast<std::uint64_t>(wide)};
  }

  std::optional<LinkAddress> read_only_part(LinkAddress class_at) const {
    const auto data = pointer({class_at.value + 32});
    if (!data) return std::nullopt;
    return LinkAddress{data->value & kClassDataMask};
  }

  std::optional<std::string_view> class_name(LinkAddress class_at) const {
    const auto data = read_only_part(class_at);
    if (!data) return std::nullopt;
    const auto name_at = pointer({data->value + 24});
    if (!name_at) return std::nullopt;
    const auto name = memory_.c_string_at(*name_at);
    if (!name || name->empty()) return std::nullopt;
    return name;
  }

  void read_class(LinkAddress class_at) {
    if (!seen_.insert(class_at).second) return;
    const auto name = class_name(class_at);
    if (!name) return;
    if (const auto data = read_only_part(class_at)) {
      if (const auto list = pointer({data->value + 32})) read_methods(*list, '-', std::string(*name));
    }
    const auto metaclass = pointer(class_at);
    if (!metaclass) return;
    if (const auto data = read_only_part(*metaclass)) {
      if (const auto list = pointer({data->value + 32})) read_methods(*list, '+', std::string(*name));
    }
  }

  void read_category(LinkAddress category_at) {
    if (!seen_.insert(category_at).second) return;
    const auto name_at = pointer(category_at);
    const auto name = name_at ? memory_.c_string_at(*name_at) : std::nullopt;
    if (!name) return;
    const auto owner = memory_.pointer_at({category_at.value + 8});
    if (!owner) return;
    std::optional<std::string_view> class_text;
    constexpr std::string_view kClassSymbol = "_OBJC_CLASS_$_";
    if (owner->import_name.substr(0, kClassSymbol.size()) == kClassSymbol) {
      class_text = owner->import_name.substr(kClassSymbol.size());
    } else if (owner->target.value != 0) {
      class_text = class_name(owner->target);
    }
    if (!class_text) return;
    std::string full(*class_text);
    full.append("(").append(*name).append(")");
    if (const auto list = pointer({category_at.value + 16})) read_methods(*list, '-', full);
    if (const auto list = pointer({category_at.value + 24})) read_methods(*list, '+', full);
  }

  /// The class's own list of a list of lists: header of entry size and count, u32 each; entries of 8 bytes,
  /// the image's index in the low 16 bits, above it the distance of the list from the entry.
  std::optional<LinkAddress> own_list(LinkAddress lists) const {
    const LinkAddress header{lists.value & ~kListOfLists};
    const auto count = u32({header.value + 4});
    if (!count || *count == 0 || *count > kMostMethodsOfOneList) return std::nullopt;
    const LinkAddress entry{header.value + std::uint64_t{*count} * 8};
    const auto bytes = memory_.bytes_at(entry, 8);
    if (!bytes) return std::nullopt;
    const std::int64_t distance = *ByteView(*bytes).little<std::int64_t>(0) >> 16;
    return LinkAddress{entry.value + static_cast<std::uint64_t>(distance)};
  }

  void read_methods(LinkAddress list, char sign, const std::string& owner) {
    if ((list.value & kListOfLists) != 0) {
      const auto own = own_list(list);
      if (!own) return;
      list = *own;
    }
    const auto flags = u32(list);
    const auto count = u32({list.value + 4});
    if (!flags || !count || *count > kMostMethodsOfOneList) return;
    const bool is_small = (*flags & kSmallMethods) != 0;
    const std::uint32_t entry_size = *flags & kEntrySizeMask;
    if (entry_size < (is_small ? 12U : 24U)) return;
    for (std::uint32_t i = 0; i < *count && entries_read_ < kMostEntries && name_bytes_ < kMostNameBytes;
         ++i, ++entries_read_) {
      const LinkAddress entry{list.value + 8 + std::uint64_t{i} * entry_size};
      const auto selector = selector_name(entry, is_small, (*flags & kDirectSelectors) != 0);
      const auto body = is_small ? relative({entry.value + 8}) : pointer({entry.value + 16});
      if (!body && !memory_.bytes_at(entry, entry_size)) return;
      if (!selector || selector->empty() || !body || image_.text_section_of(*body) == nullptr) continue;
      std::string name(1, sign);
      name.append("[").append(owner).append(" ").append(*selector).append("]");
      name_bytes_ += name.size();
      methods_.push_back({*body, std::move(name)});
    }
  }

  std::optional<std::string_view> selector_name(LinkAddress entry, bool is_small, bool direct) const {
    if (!is_small) {
      const auto name_at = pointer(entry);
      return name_at ? memory_.c_string_at(*name_at) : std::nullopt;
    }
    const auto base = memory_.selector_base();
    if (direct && base) {
      // Of a copy that other tools took out of a cache this base is not known: the table is not in the file.
      const auto distance = u32(entry);
      if (!distance) return std::nullopt;
      const auto wide = static_cast<std::int64_t>(static_cast<std::int32_t>(*distance));
      return memory_.c_string_at({base->value + static_cast<std::uint64_t>(wide)});
    }
    const auto reference = relative(entry);
    if (!reference) return std::nullopt;
    if (direct) return memory_.c_string_at(*reference);
    const auto name_at = pointer(*reference);
    return name_at ? memory_.c_string_at(*name_at) : std::nullopt;
  }

  const MachOFile& image_;
  const ImageMemory& memory_;
  std::set<LinkAddress> seen_;
  std::vector<ObjcMethod> methods_;
  std::size_t entries_read_ = 0;  // Of all lists, so that lists shared by damage end somewhere.
  std::size_t name_bytes_ = 0;
};

}  // namespace

std::vector<ObjcMethod> read_objc_methods(const MachOFile& file) {
  return read_objc_methods(file, FileMemory(file));
}

std::vector<ObjcMethod> read_objc_methods(const MachOFile& image, const ImageMemory& memory) {
  if (!image.is_64_bit()) return {};
  return MetadataReader(image, memory).read();
}

}  // namespace faultline
