#include "app/report/export_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <system_error>

namespace faultline {
namespace {

Result<void> write_store(Store& from, const RunRecord& run, const std::filesystem::path& path) {
  TRY_ASSIGN(auto to, Store::open(path, OpenMode::read_write_create));
  TRY(to.merge_run_from(from.path(), run.uuid));
  return to.seal();
}

}  // namespace

Result<void> check_nothing_is_there(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  return fail(ErrorKind::invalid_argument,
              path.string() + " is there already; an export is never written over");
}

Result<void> export_run(Store& from, const RunRecord& run, const std::filesystem::path& path) {
  TRY(check_nothing_is_there(path));
  std::error_code error;
  const auto unfinished =
      path.parent_path() / fmt::format(".{}.tmp-{}", path.filename().string(), ::getpid());
  auto written = write_store(from, run, unfinished);
  if (written) {
    using std::filesystem::perms;
    std::filesystem::permissions(unfinished, perms::owner_read | perms::group_read | perms::others_read,
                                 error);
    if (!error) std::filesystem::rename(unfinished, path, error);
    if (error) written = fail(ErrorKind::io, "cannot write " + path.string() + ": " + error.message());
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(unfinished.string() + end, error);
  return written;
}

}  // namespace faultline
