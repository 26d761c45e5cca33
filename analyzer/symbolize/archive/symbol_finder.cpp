#include "analyzer/symbolize/archive/symbol_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "analyzer/symbolize/shared_cache/cache_folder.h"
#include "core/base/enum_text.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr std::array<EnumText<SymbolPlace>, 9> kSymbolPlaces{{
    {SymbolPlace::archive, "archive"},
    {SymbolPlace::given, "given"},
    {SymbolPlace::image_path, "image-path"},
    {SymbolPlace::shared_cache, "shared-cache"},
    {SymbolPlace::beside_image, "beside-image"},
    {SymbolPlace::debug_folder, "debug-folder"},
    {SymbolPlace::spotlight, "spotlight"},
    {SymbolPlace::device_support, "device-support"},
    {SymbolPlace::driver_folder, "driver-folder"},
}};
static_assert(is_complete(kSymbolPlaces, SymbolPlace::driver_folder));

/// The slices of a file; none for what does not begin like a symbol file. One that does so and cannot be
/// read is an issue.
std::vector<SymbolSlice> slices_of(const fs::path& path, std::vector<Issue>& issues) {
  if (!may_hold_symbols(path)) return {};
  const auto file = MappedFile::open(path);
  if (!file) return {};
  auto slices = read_symbol_slices(file->bytes());
  if (slices) return std::move(*slices);
  issues.push_back({path.string(), slices.error().text()});
  return {};
}

std::string describe_image(const Image& image) {
  return image.uuid ? image.uuid->text() : std::string("has no UUID");
}

void refuse(const fs::path& path, const std::vector<SymbolSlice>& slices, const Image& image,
            std::vector<Issue>& issues) {
  std::string held;
  for (const auto& slice : slices) {
    if (!held.empty()) held += ", ";
    held += describe_slice(slice);
  }
  issues.push_back({path.string(), fmt::format("refused: holds {}, but {} in the report is {}", held,
                                               image.display_name(), describe_image(image))});
}

/// Takes the slices of `path` that are of the image's build; false if there are others only.
bool take(SymbolPlace place, const fs::path& path, const std::vector<SymbolSlice>& slices, const Image& image,
          std::vector<FoundSymbols>& found) {
  bool matched = slices.empty();
  for (const auto& slice : slices) {
    if (!is_same_build(slice, image)) continue;
    matched = true;
    const bool known = std::any_of(found.begin(), found.end(),
                                   [&](const FoundSymbols& other) { return other.path == path; });
    if (!known) found.push_back({place, path, slice, {}});
  }
  return matched;
}

/// Takes the image's build out of the caches; false where they do not have it.
bool take_cached(SymbolPlace place, CacheSearch& caches, const Image& image, std::vector<FoundSymbols>& found,
                 std::vector<Issue>& issues) {
  const auto copy = caches.find(image, issues);
  if (!copy) return false;
  const std::size_t before = found.size();
  take(place, copy->path, slices_of(copy->path, issues), image, found);
  for (std::size_t i = before; i < found.size(); ++i) found[i].copied_from = copy->origin;
  return true;
}

fs::path with_suffix(fs::path path, std::string_view suffix) {
  path += suffix;
  return path;
}

}  // namespace

std::string_view symbol_place_text(SymbolPlace place) { return enum_text(kSymbolPlaces, place); }

std::vector<fs::path> files_of_dsym(const fs::path& bundle) {
  std::vector<fs::path> files;
  std::error_code failed;
  const fs::path folder = bundle / "Contents" / "Resources" / "DWARF";
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct SymbolFinder::Index {
  struct File {
    fs::path path;
    std::vector<SymbolSlice> slices;
  };
  std::vector<File> files;
  std::multimap<Uuid, std::size_t> by_uuid;
  std::multimap<std::string, std::size_t> by_name;
  std::vector<fs::path> cache_places;
  std::unique_ptr<CacheSearch> caches;
  std::vector<Issue> issues;

  void add(const fs::path& path) {
    if (may_be_cache_file(path)) {
      cache_places.push_back(path);
      return;
    }
    auto slices = slices_of(path, issues);
    if (slices.empty()) return;
    const std::size_t position = files.size();
    std::set<Uuid> uuids;
    for (const auto& slice : slices) {
      if (slice.uuid) uuids.insert(*slice.uuid);
    }
    for (const auto& uuid : uuids) by_uuid.emplace(uuid, position);
    by_name.emplace(path.filename().string(), position);
    files.push_back({path, std::move(slices)});
  }

  void add_all(const fs::path& root) {
    std::error_code failed;
    if (!fs::is_directory(root, failed)) {
      if (!may_hold_symbols(root) && !may_be_cache_file(root)) {
        issues.push_back({root.string(), "neither a Mach-O nor an ELF file"});
      }
      return add(root);
    }
    std::vector<fs::path> paths;
    constexpr auto kOptions = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator it(root, kOptions, failed), end; !failed && it != end;
         it.increment(failed)) {
      std::error_code unreadable;
      if (it->is_regular_file(unreadable)) paths.push_back(it->path());
    }
    std::sort(paths.begin(), paths.end());  // The order of a folder is no order.
    for (const auto& path : paths) add(path);
  }
};

SymbolFinder::SymbolFinder(SymbolSources places)
    : places_(std::move(places)), host_caches_(places_.cache_places) {}
SymbolFinder::~SymbolFinder() = default;

SymbolFinder::Index& SymbolFinder::index() {
  std::call_once(indexed_, [this] {
    index_ = std::make_unique<Index>();
    for (const auto& root : places_.given) index_->add_all(root);
    index_->caches =
        std::make_unique<CacheSearch>(main_cache_files(std::move(index_->cache_places), index_->issues));
  });
  return *index_;
}

void SymbolFinder::find_given(const Image& image, std::vector<FoundSymbols>& found,
                              std::vector<Issue>& issues) {
  Index& given = index();
  issues.insert(issues.end(), given.issues.begin(), given.issues.end());
  const auto [first, last] = given.by_uuid.equal_range(*image.uuid);
  bool matched = false;
  for (auto it = first; it != last; ++it) {
    const auto& file = given.files[it->second];
    matched = take(SymbolPlace::given, file.path, file.slices, image, found) || matched;
  }
  if (matched || take_cached(SymbolPlace::given, *given.caches, image, found, issues)) return;
  const auto [named, named_end] = given.by_name.equal_range(image.display_name());
  for (auto it = named; it != named_end; ++it) {
    refuse(given.files[it->second].path, given.files[it->second].slices, image, issues);
  }
}

void SymbolFinder::find_by_path(const Image& image, std::vector<FoundSymbols>& found,
                                std::vector<Issue>& issues) {
  const fs::path path = image.path.value_or("");
  if (!path.is_absolute()) return;
  const auto slices = slices_of(path, issues);
  if (!take(SymbolPlace::image_path, path, slices, image, found)) refuse(path, slices, image, issues);
  if (slices.empty()) take_cached(SymbolPlace::shared_cache, host_caches_, image, found, issues);

  // X.dSYM beside X, and Y.app.dSYM beside each bundle around it.
  std::vector<fs::path> bundles{with_suffix(path, ".dSYM")};
  for (fs::path around = path.parent_path(); around != around.root_path(); around = around.parent_path()) {
    if (around.has_extension()) bundles.push_back(with_suffix(around, ".dSYM"));
  }
  for (const auto& bundle : bundles) {
    for (const auto& file : files_of_dsym(bundle)) {
      const auto held = slices_of(file, issues);
      const bool same_name = file.filename() == path.filename();
      if (!take(SymbolPlace::beside_image, file, held, image, found) && same_name) {
        refuse(file, held, image, issues);
      }
    }
  }
}

void SymbolFinder::find_in_device_support(const Image& image, std::vector<FoundSymbols>& found,
                                          std::vector<Issue>& issues) {
  const fs::path path = image.path.value_or("");
  if (!path.is_absolute()) return;
  std::vector<fs::path> systems;
  std::error_code failed;
  for (fs::directory_iterator it(places_.device_support_folder, failed), end; !failed && it != end;
       it.increment(failed)) {
    systems.push_back(it->path());
  }
  std::sort(systems.begin(), systems.end());
  for (const auto& system : systems) {
    const fs::path file = system / "Symbols" / path.relative_path();
    const auto slices = slices_of(file, issues);
    // A folder for each system: all but one are of other builds.
    if (!slices.empty()) take(SymbolPlace::device_support, file, slices, image, found);
  }
}

void SymbolFinder::find_driver(const Image& image, std::vector<FoundSymbols>& found,
                               std::vector<Issue>& issues) {
  if (!image.display_name().starts_with("AGXMetal")) return;
  std::error_code failed;
  for (fs::directory_iterator it(places_.driver_folder, failed), end; !failed && it != end;
       it.increment(failed)) {
    if (!it->path().filename().string().starts_with("AGXMetal")) continue;
    const fs::path file = it->path() / "Contents" / "MacOS" / it->path().stem();
    const auto slices = slices_of(file, issues);
    if (!slices.empty()) take(SymbolPlace::driver_folder, file, slices, image, found);
  }
  if (!found.empty()) return;
  issues.push_back(
      {image.path.value_or(image.display_name()),
       fmt::format("no file of the build {} is here: neither a driver bundle nor anything that Xcode "
                   "keeps or a shared cache, so its frames have the report's own names",
                   describe_image(image))});
}

std::vector<FoundSymbols> SymbolFinder::find(const Image& image, std::vector<Issue>& issues) {
  std::vector<FoundSymbols> found;
  if (!image.uuid || image.uuid->is_zero()) return found;
  if (!places_.archive_folder.empty()) {
    for (const auto& entry : SymbolArchive(places_.archive_folder).find(*image.uuid)) {
      take(SymbolPlace::archive, entry.path, {entry.slice}, image, found);
    }
  }
  find_given(image, found, issues);
  if (places_.use_image_paths) find_by_path(image, found, issues);
  if (image.build_id.size() > 2) {
    for (const auto& folder : places_.debug_folders) {
      const fs::path file =
          folder / ".build-id" / image.build_id.substr(0, 2) / (image.build_id.substr(2) + ".debug");
      take(SymbolPlace::debug_folder, file, slices_of(file, issues), image, found);
    }
  }
  // The slow places only where nothing better is known.
  const auto has_dwarf = [&] {
    return std::any_of(found.begin(), found.end(), [](const FoundSymbols& f) { return f.slice.has_dwarf; });
  };
  if (places_.use_spotlight && !has_dwarf()) {
    for (const auto& file : find_with_spotlight(*image.uuid)) {
      take(SymbolPlace::spotlight, file, slices_of(file, issues), image, found);
    }
  }
  if (!places_.device_support_folder.empty() && found.empty()) find_in_device_support(image, found, issues);
  if (!places_.driver_folder.empty() && found.empty()) find_driver(image, found, issues);
  return found;
}

}  // namespace faultline
