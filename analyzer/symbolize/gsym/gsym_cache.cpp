#include "analyzer/symbolize/gsym/gsym_cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/mapped_file.h"
#include "core/base/hash.h"
#include "core/base/scoped_fd.h"
#include "core/files/text_file.h"
#include "core/process/this_program.h"
#include "core/process/tool_process.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLayout = "v1";
constexpr auto kAbandonedAfter = std::chrono::hours(24);
constexpr auto kTouchAfter = std::chrono::hours(1);

std::string stamp_hash(const FileStamp& stamp, const SymbolSlice& slice) {
  return hash64_hex(fmt::format("{} {} {} {} {} {}", stamp.device, stamp.inode, stamp.size_bytes,
                                stamp.modified_ns, slice.offset, slice.size_bytes));
}

/// Of every state that a file was ever in, another one.
std::string state_hash(const FileStamp& stamp) {
  return hash64_hex(fmt::format("{} {} {} {} {}", stamp.device, stamp.inode, stamp.size_bytes,
                                stamp.modified_ns, stamp.changed_ns));
}

bool is_settled(const FileStamp& stamp, std::chrono::milliseconds after) {
  const auto age =
      std::chrono::system_clock::now().time_since_epoch() - std::chrono::nanoseconds(stamp.changed_ns);
  return age >= after;
}

/// Held while one process converts; the system releases it when the process dies.
ScopedFd lock_exclusively(const fs::path& path) {
  ScopedFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  while (fd.valid() && ::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) break;  // No locks here (some network file systems): at worst the work is done twice.
  }
  return fd;
}

/// Marks as used, for trim(). Not at every hit: that would be a write per module and report.
void touch(const fs::path& path) {
  std::error_code failed;
  const auto now = fs::file_time_type::clock::now();
  const auto used = fs::last_write_time(path, failed);
  if (!failed && now - used > kTouchAfter) fs::last_write_time(path, now, failed);
}

/// Makes or replaces a symbolic link at once.
void point_link(const fs::path& link, const std::string& target) {
  static std::atomic<unsigned> counter{0};
  std::error_code failed;
  const fs::path fresh = link.parent_path() / fmt::format(".tmp-{}-{}", ::getpid(), counter.fetch_add(1));
  fs::create_symlink(target, fresh, failed);
  if (!failed) fs::rename(fresh, link, failed);
  if (failed) fs::remove(fresh, failed);
}

}  // namespace

GsymCache::GsymCache(GsymCacheOptions options) : options_(std::move(options)) {
  if (options_.converter.empty()) options_.converter = this_program();
  if (!options_.folder.empty()) return;
  std::error_code failed;
  auto base = fs::temp_directory_path(failed);
  if (failed) base = "/tmp";
  std::string pattern = (base / "faultline-gsym-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) private_folder_ = pattern;
}

GsymCache::~GsymCache() {
  std::error_code ignored;
  if (!private_folder_.empty()) fs::remove_all(private_folder_, ignored);
}

Result<fs::path> GsymCache::root() {
  const fs::path root = (options_.folder.empty() ? private_folder_ : options_.folder) / kLayout;
  std::error_code failed;
  fs::create_directories(root / "locks", failed);
  if (failed)
    return fail(ErrorKind::io, "cannot make the symbol cache " + root.string() + ": " + failed.message());
  return root;
}

Result<GsymFile> GsymCache::open(const fs::path& file, const SymbolSlice& slice, GsymContent content,
                                 std::vector<Issue>& issues) {
  if (!slice.uuid) return fail(ErrorKind::symbols, file.string() + " has no UUID");
  TRY_ASSIGN(const fs::path top, root());
  TRY_ASSIGN(const auto source, MappedFile::open(file));
  const std::string id = slice.uuid->text();
  Entry entry;
  entry.folder = top / id.substr(0, 2) / id;
  entry.alias =
      entry.folder / fmt::format("{}-at-{}", gsym_content_text(content), stamp_hash(source.stamp(), slice));

  std::error_code failed;
  const fs::path target = fs::read_symlink(entry.alias, failed);
  if (!failed && target.extension() == ".gsym") {
    if (auto cached = open_cached(entry.folder / target.filename(), *slice.uuid, issues)) return cached;
  }
  return open_by_content(entry, file, slice, content, issues);
}

Result<GsymFile> GsymCache::open_cached(const fs::path& path, const Uuid& uuid, std::vector<Issue>& issues) {
  const auto stamp = find_file_stamp(path);
  const std::string state = stamp ? state_hash(*stamp) : std::string();
  fs::path record = path;
  record.replace_extension(".whole");
  std::error_code none;
  const bool was_whole = stamp && fs::read_symlink(record, none) == state;
  auto opened = GsymFile::open(path, uuid, was_whole ? GsymCheck::footer : GsymCheck::whole);
  if (opened) {
    if (!was_whole && stamp && is_settled(*stamp, options_.settled_after)) point_link(record, state);
    touch(path);
  } else if (opened.error().kind() == ErrorKind::symbols) {
    issues.push_back(
        {path.string(), "cached symbols are damaged and were made anew: " + opened.error().text()});
    std::error_code ignored;
    fs::remove(path, ignored);
  }
  return opened;
}

Result<GsymFile> GsymCache::open_by_content(Entry& entry, const fs::path& file, const SymbolSlice& slice,
                                            GsymContent content, std::vector<Issue>& issues) {
  {
    TRY_ASSIGN(const auto source, MappedFile::open(file));
    const auto bytes = ByteView(source.bytes()).slice(slice.offset, slice.size_bytes);
    if (!bytes) return fail(ErrorKind::symbols, "the slice lies outside of " + file.string());
    entry.stem = fmt::format("{}-{}", gsym_content_text(content), hash64_hex(*bytes));
  }
  std::error_code failed;
  fs::create_directories(entry.folder, failed);
  if (failed) return fail(ErrorKind::io, "cannot make " + entry.folder.string() + ": " + failed.message());

  TRY_ASSIGN(const fs::path top, root());
  const ScopedFd lock = lock_exclusively(top / "locks" / slice.uuid->text().substr(0, 2));
  const fs::path cached = entry.folder / (entry.stem + ".gsym");
  if (fs::exists(cached, failed)) {
    if (auto opened = open_cached(cached, *slice.uuid, issues)) {
      point_link(entry.alias, cached.filename().string());
      return opened;
    }
  }
  if (const auto reason = read_file(entry.folder / (entry.stem + ".failed"), 65536)) {
    return fail(ErrorKind::symbols, *reason);
  }
  TRY_ASSIGN(auto made, convert(entry, file, slice, content));
  point_link(entry.alias, cached.filename().string());
  trim(top, cached);
  return made;
}

Result<GsymFile> GsymCache::convert(const Entry& entry, const fs::path& file, const SymbolSlice& slice,
                                    GsymContent content) {
  if (options_.converter.empty()) return fail(ErrorKind::process, "this program cannot start itself again");
  GsymConversion conversion;
  conversion.input = file;
  conversion.offset = slice.offset;
  conversion.size_bytes = slice.size_bytes;
  conversion.content = content;
  conversion.output = entry.folder / fmt::format(".tmp-{}-{}", ::getpid(), entry.stem);
  std::error_code ignored;
  if (const auto failure = convert_in_child(options_.converter, conversion, options_.conversion)) {
    fs::remove(conversion.output, ignored);
    if (!failure->is_lasting) return fail(ErrorKind::process, failure->message);
    static_cast<void>(write_file_atomically(entry.folder / (entry.stem + ".failed"), failure->message));
    return fail(ErrorKind::symbols, failure->message);
  }
  // The child wrote it, but it read damaged data: what does not verify does not enter the cache.
  auto made = GsymFile::open(conversion.output, *slice.uuid);
  std::error_code failed;
  if (made) fs::rename(conversion.output, entry.folder / (entry.stem + ".gsym"), failed);
  if (!made || failed) fs::remove(conversion.output, ignored);
  return made;
}

void GsymCache::trim(const fs::path& root, const fs::path& newest) const {
  struct Aged {
    fs::path path;
    fs::file_time_type used;
    std::uint64_t size_bytes;
  };
  std::vector<Aged> files;
  std::vector<fs::path> links;
  std::uint64_t total = 0;
  std::error_code failed;
  const auto now = fs::file_time_type::clock::now();
  for (fs::recursive_directory_iterator it(root, failed), end; !failed && it != end; it.increment(failed)) {
    std::error_code gone;
    if (it->is_symlink(gone)) {
      links.push_back(it->path());
    } else if (it->path().filename().string().starts_with(".tmp-")) {
      if (now - it->last_write_time(gone) > kAbandonedAfter && !gone) fs::remove(it->path(), gone);
    } else if (it->path().extension() == ".gsym") {
      const auto size = it->file_size(gone);
      const auto used = it->last_write_time(gone);
      if (gone) continue;
      files.push_back({it->path(), used, size});
      total += size;
    }
  }
  if (total <= options_.limit_bytes) return;
  std::sort(files.begin(), files.end(), [](const Aged& a, const Aged& b) { return a.used < b.used; });
  for (const auto& file : files) {
    if (total <= options_.limit_bytes / 5 * 4) break;
    if (file.path == newest) continue;
    fs::remove(file.path, failed);
    total -= file.size_bytes;
  }
  for (const auto& link : links) {
    std::error_code gone;
    if (!fs::exists(link, gone)) fs::remove(link, gone);  // Follows the link: false where its target went.
  }
}

}  // namespace faultline
