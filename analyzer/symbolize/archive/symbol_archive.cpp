#include "analyzer/symbolize/archive/symbol_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "analyzer/symbolize/archive/cache_search.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/names/readable_name.h"
#include "analyzer/symbolize/shared_cache/cache_folder.h"
#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "analyzer/symbolize/shared_cache/extracted_image.h"
#include "core/base/hash.h"
#include "core/files/text_file.h"
#include "core/text/glob.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOriginFile = "origin.txt";

/// The name under which a file is stored: its own, unless that has a meaning in the archive.
std::string archived_name(const std::string& name) {
  return name == kOriginFile || name.starts_with(".") ? "_" + name : name;
}

/// Reads back one folder `<kind>-<hash>`; nullopt for anything that is not one.
std::optional<ArchiveEntry> read_entry(const fs::path& folder) {
  std::error_code failed;
  ArchiveEntry entry;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    if (name == kOriginFile || name.starts_with(".")) continue;
    entry.name = name;
    entry.path = it->path();
  }
  if (entry.path.empty()) return std::nullopt;
  const auto file = MappedFile::open(entry.path);
  if (!file) return std::nullopt;
  auto slices = read_symbol_slices(file->bytes());
  if (!slices || slices->size() != 1) return std::nullopt;
  entry.slice = slices->front();
  if (auto origin = read_file(folder / kOriginFile, 65536)) entry.origin = *origin;
  return entry;
}

std::vector<ArchiveEntry> read_entries(const fs::path& uuid_folder) {
  std::vector<ArchiveEntry> entries;
  std::error_code failed;
  for (fs::directory_iterator it(uuid_folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (auto entry = read_entry(it->path())) entries.push_back(std::move(*entry));
  }
  std::sort(entries.begin(), entries.end(), [](const ArchiveEntry& a, const ArchiveEntry& b) {
    return std::tuple(!a.slice.has_dwarf, a.path) < std::tuple(!b.slice.has_dwarf, b.path);
  });
  return entries;
}

/// `AGX::f(int) const` -> `AGX::f`; Objective-C names and operator() stay whole.
std::string_view without_parameters(std::string_view readable) {
  if (readable.starts_with("-[") || readable.starts_with("+[")) return readable;
  int depth = 0;
  for (std::size_t i = 0; i < readable.size(); ++i) {
    const char c = readable[i];
    if (c == '<') ++depth;
    if (c == '>' && depth > 0) --depth;
    const bool begins_list = c == '(' && depth == 0 && i > 0 && !readable.substr(i).starts_with("(anonymous");
    if (begins_list && !readable.substr(0, i).ends_with("operator")) return readable.substr(0, i);
  }
  return readable;
}

}  // namespace

bool WantedImages::contains(const CachedImage& image) const {
  if (image.uuid && uuids.contains(*image.uuid)) return true;
  const std::string name = fs::path(image.path).filename().string();
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fits_glob(name, pattern); });
}

Result<ArchiveAddition> SymbolArchive::add(const fs::path& path, const WantedImages& wanted) {
  ArchiveAddition outcome;
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (!fs::exists(status)) return fail(ErrorKind::io, path.string() + " does not exist");
  std::vector<fs::path> cache_files;
  if (!fs::is_directory(status)) {
    if (may_be_cache_file(path)) {
      cache_files.push_back(path);
    } else {
      TRY(add_file(path, nullptr, {}, outcome));
    }
  } else {
    constexpr auto kOptions = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(path, kOptions, failed), end; it != end; it.increment(failed)) {
      std::error_code unreadable;
      const bool is_file = it->is_regular_file(unreadable);
      if (is_file && may_hold_symbols(it->path())) {
        TRY(add_file(it->path(), nullptr, {}, outcome));
      } else if (is_file && may_be_cache_file(it->path())) {
        cache_files.push_back(it->path());
      }
      if (failed) break;
    }
    if (failed) outcome.issues.push_back({path.string(), "not read to its end: " + failed.message()});
  }
  for (const auto& main_file : main_cache_files(std::move(cache_files), outcome.issues)) {
    TRY(add_cache(main_file, wanted, outcome));
  }
  return outcome;
}

Result<std::optional<ArchiveEntry>> SymbolArchive::add_image(const fs::path& path, const Image& image,
                                                             const std::string& origin) {
  if (!may_hold_symbols(path)) return std::optional<ArchiveEntry>();
  ArchiveAddition outcome;
  TRY(add_file(path, &image, origin, outcome));
  if (!outcome.added.empty()) return std::optional(outcome.added.front());
  if (!outcome.present.empty()) return std::optional(outcome.present.front());
  return std::optional<ArchiveEntry>();
}

Result<void> SymbolArchive::add_file(const fs::path& path, const Image* wanted, const std::string& origin,
                                     ArchiveAddition& outcome) {
  const auto file = MappedFile::open(path);
  if (!file) {
    outcome.issues.push_back({path.string(), file.error().text()});
    return {};
  }
  const auto slices = read_symbol_slices(file->bytes());
  if (!slices) {
    outcome.issues.push_back({path.string(), slices.error().text()});
    return {};
  }
  Provenance provenance{path.filename().string(), origin};
  if (origin.empty()) {
    std::error_code failed;
    const fs::path absolute = fs::absolute(path, failed);
    provenance.origin = failed ? path.string() : absolute.string();
  } else {
    provenance.name = fs::path(origin).filename().string();
  }
  for (const auto& slice : *slices) {
    if (wanted != nullptr && !is_same_build(slice, *wanted)) continue;
    if (!slice.uuid) {
      outcome.issues.push_back({path.string(), slice.arch + " slice has neither a UUID nor a build-id"});
      continue;
    }
    TRY(store(provenance, file->bytes().substr(slice.offset, slice.size_bytes), slice, outcome));
  }
  return {};
}

Result<void> SymbolArchive::add_cache(const fs::path& main_file, const WantedImages& wanted,
                                      ArchiveAddition& outcome) {
  const auto cache = DyldCache::open(main_file);
  if (!cache) {
    outcome.issues.push_back({main_file.string(), cache.error().text()});
    return {};
  }
  ArchivedCache summary{main_file, cache->images().size(), 0};
  std::vector<std::string> problems;
  if (auto damage = cache->damage()) problems.push_back(std::move(*damage));
  std::size_t unread = 0;
  for (const auto& image : cache->images()) {
    if (!wanted.contains(image)) continue;
    ++summary.wanted;
    const auto bytes = extract_image(*cache, image);
    if (!bytes) {
      if (unread++ == 0) problems.push_back(bytes.error().text());
      continue;
    }
    TRY_ASSIGN(const auto slices, read_symbol_slices(*bytes));
    TRY(store({fs::path(image.path).filename().string(), cached_image_origin(main_file, image)}, *bytes,
              slices.front(), outcome));
  }
  if (unread > 1) problems.push_back(fmt::format("{} more images could not be read", unread - 1));
  if (!problems.empty()) {
    outcome.issues.push_back({main_file.string(), fmt::format("{}", fmt::join(problems, "; "))});
  }
  outcome.caches.push_back(std::move(summary));
  return {};
}

Result<void> SymbolArchive::store(const Provenance& provenance, std::string_view bytes,
                                  const SymbolSlice& slice, ArchiveAddition& outcome) {
  const std::string id = slice.uuid->text();
  const fs::path folder = folder_ / id.substr(0, 2) / id /
                          fmt::format("{}-{}", symbol_file_kind_text(slice.kind), hash64_hex(bytes));
  if (auto present = read_entry(folder)) {
    outcome.present.push_back(std::move(*present));
    return {};
  }
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return fail(ErrorKind::io, "cannot make " + folder.string() + ": " + failed.message());
  ArchiveEntry entry;
  entry.name = archived_name(provenance.name);
  entry.path = folder / entry.name;
  entry.origin = provenance.origin;
  entry.slice = slice;
  entry.slice.offset = 0;
  TRY(write_file_atomically(folder / kOriginFile, entry.origin));
  TRY(write_file_atomically(entry.path, bytes, Durability::synced));
  outcome.added.push_back(std::move(entry));
  return {};
}

std::vector<ArchiveEntry> SymbolArchive::find(const Uuid& uuid) const {
  const std::string id = uuid.text();
  return read_entries(folder_ / id.substr(0, 2) / id);
}

std::vector<ArchiveEntry> SymbolArchive::list() const {
  std::vector<ArchiveEntry> all;
  std::error_code failed;
  for (fs::directory_iterator outer(folder_, failed), end; !failed && outer != end; outer.increment(failed)) {
    std::error_code unreadable;
    for (fs::directory_iterator inner(outer->path(), unreadable); !unreadable && inner != end;
         inner.increment(unreadable)) {
      for (auto& entry : read_entries(inner->path())) all.push_back(std::move(entry));
    }
  }
  std::sort(all.begin(), all.end(), [](const ArchiveEntry& a, const ArchiveEntry& b) {
    return std::tie(a.name, a.slice.uuid, a.path) < std::tie(b.name, b.slice.uuid, b.path);
  });
  return all;
}

std::vector<SymbolAddress> SymbolArchive::lookup(std::string_view function) const {
  std::vector<SymbolAddress> found;
  for (const auto& entry : list()) {
    const auto file = MappedFile::open(entry.path);
    if (!file) continue;
    const FunctionTable table = FunctionTable::read(file->bytes());
    for (const auto& candidate : table.functions()) {
      const std::string readable = readable_name(candidate.name);
      if (candidate.name != function && readable != function && without_parameters(readable) != function) {
        continue;
      }
      const bool known = std::any_of(found.begin(), found.end(), [&](const SymbolAddress& row) {
        return row.entry.slice.uuid == entry.slice.uuid && row.address == candidate.start;
      });
      if (known) continue;
      found.push_back({entry, readable, candidate.start,
                       ImageOffset{candidate.start.value - entry.slice.link_base.value}, candidate.size_bytes,
                       candidate.origin});
    }
  }
  return found;
}

}  // namespace faultline
