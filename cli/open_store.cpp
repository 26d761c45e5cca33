#include "cli/open_store.h"

#include <set>
#include <system_error>

#include "cli/terminal.h"

namespace faultline {
namespace {

/// Once, however often a command opens its store.
void say_store(const CommandContext& context) {
  static std::set<std::filesystem::path> said;
  if (said.insert(context.db_path()).second) note(context, "Store: " + context.db_path().string());
}

Result<Store> open_existing(const CommandContext& context, OpenMode mode) {
  const auto path = context.db_path();
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(ErrorKind::io, "there is no store at " + path.string() +
                                   "; name one with --db or FAULTLINE_DB, or make one with run or import");
  }
  TRY_ASSIGN(auto store, Store::open(path, mode));
  if (context.verbosity > 0 || context.db_option.empty()) say_store(context);
  return store;
}

}  // namespace

Result<Store> open_store_to_read(const CommandContext& context) {
  return open_existing(context, OpenMode::read_only);
}

Result<Store> open_store_to_change(const CommandContext& context) {
  return open_existing(context, OpenMode::read_write);
}

Result<Store> open_or_create_store(const CommandContext& context) {
  const auto folder = context.db_path().parent_path();
  std::error_code error;
  if (!folder.empty()) std::filesystem::create_directories(folder, error);
  if (error) return fail(io_error("cannot make the folder " + folder.string(), error.value()));
  TRY_ASSIGN(auto store, Store::open(context.db_path(), OpenMode::read_write_create));
  say_store(context);
  return store;
}

}  // namespace faultline
