#include "app/bundle/feedback_bundle.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "core/files/text_file.h"
#include "core/text/text_escape.h"
#include "reports/bundles/manifest.h"
#include "reports/formats/archive_file.h"

namespace faultline {
namespace {

constexpr const char* kManifest = "MANIFEST.json";

/// A folder or file that goes unless it was kept.
class Temporary {
 public:
  explicit Temporary(std::filesystem::path path) : path_(std::move(path)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::filesystem::path beside(const std::filesystem::path& path, const char* what) {
  return path.parent_path() / fmt::format(".{}.{}-{}", path.filename().string(), what, ::getpid());
}

Result<void> check_place(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return {};
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorKind::invalid_argument, folder.string() + " is a file; --out names a folder");
  }
  const bool is_bundle = std::filesystem::exists(folder / kManifest, error);
  if (!is_bundle && !std::filesystem::is_empty(folder, error)) {
    return fail(
        ErrorKind::invalid_argument,
        folder.string() + " is not empty and no bundle: nothing in it is touched; give another --out");
  }
  return {};
}

Failure leak_failure(const LeakCheck& check) {
  std::string text = fmt::format("{} private values are left, so nothing was written:", check.hits.size());
  for (const auto& hit : check.hits) {
    text += fmt::format("\n  {}: {} \"{}\" ({})", hit.file, hit.target.what, shown_value(hit.target),
                        hit.reading);
  }
  return fail(ErrorKind::unsupported,
              text + "\ntake it out of the attached file or of feedback.toml, or report our mistake");
}

Result<void> move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
  const Temporary old(beside(to, "old"));
  std::error_code error;
  if (std::filesystem::exists(to)) std::filesystem::rename(to, old.path(), error);
  if (!error) std::filesystem::rename(from, to, error);
  if (error) return fail(ErrorKind::io, "cannot write " + to.string() + ": " + error.message());
  return {};
}

/// Texts in UTF-16, and what only looks like a text: nobody could say what the scrubbing missed.
Result<void> check_can_be_scrubbed(const std::filesystem::path& file, const std::string& bytes) {
  if (bytes.find('\0') == std::string::npos) return {};
  const bool is_utf16 =
      bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff") ||
      std::count(bytes.begin(), bytes.end(), '\0') * 3 >= static_cast<std::ptrdiff_t>(bytes.size());
  return fail(ErrorKind::invalid_argument,
              fmt::format("{} {}, and cannot be scrubbed; {}", file.string(),
                          is_utf16 ? "is UTF-16" : "holds NUL bytes",
                          is_utf16 ? "convert it to UTF-8" : "--attach adds it as it is, if it may be seen"));
}

/// A name that stays inside of the bundle and is the same on every system: letters, digits and plain signs.
std::string plain_name(const std::filesystem::path& path) {
  std::string name;
  for (const auto& part : path) {
    if (part == "." || part == ".." || part == "/" || part.empty()) continue;
    if (!name.empty()) name += '/';
    for (const char c : part.string()) {
      const bool plain = static_cast<unsigned char>(c) >= 0x20 && c != 0x7f &&
                         std::string_view("\\:*?\"<>|").find(c) == std::string_view::npos;
      name += plain ? c : '_';
    }
  }
  return name.empty() ? std::string("unnamed") : valid_utf8(name);
}

/// What a command that was killed left beside the bundle. An older bundle that it had moved away goes back.
void sweep(const std::filesystem::path& folder) {
  std::error_code error;
  const auto begin = "." + folder.filename().string() + ".";
  for (auto it = std::filesystem::directory_iterator(folder.parent_path(), error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    const auto name = it->path().filename().string();
    const bool is_old = name.starts_with(begin + "old-");
    if (!is_old && !name.starts_with(begin + "new-")) continue;
    const auto pid = std::atol(name.c_str() + begin.size() + 4);
    if (pid <= 0 || ::kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH) continue;
    std::error_code ignored;
    if (is_old && !std::filesystem::exists(folder, ignored)) {
      std::filesystem::rename(it->path(), folder, ignored);
    } else {
      std::filesystem::remove_all(it->path(), ignored);
    }
  }
}

}  // namespace

void FeedbackBundle::add(const std::string& path, std::string bytes, std::string made_by) {
  files_[path] = {std::move(bytes), std::move(made_by)};
}

Result<void> FeedbackBundle::add_from_disk(const std::string& prefix, const std::filesystem::path& path,
                                           const std::string& made_by, Scrubber* scrubber) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  const bool folder = std::filesystem::is_directory(path, error);
  if (folder) {
    for (auto it = std::filesystem::recursive_directory_iterator(path, error);
         !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
      if (it->is_regular_file() && !it->is_symlink()) files.push_back(it->path());
    }
    if (error) return fail(ErrorKind::io, path.string() + ": " + error.message());
  } else {
    files.push_back(path);
  }
  std::sort(files.begin(), files.end());
  // `..` and `.` have a name of their own.
  const auto root =
      folder ? std::filesystem::weakly_canonical(path, error).filename() : std::filesystem::path();
  for (const auto& file : files) {
    TRY_ASSIGN(auto bytes, read_file(file));
    auto name = plain_name(folder ? root / file.lexically_relative(path) : file.filename());
    if (scrubber != nullptr) {
      TRY(check_can_be_scrubbed(file, bytes));
      name = scrubber->scrub_path(name);
      bytes = scrubber->scrub_text(bytes);
    }
    if (files_.contains(prefix + name) && files_[prefix + name].bytes != bytes) {
      return fail(
          ErrorKind::invalid_argument,
          fmt::format("{} would take the place of another {}; rename one", file.string(), prefix + name));
    }
    add(prefix + name, std::move(bytes), made_by);
  }
  return {};
}

std::vector<std::string> FeedbackBundle::paths() const {
  std::vector<std::string> all;
  for (const auto& [path, file] : files_) all.push_back(path);
  return all;
}

bool FeedbackBundle::contains(const std::string& path) const {
  const auto at = files_.lower_bound(path);
  return at != files_.end() && (at->first == path || (path.ends_with('/') && at->first.starts_with(path)));
}

Result<void> FeedbackBundle::write(const std::filesystem::path& folder) const {
  std::vector<ManifestEntry> entries;
  for (const auto& [path, file] : files_) {
    const auto target = folder / path;
    std::error_code error;
    std::filesystem::create_directories(target.parent_path(), error);
    if (error)
      return fail(ErrorKind::io, "cannot make " + target.parent_path().string() + ": " + error.message());
    TRY(write_file_atomically(target, file.bytes));
    entries.push_back({path, sha256_hex(file.bytes), file.bytes.size(), file.made_by});
  }
  return write_file_atomically(folder / kManifest, manifest_json(std::move(entries)));
}

Result<LeakCheck> publish_bundle(const FeedbackBundle& bundle, const BundlePlace& place,
                                 const std::vector<LeakTarget>& targets,
                                 const std::vector<LeakAllowance>& allowed) {
  sweep(place.folder);
  TRY(check_place(place.folder));
  // The folder inside keeps its last name, so that the zip's names are right.
  const Temporary work(beside(place.folder, "new"));
  const auto folder = work.path() / place.folder.filename();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::io, "cannot make " + folder.string() + ": " + error.message());
  TRY(bundle.write(folder));
  const auto zip_name = place.folder.filename().string() + ".zip";
  if (place.zip) TRY(write_zip(work.path() / zip_name, folder));
  TRY_ASSIGN(auto check, check_for_leaks(work.path(), targets, allowed));
  if (!check.hits.empty()) return leak_failure(check);
  TRY(move_into_place(folder, place.folder));
  if (place.zip) TRY(move_into_place(work.path() / zip_name, place.folder.parent_path() / zip_name));
  return check;
}

}  // namespace faultline
