#include "reports/formats/archive_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <system_error>

#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::uint64_t kMostUnpackedBytes = 1ULL << 30;
/// 1980-01-01, the first time that a zip can say.
constexpr std::time_t kNoTime = 315'532'800;

struct ReaderCloser {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct WriterCloser {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct EntryCloser {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Reader = std::unique_ptr<archive, ReaderCloser>;
using Writer = std::unique_ptr<archive, WriterCloser>;
using Entry = std::unique_ptr<archive_entry, EntryCloser>;

Failure archive_failure(archive* of, const std::string& doing) {
  const char* why = archive_error_string(of);
  return fail(ErrorKind::io, doing + ": " + (why != nullptr ? why : "unknown failure of libarchive"));
}

Result<void> add_file(archive* writer, const std::string& name, const std::filesystem::path& path) {
  TRY_ASSIGN(const auto bytes, read_file(path));
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname_utf8(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(bytes.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_mtime(entry.get(), kNoTime, 0);
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK)
    return archive_failure(writer, "writing " + name);
  if (archive_write_data(writer, bytes.data(), bytes.size()) < 0)
    return archive_failure(writer, "writing " + name);
  return {};
}

Result<std::string> read_member(archive* reader, std::uint64_t& total) {
  std::string bytes;
  std::array<char, 64 * 1024> buffer{};
  while (true) {
    const auto got = archive_read_data(reader, buffer.data(), buffer.size());
    if (got < 0) return archive_failure(reader, "reading inside of an archive");
    if (got == 0) return bytes;
    total += static_cast<std::uint64_t>(got);
    if (total > kMostUnpackedBytes)
      return fail(ErrorKind::unsupported, "the archive unpacks to more than 1 GiB");
    bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<void> write_zip(const std::filesystem::path& path, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (auto it = std::filesystem::recursive_directory_iterator(folder, error);
       !error && it != std::filesystem::recursive_directory_iterator(); it.increment(error)) {
    if (it->is_regular_file()) files.push_back(it->path());
  }
  if (error) return fail(ErrorKind::io, folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  const auto unfinished =
      path.parent_path() / ("." + path.filename().string() + ".tmp-" + std::to_string(::getpid()));
  const auto write = [&]() -> Result<void> {
    const Writer writer(archive_write_new());
    if (archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
        archive_write_open_filename(writer.get(), unfinished.c_str()) != ARCHIVE_OK) {
      return archive_failure(writer.get(), "cannot write " + path.string());
    }
    for (const auto& file : files) {
      const auto name = folder.filename() / file.lexically_relative(folder);
      TRY(add_file(writer.get(), name.generic_string(), file));
    }
    if (archive_write_close(writer.get()) != ARCHIVE_OK)
      return archive_failure(writer.get(), "cannot write " + path.string());
    return {};
  };
  auto written = write();
  if (written) std::filesystem::rename(unfinished, path, error);
  if (!written || error) {
    std::error_code ignored;
    std::filesystem::remove(unfinished, ignored);
  }
  if (error) return fail(ErrorKind::io, "cannot write " + path.string() + ": " + error.message());
  return written;
}

Result<std::vector<ArchiveMember>> read_archive(std::string_view bytes) {
  const Reader reader(archive_read_new());
  archive_read_support_filter_all(reader.get());
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_7zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_format_cpio(reader.get());
  archive_read_support_format_raw(reader.get());
  std::vector<ArchiveMember> members;
  // Opening fails on bytes that are nothing that libarchive knows; an empty file is such, too.
  if (bytes.empty() || archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return members;
  std::uint64_t total = 0;
  while (true) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return members;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) {
      if (members.empty() && archive_format(reader.get()) == 0) return members;
      return archive_failure(reader.get(), "reading inside of an archive");
    }
    // Raw takes anything; it means something only behind a decompressor.
    const bool raw = archive_format(reader.get()) == ARCHIVE_FORMAT_RAW;
    if (raw && archive_filter_code(reader.get(), 0) == ARCHIVE_FILTER_NONE) return members;
    const char* name = archive_entry_pathname_utf8(entry);
    if (name == nullptr) name = archive_entry_pathname(entry);
    ArchiveMember member{name != nullptr ? name : "?", {}};
    TRY_ASSIGN(member.bytes, read_member(reader.get(), total));
    members.push_back(std::move(member));
  }
}

}  // namespace faultline
