#include "analyzer/symbolize/shared_cache/extracted_image.h"

#include <fmt/format.h>
#include <llvm/BinaryFormat/MachO.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "analyzer/symbolize/shared_cache/image_symbols.h"

namespace faultline {
namespace {

namespace macho = llvm::MachO;

constexpr std::uint64_t kPage = 0x4000;
// A file offset of the format is 32 bits wide; the largest image of a cache has some 200 MiB of code.
constexpr std::uint64_t kLargestText = 1ULL << 30;

std::uint64_t up_to(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

template <typename Integer>
void append_little(std::string& bytes, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    bytes.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xff));
  }
}

void append_uleb128(std::string& bytes, std::uint64_t value) {
  do {
    const auto low = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;
    bytes.push_back(static_cast<char>(low | (value != 0 ? 0x80 : 0)));
  } while (value != 0);
}

void append_name(std::string& bytes, std::string_view name) {
  std::string field(name.substr(0, 16));
  field.resize(16);
  bytes += field;
}

std::string encode_starts(const std::vector<LinkAddress>& starts, LinkAddress base) {
  std::string bytes;
  std::uint64_t last = base.value;
  for (const auto start : starts) {
    if (start.value <= last) continue;  // A zero would end the list.
    append_uleb128(bytes, start.value - last);
    last = start.value;
  }
  bytes.push_back('\0');
  bytes.resize(up_to(bytes.size(), 8));
  return bytes;
}

/// The tables of the file's __LINKEDIT, each with its offset in the file.
struct Linkedit {
  std::string bytes;
  MachTable function_starts;
  MachTable objc_names;
  MachSymbolTable symbols;
};

class ImageWriter {
 public:
  ImageWriter(const DyldCache& cache, const CachedImage& image, const MachOFile& header,
              const MachSegment& text)
      : cache_(cache), image_(image), header_(header), text_(text) {
    for (const auto& section : header.sections()) {
      if (section.segment == "__TEXT") sections_.push_back(section);
    }
  }

  Result<std::string> write() {
    const auto code = cache_.bytes_at(text_.address, text_.size_bytes);
    if (!code) return fail(ErrorKind::symbols, "its code is not in the files of the cache");
    linkedit_at_ = up_to(text_.size_bytes, kPage);
    make_linkedit();
    std::string head = load_commands();
    std::uint64_t room = text_.size_bytes;
    for (const auto& section : sections_) {
      if (section.address >= text_.address)
        room = std::min(room, section.address.value - text_.address.value);
    }
    if (head.size() > room) return fail(ErrorKind::symbols, "there is no room for the load commands");
    std::string file(*code);
    file.replace(0, head.size(), head);
    std::fill(file.begin() + static_cast<std::ptrdiff_t>(head.size()),
              file.begin() + static_cast<std::ptrdiff_t>(room), '\0');
    file.resize(linkedit_at_);
    return file + linkedit_.bytes;
  }

 private:
  void make_linkedit() {
    const auto found = read_image_symbols(cache_, image_, header_);
    const auto append = [&](const std::string& table) {
      const MachTable where{linkedit_at_ + linkedit_.bytes.size(), table.size()};
      linkedit_.bytes += table;
      return where;
    };
    linkedit_.function_starts = append(encode_starts(found.function_starts, text_.address));
    linkedit_.objc_names = append(encode_starts(found.objc_names, text_.address));
    std::string entries;
    std::string strings(1, '\0');
    for (const auto& symbol : found.symbols) {
      append_little(entries, static_cast<std::uint32_t>(strings.size()));
      append_little(entries, static_cast<std::uint8_t>(macho::N_SECT | (symbol.external ? macho::N_EXT : 0)));
      append_little(entries, section_number(symbol.address));
      append_little(entries, std::uint16_t{0});
      append_little(entries, symbol.address.value);
      strings.append(symbol.name).push_back('\0');
    }
    strings.resize(up_to(strings.size(), 8));
    const auto entries_at = append(entries);
    const auto strings_at = append(strings);
    linkedit_.symbols = {entries_at.offset, found.symbols.size(), strings_at.offset, strings_at.size_bytes};
  }

  [[nodiscard]] std::uint8_t section_number(LinkAddress address) const {
    for (std::size_t i = 0; i < sections_.size() && i < 255; ++i) {
      if (address >= sections_[i].address &&
          address.value - sections_[i].address.value < sections_[i].size_bytes) {
        return static_cast<std::uint8_t>(i + 1);
      }
    }
    return macho::NO_SECT;
  }

  std::string load_commands() {
    append_text_segment();
    append_segment("__LINKEDIT", text_.address.value + linkedit_at_, linkedit_.bytes.size(), linkedit_at_, 0);
    copy_commands();
    append_command(macho::LC_SYMTAB, {linkedit_.symbols.symbol_offset, linkedit_.symbols.symbol_count,
                                      linkedit_.symbols.string_offset, linkedit_.symbols.string_size_bytes});
    append_command(macho::LC_FUNCTION_STARTS,
                   {linkedit_.function_starts.offset, linkedit_.function_starts.size_bytes});
    append_little(commands_, std::uint32_t{macho::LC_NOTE});
    append_little(commands_, static_cast<std::uint32_t>(sizeof(macho::note_command)));
    append_name(commands_, kObjcNamesNote);
    append_little(commands_, linkedit_.objc_names.offset);
    append_little(commands_, linkedit_.objc_names.size_bytes);
    ++command_count_;

    const auto original = *cache_.bytes_at(image_.address, sizeof(macho::mach_header_64));
    std::string head(original.substr(0, offsetof(macho::mach_header, ncmds)));  // Magic, CPU, file type.
    append_little(head, command_count_);
    append_little(head, static_cast<std::uint32_t>(commands_.size()));
    const auto flags = *ByteView(original).little<std::uint32_t>(offsetof(macho::mach_header, flags));
    append_little(head, flags | std::uint32_t{macho::MH_DYLIB_IN_CACHE});
    append_little(head, std::uint32_t{0});
    return head + commands_;
  }

  void append_segment(std::string_view name, std::uint64_t address, std::uint64_t size, std::uint64_t offset,
                      std::size_t sections) {
    append_little(commands_, std::uint32_t{macho::LC_SEGMENT_64});
    append_little(commands_, static_cast<std::uint32_t>(sizeof(macho::segment_command_64) +
                                                        sections * sizeof(macho::section_64)));
    append_name(commands_, name);
    append_little(commands_, address);
    append_little(commands_, up_to(size, kPage));
    append_little(commands_, offset);
    append_little(commands_, size);
    const std::uint32_t protection =
        sections > 0 ? std::uint32_t{macho::VM_PROT_READ} | std::uint32_t{macho::VM_PROT_EXECUTE}
                     : std::uint32_t{macho::VM_PROT_READ};
    append_little(commands_, protection);
    append_little(commands_, protection);
    append_little(commands_, static_cast<std::uint32_t>(sections));
    append_little(commands_, std::uint32_t{0});
    ++command_count_;
  }

  void append_text_segment() {
    append_segment("__TEXT", text_.address.value, text_.size_bytes, 0, sections_.size());
    for (const auto& section : sections_) {
      append_name(commands_, section.name);
      append_name(commands_, section.segment);
      append_little(commands_, section.address.value);
      append_little(commands_, section.size_bytes);
      append_little(commands_, static_cast<std::uint32_t>(section.address.value - text_.address.value));
      for (int i = 0; i < 3; ++i) append_little(commands_, std::uint32_t{0});  // Alignment, relocations.
      append_little(commands_, section.flags);
      for (int i = 0; i < 3; ++i) append_little(commands_, std::uint32_t{0});
    }
  }

  void append_command(std::uint32_t command, const std::vector<std::uint64_t>& fields) {
    append_little(commands_, command);
    append_little(commands_, static_cast<std::uint32_t>(sizeof(macho::load_command) + 4 * fields.size()));
    for (const auto field : fields) append_little(commands_, static_cast<std::uint32_t>(field));
    ++command_count_;
  }

  /// What says which build it is: as it stands.
  void copy_commands() {
    const ByteView view(cache_.bytes_from(image_.address));
    const auto count = view.little<std::uint32_t>(offsetof(macho::mach_header, ncmds)).value_or(0);
    std::uint64_t at = sizeof(macho::mach_header_64);
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto command = view.little<std::uint32_t>(at);
      const auto size = view.little<std::uint32_t>(at + 4);
      if (!command || !size || *size < sizeof(macho::load_command)) return;
      const auto bytes = view.slice(at, *size);
      if (!bytes) return;
      if (command == macho::LC_UUID || command == macho::LC_ID_DYLIB || command == macho::LC_BUILD_VERSION ||
          command == macho::LC_SOURCE_VERSION) {
        commands_ += *bytes;
        ++command_count_;
      }
      at += *size;
    }
  }

  const DyldCache& cache_;
  const CachedImage& image_;
  const MachOFile& header_;
  const MachSegment& text_;
  std::vector<MachSection> sections_;
  std::uint64_t linkedit_at_ = 0;
  Linkedit linkedit_;
  std::string commands_;
  std::uint32_t command_count_ = 0;
};

}  // namespace

Result<std::string> extract_image(const DyldCache& cache, const CachedImage& image) {
  const auto header = MachOFile::parse(cache.bytes_from(image.address));
  if (!header) return fail(ErrorKind::symbols, image.path + ": " + header.error().text());
  if (!header->is_64_bit()) return fail(ErrorKind::unsupported, image.path + ": 32-bit images are not read");
  if (!header->uuid() || (image.uuid && *header->uuid() != *image.uuid)) {
    return fail(ErrorKind::symbols,
                fmt::format("{} refused: the image is {}, but the cache lists {}", image.path,
                            header->uuid() ? header->uuid()->text() : std::string("without a UUID"),
                            image.uuid ? image.uuid->text() : std::string("none")));
  }
  const auto& segments = header->segments();
  const auto text = std::find_if(segments.begin(), segments.end(),
                                 [](const MachSegment& segment) { return segment.name == "__TEXT"; });
  if (text == segments.end() || text->address != image.address || text->size_bytes > kLargestText ||
      text->size_bytes < sizeof(macho::mach_header_64)) {
    return fail(ErrorKind::symbols, image.path + ": its load commands are damaged");
  }
  auto file = ImageWriter(cache, image, *header, *text).write();
  if (!file) return fail(ErrorKind::symbols, image.path + ": " + file.error().text());
  return file;
}

}  // namespace faultline
