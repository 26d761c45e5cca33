#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <stdexcept>

#include "tests/analyzer/symbolize/symbol_fixtures.h"

namespace faultline::fixtures {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPage = 0x4000;
constexpr std::uint64_t kBase = 0x180000000;
constexpr std::uint64_t kLinkeditRoom = 1ULL << 30;

std::uint64_t aligned(std::uint64_t value, std::uint64_t unit = kPage) {
  return (value + unit - 1) & ~(unit - 1);
}

template <typename T>
T get(const std::string& bytes, std::uint64_t at) {
  T value{};
  if (at + sizeof(T) > bytes.size()) throw std::runtime_error("the writer reads outside of a dylib");
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}
template <typename T>
void put(std::string& bytes, std::uint64_t at, T value) {
  if (bytes.size() < at + sizeof(T)) bytes.resize(at + sizeof(T));
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}
std::uint32_t u32(const std::string& bytes, std::uint64_t at) { return get<std::uint32_t>(bytes, at); }
std::uint64_t u64(const std::string& bytes, std::uint64_t at) { return get<std::uint64_t>(bytes, at); }
void put32(std::string& bytes, std::uint64_t at, std::uint64_t value) {
  put(bytes, at, static_cast<std::uint32_t>(value));
}
void put64(std::string& bytes, std::uint64_t at, std::uint64_t value) { put(bytes, at, value); }

void uleb(std::string& bytes, std::uint64_t value) {
  while (value > 0x7f) {
    bytes.push_back(static_cast<char>(0x80 | (value & 0x7f)));
    value >>= 7;
  }
  bytes.push_back(static_cast<char>(value));
}

/// A radix tree of exported names, as the linker writes it.
class Trie {
 public:
  void add(const std::string& name, std::uint64_t offset) { add(root_, name, offset); }
  std::string write() {
    std::vector<Node*> order;
    collect(root_, order);
    for (bool moved = true; moved;) {  // Offsets are of varying length: until nothing moves any more.
      moved = false;
      std::uint64_t at = 0;
      for (Node* node : order) {
        moved = moved || node->at != at;
        node->at = at;
        at += encode(*node).size();
      }
    }
    std::string bytes;
    for (Node* node : order) bytes += encode(*node);
    bytes.resize(aligned(bytes.size(), 8));
    return bytes;
  }

 private:
  struct Node {
    std::optional<std::uint64_t> offset;
    std::map<std::string, std::unique_ptr<Node>> children;
    std::uint64_t at = 0;
  };
  static void add(Node& node, const std::string& name, std::uint64_t offset) {
    if (name.empty()) {
      node.offset = offset;
      return;
    }
    for (auto it = node.children.begin(); it != node.children.end(); ++it) {
      const std::string label = it->first;
      std::size_t same = 0;
      while (same < label.size() && same < name.size() && label[same] == name[same]) ++same;
      if (same == 0) continue;
      if (same < label.size()) {
        auto middle = std::make_unique<Node>();
        middle->children.emplace(label.substr(same), std::move(it->second));
        node.children.erase(it);
        it = node.children.emplace(label.substr(0, same), std::move(middle)).first;
      }
      return add(*it->second, name.substr(same), offset);
    }
    auto leaf = std::make_unique<Node>();
    leaf->offset = offset;
    node.children.emplace(name, std::move(leaf));
  }
  static void collect(Node& node, std::vector<Node*>& order) {
    order.push_back(&node);
    for (auto& [label, child] : node.children) collect(*child, order);
  }
  static std::string encode(const Node& node) {
    std::string info;
    if (node.offset) {
      uleb(info, 0);
      uleb(info, *node.offset);
    }
    std::string bytes;
    uleb(bytes, info.size());
    bytes += info;
    bytes.push_back(static_cast<char>(node.children.size()));
    for (const auto& [label, child] : node.children) {
      bytes += label;
      bytes.push_back('\0');
      uleb(bytes, child->at);
    }
    return bytes;
  }
  Node root_;
};

struct Section {
  std::string name;
  std::uint64_t command_at = 0;
  std::uint64_t old_address = 0;
  std::uint64_t size = 0;
};
struct Segment {
  std::string name;
  std::uint64_t command_at = 0;
  std::uint64_t old_address = 0;
  std::uint64_t size = 0;
  std::uint64_t old_offset = 0;
  std::uint64_t file_size = 0;
  std::uint64_t new_address = 0;
  std::string contents;
};
struct Symbol {
  std::string name;
  std::uint8_t type = 0;
  std::uint8_t section = 0;
  std::uint16_t description = 0;
  std::uint64_t address = 0;  // New.
};
struct Pointer {
  std::uint64_t location = 0;  // New address.
  std::uint64_t target = 0;    // New address; 0: bound to nothing here.
};

struct Dylib {
  std::string path;
  std::string bytes;
  std::vector<Segment> segments;
  std::vector<Section> sections;
  std::map<std::uint32_t, std::uint64_t> commands;  // Offsets by LC_.
  std::vector<Symbol> symbols;
  std::size_t file = 0;  // Of its text.

  Segment& segment(const std::string& name) {
    for (auto& each : segments) {
      if (each.name == name) return each;
    }
    throw std::runtime_error(path + " has no " + name);
  }
  const Section* section(const std::string& name) const {
    for (const auto& each : sections) {
      if (each.name == name) return &each;
    }
    return nullptr;
  }
  std::uint64_t moved(std::uint64_t old) const {
    for (const auto& each : segments) {
      if (old >= each.old_address && old - each.old_address < each.size)
        return each.new_address + (old - each.old_address);
    }
    throw std::runtime_error(path + ": an address lies in no segment");
  }
  std::string& contents_of(std::uint64_t moved_address, std::uint64_t& at) {
    for (auto& each : segments) {
      if (moved_address >= each.new_address && moved_address - each.new_address < each.size) {
        at = moved_address - each.new_address;
        return each.contents;
      }
    }
    throw std::runtime_error(path + ": a moved address lies in no segment");
  }
};

constexpr std::uint32_t kSegment64 = 0x19;
constexpr std::uint32_t kSymtab = 0x2;
constexpr std::uint32_t kUuidCommand = 0x1b;
constexpr std::uint32_t kFunctionStarts = 0x26;
constexpr std::uint32_t kExportsTrie = 0x80000033;
constexpr std::uint32_t kChainedFixups = 0x80000034;

Dylib read_dylib(const CacheDylib& given) {
  Dylib dylib;
  dylib.path = given.path;
  dylib.bytes = given.bytes;
  const std::string& bytes = dylib.bytes;
  if (u32(bytes, 0) != 0xfeedfacf) throw std::runtime_error(given.path + " is no 64-bit Mach-O file");
  std::uint64_t at = 32;
  for (std::uint32_t i = 0; i < u32(bytes, 16); ++i, at += u32(bytes, at + 4)) {
    const std::uint32_t command = u32(bytes, at);
    dylib.commands[command] = at;
    if (command != kSegment64) continue;
    Segment segment;
    segment.name = std::string(bytes.c_str() + at + 8);
    segment.command_at = at;
    segment.old_address = u64(bytes, at + 24);
    segment.size = u64(bytes, at + 32);
    segment.old_offset = u64(bytes, at + 40);
    segment.file_size = u64(bytes, at + 48);
    segment.contents = bytes.substr(segment.old_offset, segment.file_size);
    segment.contents.resize(segment.size);
    for (std::uint32_t s = 0; s < u32(bytes, at + 64); ++s) {
      const std::uint64_t entry = at + 72 + s * 80;
      dylib.sections.push_back({std::string(bytes.substr(entry, 16).c_str()), entry, u64(bytes, entry + 32),
                                u64(bytes, entry + 40)});
    }
    dylib.segments.push_back(std::move(segment));
  }
  if (given.uuid) {
    const std::string raw(given.uuid->begin(), given.uuid->end());
    dylib.segment("__TEXT").contents.replace(dylib.commands.at(kUuidCommand) + 8, 16, raw);
  }
  return dylib;
}

void read_symbols(Dylib& dylib) {
  const std::string& bytes = dylib.bytes;
  const std::uint64_t command = dylib.commands.at(kSymtab);
  const std::uint64_t entries = u32(bytes, command + 8);
  const std::uint64_t strings = u32(bytes, command + 16);
  for (std::uint32_t i = 0; i < u32(bytes, command + 12); ++i) {
    const std::uint64_t at = entries + i * 16ULL;
    Symbol symbol;
    symbol.name = std::string(bytes.c_str() + strings + u32(bytes, at));
    symbol.type = get<std::uint8_t>(bytes, at + 4);
    symbol.section = get<std::uint8_t>(bytes, at + 5);
    symbol.description = get<std::uint16_t>(bytes, at + 6);
    if ((symbol.type & 0xe0) != 0 || (symbol.type & 0x0e) != 0x0e) continue;  // Debugging, undefined.
    symbol.address = dylib.moved(u64(bytes, at + 8));
    dylib.symbols.push_back(std::move(symbol));
  }
}

/// All pointers of the chains, with the names of those that are bound.
std::vector<Pointer> read_pointers(const Dylib& dylib, const std::map<std::string, std::uint64_t>& exported) {
  std::vector<Pointer> pointers;
  const std::string& bytes = dylib.bytes;
  const auto command = dylib.commands.find(kChainedFixups);
  if (command == dylib.commands.end()) return pointers;
  const std::uint64_t table = u32(bytes, command->second + 8);
  const std::uint64_t starts = table + u32(bytes, table + 4);
  const std::uint64_t imports = table + u32(bytes, table + 8);
  const std::uint64_t names = table + u32(bytes, table + 12);
  for (std::uint32_t s = 0; s < u32(bytes, starts); ++s) {
    const std::uint64_t offset = u32(bytes, starts + 4 + s * 4ULL);
    if (offset == 0) continue;
    const std::uint64_t info = starts + offset;
    const auto page_size = get<std::uint16_t>(bytes, info + 4);
    const auto format = get<std::uint16_t>(bytes, info + 6);
    if (format != 2 && format != 6) throw std::runtime_error(dylib.path + " has pointers of another format");
    const Segment& segment = dylib.segments.at(s);
    for (std::uint16_t page = 0; page < get<std::uint16_t>(bytes, info + 20); ++page) {
      const auto first = get<std::uint16_t>(bytes, info + 22 + page * 2ULL);
      if (first == 0xffff) continue;
      std::uint64_t at = std::uint64_t{page} * page_size + first;
      while (true) {
        const std::uint64_t raw = u64(segment.contents, at);
        Pointer pointer;
        pointer.location = segment.new_address + at;
        if ((raw >> 63) != 0) {
          const std::uint64_t import = imports + (raw & 0xffffff) * 4;
          const auto found = exported.find(std::string(bytes.c_str() + names + (u32(bytes, import) >> 9)));
          if (found != exported.end()) pointer.target = found->second;
        } else {
          pointer.target = dylib.moved(raw & 0xfffffffff);
        }
        pointers.push_back(pointer);
        const std::uint64_t next = (raw >> 51) & 0xfff;
        if (next == 0) break;
        at += next * 4;
      }
    }
  }
  return pointers;
}

struct Mapping {
  std::uint64_t address = 0;
  std::string bytes;
  std::uint32_t protection = 0;
  std::vector<Pointer> pointers;  // Data alone.
  std::uint64_t file_offset = 0;
  std::string slide_info;
};
struct File {
  std::string suffix;
  std::array<std::uint8_t, 16> uuid{};
  Mapping text, data, linkedit;
};

class Builder {
 public:
  Builder(const std::vector<CacheDylib>& given, const CacheRecipe& recipe) : recipe_(recipe) {
    for (const auto& each : given) dylibs_.push_back(read_dylib(each));
    switch (recipe.layout) {
      case CacheLayout::macos11:
        suffixes_ = {""};
        break;
      case CacheLayout::macos12:
        suffixes_ = {"", ".1"};
        break;
      case CacheLayout::macos13:
        suffixes_ = {"", ".01", ".02.dylddata", ".03.dyldlinkedit"};
        break;
    }
    for (std::size_t i = 0; i < suffixes_.size(); ++i)
      files_.push_back({suffixes_[i], uuid_of(i), {}, {}, {}});
  }

  WrittenCache write(const fs::path& folder) {
    place_segments();
    link();
    add_linkedit();
    add_local_symbols();
    return write_files(folder);
  }

 private:
  static std::array<std::uint8_t, 16> uuid_of(std::size_t file) {
    std::array<std::uint8_t, 16> uuid{};
    uuid.fill(static_cast<std::uint8_t>(0xc0 + file));
    return uuid;
  }
  bool is_new() const { return recipe_.layout == CacheLayout::macos13; }
  std::size_t text_file(std::size_t dylib) const {
    return recipe_.layout == CacheLayout::macos11 ? 0 : dylib % 2;
  }
  File& data_file(std::size_t dylib) { return files_[is_new() ? 2 : text_file(dylib)]; }
  File& linkedit_file(std::size_t dylib) { return files_[is_new() ? 3 : text_file(dylib)]; }
  std::uint64_t header_size() const {
    switch (recipe_.layout) {
      case CacheLayout::macos11:
        return 312;  // Before mappingWithSlideOffset.
      case CacheLayout::macos12:
        return 456;  // Before cacheSubType.
      case CacheLayout::macos13:
        return 512;  // With tproMappingsOffset.
    }
    return 0;
  }

  void place_segments() {
    std::uint64_t address = kBase;
    // The headers with all their tables stand before the code.
    const std::uint64_t header_room = aligned(2048 + dylibs_.size() * 256);
    for (std::size_t f = 0; f < files_.size(); ++f) {
      File& file = files_[f];
      file.text.address = address;
      file.text.protection = 5;
      file.text.bytes.resize(f == 0 ? header_room : kPage);
      for (std::size_t d = 0; d < dylibs_.size(); ++d) {
        if (text_file(d) == f) place(dylibs_[d].segment("__TEXT"), file.text);
      }
      if (f == 0) {
        // A buffer for what the optimiser of Objective-C adds: selectors, lists of lists, its header.
        buffer_at_ = file.text.bytes.size();
        file.text.bytes.resize(buffer_at_ + kBufferSize);
      }
      address = aligned(address + file.text.bytes.size()) + (32U << 20);
      file.data.address = address;
      file.data.protection = 3;
      for (std::size_t d = 0; d < dylibs_.size(); ++d) {
        if (&data_file(d) != &file) continue;
        for (auto& segment : dylibs_[d].segments) {
          if (segment.name != "__TEXT" && segment.name != "__LINKEDIT") place(segment, file.data);
        }
      }
      address = aligned(address + file.data.bytes.size()) + (32U << 20);
      file.linkedit.address = address;
      file.linkedit.protection = 1;
      address += kLinkeditRoom / files_.size();
    }
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      auto& linkedit = dylibs_[d].segment("__LINKEDIT");
      linkedit.new_address = linkedit_file(d).linkedit.address;
      read_symbols(dylibs_[d]);
      for (const auto& symbol : dylibs_[d].symbols) {
        if ((symbol.type & 1) != 0) exported_[symbol.name] = symbol.address;
      }
    }
  }

  static void place(Segment& segment, Mapping& mapping) {
    segment.new_address = mapping.address + mapping.bytes.size();
    mapping.bytes.resize(mapping.bytes.size() + aligned(segment.size));
  }

  void link() {
    std::vector<std::vector<Pointer>> pointers;
    for (auto& dylib : dylibs_) pointers.push_back(read_pointers(dylib, exported_));
    for (std::size_t d = 0; d < dylibs_.size(); ++d) move_method_lists(dylibs_[d], pointers[d]);
    if (is_new()) attach_categories(pointers);
    write_selector_base();
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      auto& of_file = data_file(d).data.pointers;
      of_file.insert(of_file.end(), pointers[d].begin(), pointers[d].end());
      for (auto& segment : dylibs_[d].segments) {
        if (segment.name == "__LINKEDIT") continue;
        Mapping& mapping = segment.name == "__TEXT" ? files_[text_file(d)].text : data_file(d).data;
        mapping.bytes.replace(segment.new_address - mapping.address, segment.contents.size(),
                              segment.contents);
      }
    }
    for (auto& file : files_) chain(file.data);
  }

  std::uint64_t target_of(std::uint64_t location, const std::vector<Pointer>& pointers) const {
    for (const auto& pointer : pointers) {
      if (pointer.location == location) return pointer.target;
    }
    return 0;
  }

  std::uint64_t selector_base() const { return files_[0].text.address + buffer_at_ + kSelectorsAt; }

  /// The address of a selector in the buffer that all images share.
  std::uint64_t selector(const std::string& name) {
    auto [known, is_new] = selectors_.try_emplace(name, 0);
    if (is_new) {
      known->second = selector_base() + selectors_size_;
      put_buffer(kSelectorsAt + selectors_size_, name + std::string(1, '\0'));
      selectors_size_ += name.size() + 1;
    }
    return known->second;
  }

  void put_buffer(std::uint64_t at, const std::string& bytes) {
    if (at + bytes.size() > kBufferSize) throw std::runtime_error("the writer's buffer is full");
    files_[0].text.bytes.replace(buffer_at_ + at, bytes.size(), bytes);
  }

  /// Small methods hold distances, which the move of the segments changes.
  void move_method_lists(Dylib& dylib, const std::vector<Pointer>& pointers) {
    const Section* lists = dylib.section("__objc_methlist");
    if (lists == nullptr) return;
    const std::uint64_t first = dylib.moved(lists->old_address);
    std::set<std::uint64_t> starts;
    for (const auto& pointer : pointers) {
      if (pointer.target >= first && pointer.target - first < lists->size) starts.insert(pointer.target);
    }
    for (const auto start : starts) {
      std::uint64_t at = 0;
      std::string& text = dylib.contents_of(start, at);
      const std::uint32_t flags = u32(text, at);
      put32(text, at, flags | 0x40000000 | 3);  // Direct selectors; sorted and unique.
      for (std::uint32_t i = 0; i < u32(text, at + 4); ++i) {
        const std::uint64_t field = at + 8 + i * 12ULL;
        const std::uint64_t field_address = start + 8 + i * 12ULL;
        const auto distance = static_cast<std::int64_t>(get<std::int32_t>(text, field));
        const std::uint64_t old_reference =
            old_address(dylib, field_address) + static_cast<std::uint64_t>(distance);
        std::uint64_t name_at = 0;
        const std::string& names =
            dylib.contents_of(target_of(dylib.moved(old_reference), pointers), name_at);
        put32(text, field, selector(std::string(names.c_str() + name_at)) - selector_base());
      }
    }
  }

  static std::uint64_t old_address(const Dylib& dylib, std::uint64_t moved) {
    for (const auto& each : dylib.segments) {
      if (moved >= each.new_address && moved - each.new_address < each.size)
        return each.old_address + (moved - each.new_address);
    }
    throw std::runtime_error("no old address");
  }

  /// Categories of other images go before a class's own methods, in a list of lists.
  void attach_categories(std::vector<std::vector<Pointer>>& pointers) {
    std::uint64_t at = kListsAt;
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      const Section* categories = dylibs_[d].section("__objc_catlist");
      for (std::uint64_t i = 0; categories != nullptr && i < categories->size / 8; ++i) {
        const std::uint64_t category =
            target_of(dylibs_[d].moved(categories->old_address) + i * 8, pointers[d]);
        const std::uint64_t class_at = target_of(category + 8, pointers[d]);
        const std::uint64_t attached = target_of(category + 16, pointers[d]);
        for (auto& others : pointers) {
          const std::uint64_t read_only = target_of(class_at + 32, others);
          const auto methods = std::find_if(others.begin(), others.end(), [&](const Pointer& pointer) {
            return read_only != 0 && pointer.location == read_only + 32;
          });
          if (attached == 0 || methods == others.end() || (methods->target & 1) != 0) continue;
          const std::uint64_t list = files_[0].text.address + buffer_at_ + at;
          std::string bytes;
          put32(bytes, 0, 8);
          put32(bytes, 4, 2);
          put64(bytes, 8, ((attached - (list + 8)) << 16) | d);
          put64(bytes, 16, ((methods->target - (list + 16)) << 16) | 0);
          put_buffer(at, bytes);
          at += bytes.size();
          methods->target = list | 1;
        }
      }
    }
  }

  void write_selector_base() {
    if (recipe_.layout == CacheLayout::macos13) {
      std::string header;
      put32(header, 0, 1);
      put64(header, 48, selector_base() - kBase);
      put_buffer(0, header);
    }
    if (recipe_.layout != CacheLayout::macos12) return;
    for (auto& dylib : dylibs_) {
      const Section* section = dylib.section("__objc_opt_ro");
      if (section == nullptr) continue;
      std::uint64_t at = 0;
      std::string& text = dylib.contents_of(dylib.moved(section->old_address), at);
      put32(text, at, 16);
      put64(text, at + 40, selector_base() - dylib.moved(section->old_address));
    }
  }

  /// Writes the pointers, linked to one another page by page, and the info that says how.
  void chain(Mapping& data) const {
    if (data.bytes.empty()) return;
    auto& pointers = data.pointers;
    for (const auto& pointer : pointers) {
      if (pointer.target == 0) put64(data.bytes, pointer.location - data.address, 0);
    }
    std::erase_if(pointers, [](const Pointer& pointer) { return pointer.target == 0; });
    std::sort(pointers.begin(), pointers.end(),
              [](const Pointer& a, const Pointer& b) { return a.location < b.location; });
    const std::uint64_t pages = aligned(data.bytes.size()) / kPage;
    std::vector<std::uint16_t> starts(pages, recipe_.layout == CacheLayout::macos11 ? 0x4000 : 0xffff);
    for (std::size_t i = 0; i < pointers.size(); ++i) {
      const std::uint64_t at = pointers[i].location - data.address;
      const std::uint64_t page = at / kPage;
      const bool is_first = i == 0 || (pointers[i - 1].location - data.address) / kPage != page;
      if (is_first) {
        starts[page] =
            static_cast<std::uint16_t>(at % kPage / (recipe_.layout == CacheLayout::macos11 ? 4 : 1));
      }
      const bool is_last =
          i + 1 == pointers.size() || (pointers[i + 1].location - data.address) / kPage != page;
      const std::uint64_t next = is_last ? 0 : pointers[i + 1].location - pointers[i].location;
      put64(data.bytes, at, encode(pointers[i].target, next, i % 3 == 0));
    }
    std::string& info = data.slide_info;
    const std::uint64_t table = recipe_.layout == CacheLayout::macos11 ? 40 : 24;
    switch (recipe_.layout) {
      case CacheLayout::macos11:
        put32(info, 0, 2);
        put32(info, 4, kPage);
        put32(info, 8, table);
        put32(info, 12, pages);
        put32(info, 16, table + pages * 2);
        put32(info, 20, 0);
        put64(info, 24, kDeltaMask);
        put64(info, 32, kBase);
        break;
      case CacheLayout::macos12:
      case CacheLayout::macos13:
        put32(info, 0, is_new() ? 5 : 3);
        put32(info, 4, kPage);
        put32(info, 8, pages);
        put32(info, 12, 0);
        put64(info, 16, kBase);
        break;
    }
    for (std::uint64_t i = 0; i < pages; ++i) put(info, table + i * 2, starts[i]);
  }

  std::uint64_t encode(std::uint64_t target, std::uint64_t next, bool authenticated) const {
    switch (recipe_.layout) {
      case CacheLayout::macos11:
        return (target - kBase) | (next / 4 << 40);
      case CacheLayout::macos12:
        if (authenticated) {
          return (1ULL << 63) | (next / 8 << 51) | (2ULL << 49) | (0x6ae1ULL << 32) | (target - kBase);
        }
        return (next / 8 << 51) | (0x5aULL << 43) | target;
      case CacheLayout::macos13:
        if (authenticated) return (1ULL << 63) | (next / 8 << 52) | (0x6ae1ULL << 34) | (target - kBase);
        return (next / 8 << 52) | (0x5aULL << 34) | (target - kBase);
    }
    return 0;
  }

  void add_linkedit() {
    std::map<File*, std::string> strings;
    for (auto& file : files_) strings[&file].assign(1, '\0');
    std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> tables;  // nlist offset and count.
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      Dylib& dylib = dylibs_[d];
      std::string& linkedit = linkedit_file(d).linkedit.bytes;
      const std::uint64_t base = dylib.segment("__TEXT").new_address;
      Trie trie;
      std::string entries;
      std::uint64_t count = 0;
      for (const auto& symbol : dylib.symbols) {
        if ((symbol.type & 1) == 0) continue;
        trie.add(symbol.name, symbol.address - base);
        append_symbol(entries, strings[&linkedit_file(d)], symbol, symbol.name);
        ++count;
      }
      starts_[d] =
          append(linkedit, dylib.bytes.substr(u32(dylib.bytes, dylib.commands.at(kFunctionStarts) + 8),
                                              u32(dylib.bytes, dylib.commands.at(kFunctionStarts) + 12)));
      tries_[d] = append(linkedit, trie.write());
      tables[d] = {append(linkedit, entries).first, count};
    }
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      symbols_[d] = {tables[d].first, tables[d].second, 0, 0};
    }
    for (auto& file : files_) {
      const auto where = append(file.linkedit.bytes, strings[&file]);
      for (std::size_t d = 0; d < dylibs_.size(); ++d) {
        if (&linkedit_file(d) == &file) {
          symbols_[d][2] = where.first;
          symbols_[d][3] = where.second;
        }
      }
    }
  }

  static std::pair<std::uint64_t, std::uint64_t> append(std::string& bytes, const std::string& table) {
    const std::uint64_t at = aligned(bytes.size(), 8);
    bytes.resize(at);
    bytes += table;
    return {at, table.size()};
  }

  static void append_symbol(std::string& entries, std::string& strings, const Symbol& symbol,
                            const std::string& name) {
    const std::uint64_t at = entries.size();
    put32(entries, at, strings.size());
    put(entries, at + 4, symbol.type);
    put(entries, at + 5, symbol.section);
    put(entries, at + 6, symbol.description);
    put64(entries, at + 8, symbol.address);
    strings += name + std::string(1, '\0');
  }

  void add_local_symbols() {
    if (!recipe_.with_symbols) return;
    std::string entries;
    std::string nlist;
    std::string strings(1, '\0');
    const bool wide = recipe_.layout != CacheLayout::macos11;
    std::uint32_t first = 0;
    for (auto& dylib : dylibs_) {
      std::uint32_t count = 0;
      for (const auto& symbol : dylib.symbols) {
        if ((symbol.type & 1) != 0) continue;
        append_symbol(nlist, strings, symbol, recipe_.redacted ? "<redacted>" : symbol.name);
        ++count;
      }
      const std::uint64_t at = entries.size();
      const std::uint64_t offset = dylib.segment("__TEXT").new_address - kBase;
      if (wide) {
        put64(entries, at, offset);
      } else {
        put32(entries, at, offset);
      }
      put32(entries, at + (wide ? 8 : 4), first);
      put32(entries, at + (wide ? 12 : 8), count);
      first += count;
    }
    put32(locals_, 0, 24 + entries.size());
    put32(locals_, 4, first);
    put32(locals_, 8, 24 + entries.size() + nlist.size());
    put32(locals_, 12, strings.size());
    put32(locals_, 16, 24);
    put32(locals_, 20, dylibs_.size());
    locals_ += entries + nlist + strings;
  }

  /// Offsets in the load commands count from the file that the segment lies in.
  void write_load_commands(std::size_t d) {
    Dylib& dylib = dylibs_[d];
    Mapping& mapping = files_[text_file(d)].text;
    const std::uint64_t header = dylib.segment("__TEXT").new_address - mapping.address;
    std::string& bytes = mapping.bytes;
    put32(bytes, header + 24, u32(bytes, header + 24) | 0x80000000);
    const std::uint64_t linkedit = linkedit_file(d).linkedit.file_offset;
    for (const auto& segment : dylib.segments) {
      const Mapping& where = segment.name == "__TEXT"       ? files_[text_file(d)].text
                             : segment.name == "__LINKEDIT" ? linkedit_file(d).linkedit
                                                            : data_file(d).data;
      const bool is_linkedit = segment.name == "__LINKEDIT";
      const std::uint64_t at = header + segment.command_at;
      put64(bytes, at + 24, segment.new_address);
      put64(bytes, at + 32, is_linkedit ? aligned(where.bytes.size()) : segment.size);
      put64(bytes, at + 40, where.file_offset + (segment.new_address - where.address));
      put64(bytes, at + 48, is_linkedit ? where.bytes.size() : segment.size);
    }
    for (const auto& section : dylib.sections) {
      const std::uint64_t moved = dylib.moved(section.old_address);
      put64(bytes, header + section.command_at + 32, moved);
      const Mapping& text = files_[text_file(d)].text;
      const bool is_text = moved >= text.address && moved - text.address < text.bytes.size();
      const Mapping& where = is_text ? text : data_file(d).data;
      put32(bytes, header + section.command_at + 48, where.file_offset + (moved - where.address));
    }
    const std::uint64_t symtab = header + dylib.commands.at(kSymtab);
    put32(bytes, symtab + 8, linkedit + symbols_[d][0]);
    put32(bytes, symtab + 12, symbols_[d][1]);
    put32(bytes, symtab + 16, linkedit + symbols_[d][2]);
    put32(bytes, symtab + 20, symbols_[d][3]);
    const std::uint64_t function_starts = header + dylib.commands.at(kFunctionStarts);
    put32(bytes, function_starts + 8, linkedit + starts_[d].first);
    put32(bytes, function_starts + 12, starts_[d].second);
    const std::uint64_t trie = header + dylib.commands.at(kExportsTrie);
    put32(bytes, trie + 8, linkedit + tries_[d].first);
    put32(bytes, trie + 12, tries_[d].second);
    const std::uint64_t fixups = header + dylib.commands.at(kChainedFixups);
    put32(bytes, fixups + 8, linkedit);
    put32(bytes, fixups + 12, 0);  // They are done.
  }

  std::vector<Mapping*> mappings_of(File& file) const {
    std::vector<Mapping*> all{&file.text};
    if (!file.data.bytes.empty()) all.push_back(&file.data);
    if (!file.linkedit.bytes.empty()) all.push_back(&file.linkedit);
    return all;
  }

  WrittenCache write_files(const fs::path& folder) {
    WrittenCache written;
    written.main_file = folder / ("dyld_shared_cache_" + recipe_.arch);
    for (auto& file : files_) {
      std::uint64_t offset = 0;
      for (Mapping* mapping : mappings_of(file)) {
        if (mapping == &file.linkedit && mapping->bytes.size() < kPage) mapping->bytes.resize(kPage);
        mapping->file_offset = offset;
        mapping->bytes.resize(aligned(mapping->bytes.size()));
        offset += mapping->bytes.size();
      }
    }
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      write_load_commands(d);
      written.addresses[dylibs_[d].path] = dylibs_[d].segment("__TEXT").new_address;
    }
    for (auto& file : files_) {
      const fs::path path = written.main_file.string() + file.suffix;
      write_bytes(path, file_bytes(file));
      written.files.push_back(path);
    }
    if (recipe_.layout != CacheLayout::macos11 && recipe_.with_symbols) {
      const fs::path path = written.main_file.string() + ".symbols";
      write_bytes(path, symbol_file_bytes());
      written.files.push_back(path);
    }
    return written;
  }

  std::string magic() const {
    std::string magic = "dyld_v1";
    magic.resize(15 - recipe_.arch.size(), ' ');
    return magic + recipe_.arch + std::string(1, '\0');
  }

  std::string file_bytes(File& file) {
    const bool is_main = &file == &files_[0];
    std::string tail;
    std::uint64_t end = 0;
    for (const Mapping* mapping : mappings_of(file)) end = mapping->file_offset + mapping->bytes.size();
    const auto append_tail = [&](const std::string& bytes) {
      const std::uint64_t at = end + tail.size();
      tail += bytes;
      tail.resize(aligned(tail.size(), 8));
      return at;
    };

    std::string head(magic());
    const std::uint64_t size = header_size();
    head.resize(size);
    head.replace(88, 16, std::string(file.uuid.begin(), file.uuid.end()));
    put64(head, 104, 1);
    const auto mappings = mappings_of(file);
    put32(head, 16, size);
    put32(head, 20, mappings.size());
    for (const Mapping* mapping : mappings) {
      const std::uint64_t at = head.size();
      put64(head, at, mapping->address);
      put64(head, at + 8, mapping->bytes.size());
      put64(head, at + 16, mapping->file_offset);
      put32(head, at + 24, mapping->protection);
      put32(head, at + 28, mapping->protection);
    }
    const bool with_slide = recipe_.layout != CacheLayout::macos11;
    if (with_slide) {
      put32(head, 312, head.size());
      put32(head, 316, mappings.size());
    }
    for (const Mapping* mapping : mappings) {
      const std::uint64_t info = mapping->slide_info.empty() ? 0 : append_tail(mapping->slide_info);
      if (!with_slide) {
        if (info != 0) {
          put64(head, 56, info);
          put64(head, 64, mapping->slide_info.size());
        }
        continue;
      }
      const std::uint64_t at = head.size();
      put64(head, at, mapping->address);
      put64(head, at + 8, mapping->bytes.size());
      put64(head, at + 16, mapping->file_offset);
      put64(head, at + 24, info);
      put64(head, at + 32, mapping->slide_info.size());
      put64(head, at + 40, 0);
      put32(head, at + 48, mapping->protection);
      put32(head, at + 52, mapping->protection);
    }
    if (is_main) add_lists(head);
    if (is_main && recipe_.layout == CacheLayout::macos11 && recipe_.with_symbols) {
      const std::uint64_t at = append_tail(locals_);
      put64(head, 72, at);
      put64(head, 80, locals_.size());
    }

    std::string bytes;
    for (const Mapping* mapping : mappings) bytes += mapping->bytes;
    if (head.size() > (is_main ? aligned(2048 + dylibs_.size() * 256) : kPage)) {
      throw std::runtime_error("the header has outgrown its room");
    }
    bytes.replace(0, head.size(), head);
    return bytes + tail;
  }

  /// Images, their paths and the sub-caches: the main file's alone.
  void add_lists(std::string& head) const {
    std::uint64_t paths = head.size() + dylibs_.size() * 64 + (files_.size() - 1) * 56;
    const std::uint64_t images = head.size();
    std::string names;
    for (std::size_t d = 0; d < dylibs_.size(); ++d) {
      const auto& dylib = dylibs_[d];
      const auto& text = dylib.segments.front();
      const std::uint64_t at = images + d * 32;
      put64(head, at, text.new_address);
      put64(head, at + 8, 0);
      put64(head, at + 16, 0);
      put32(head, at + 24, paths + names.size());
      put32(head, at + 28, 0);
      const std::uint64_t text_at = images + (dylibs_.size() + d) * 32;
      put32(head, text_at + 28, paths + names.size());
      head.replace(text_at, 16, text.contents.substr(dylib.commands.at(kUuidCommand) + 8, 16));
      put64(head, text_at + 16, text.new_address);
      put32(head, text_at + 24, text.size);
      names += dylib.path + std::string(1, '\0');
    }
    const bool is_old = recipe_.layout == CacheLayout::macos11;
    put32(head, is_old ? 24 : 448, images);
    put32(head, is_old ? 28 : 452, dylibs_.size());
    put64(head, 136, images + dylibs_.size() * 32);
    put64(head, 144, dylibs_.size());
    if (!is_old) {
      const std::uint64_t subs = head.size();
      const std::uint64_t entry = is_new() ? 56 : 24;
      put32(head, 392, subs);
      put32(head, 396, files_.size() - 1);
      for (std::size_t f = 1; f < files_.size(); ++f) {
        const std::uint64_t at = subs + (f - 1) * entry;
        head.resize(at + entry);
        head.replace(at, 16, std::string(files_[f].uuid.begin(), files_[f].uuid.end()));
        put64(head, at + 16, files_[f].text.address - kBase);
        if (is_new()) head.replace(at + 24, files_[f].suffix.size(), files_[f].suffix);
      }
      if (recipe_.with_symbols) {
        const auto uuid = uuid_of(files_.size());
        head.replace(400, 16, std::string(uuid.begin(), uuid.end()));
      }
      put64(head, 224, kBase);
      put64(head, 232, files_.back().linkedit.address + files_.back().linkedit.bytes.size() - kBase);
    }
    if (is_new()) {
      put64(head, 464, files_[0].text.address + buffer_at_ - kBase);
      put64(head, 472, 56);
    }
    head.resize(paths);
    head += names;
  }

  std::string symbol_file_bytes() const {
    std::string head(magic());
    head.resize(header_size());
    const auto uuid = uuid_of(files_.size());
    head.replace(88, 16, std::string(uuid.begin(), uuid.end()));
    put32(head, 16, header_size());
    put32(head, 20, 1);
    const std::uint64_t size = aligned(head.size() + 64 + 56);
    put64(head, header_size(), kBase);  // As the builder has it: the header alone is mapped.
    put64(head, header_size() + 8, size);
    put64(head, header_size() + 16, 0);
    put64(head, header_size() + 24, 0x100000001);
    put32(head, 312, head.size());
    put32(head, 316, 1);
    const std::uint64_t at = head.size();
    put64(head, at, kBase);
    put64(head, at + 8, size);
    head.resize(at + 56);
    put64(head, 72, size);
    put64(head, 80, locals_.size());
    head.resize(size);
    return head + locals_;
  }

  static constexpr std::uint64_t kBufferSize = 0x8000;
  static constexpr std::uint64_t kListsAt = 0x100;
  static constexpr std::uint64_t kSelectorsAt = 0x1000;
  static constexpr std::uint64_t kDeltaMask = 0x00ffff0000000000;

  CacheRecipe recipe_;
  std::vector<Dylib> dylibs_;
  std::vector<std::string> suffixes_;
  std::vector<File> files_;
  std::map<std::string, std::uint64_t> exported_;
  std::map<std::string, std::uint64_t> selectors_;
  std::uint64_t selectors_size_ = 0;
  std::uint64_t buffer_at_ = 0;
  std::map<std::size_t, std::pair<std::uint64_t, std::uint64_t>> starts_, tries_;
  std::map<std::size_t, std::array<std::uint64_t, 4>> symbols_;  // As LC_SYMTAB.
  std::string locals_;
};

}  // namespace

WrittenCache write_cache(const fs::path& folder, const std::vector<CacheDylib>& dylibs,
                         const CacheRecipe& recipe) {
  return Builder(dylibs, recipe).write(folder);
}

}  // namespace faultline::fixtures
