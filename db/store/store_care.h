// A store looked after: what is wrong with a file, what of it can be saved, a copy of it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace faultline {

class Connection;

/// One thing that is wrong with a store, or that could not be saved from it.
struct StoreProblem {
  /// `file` (cannot be opened), `structure` (SQLite's own checks), `reference` (a row refers to nothing),
  /// `raw` (a raw report cannot be had back), `copy` (one of two copies is damaged, nothing is lost), `tally`
  /// (a count does not fit its rows), `row` (a row could not be saved).
  std::string kind;
  std::string where;  ///< A table, a report's incident, a cell, a site.
  std::string message;
  friend bool operator==(const StoreProblem&, const StoreProblem&) = default;
  friend auto operator<=>(const StoreProblem&, const StoreProblem&) = default;
};

/// All that is wrong with a file; empty is sound. Reads all of it. Never fails: what cannot be looked at is a
/// problem, too.
std::vector<StoreProblem> check_store(const std::filesystem::path& path);
/// The same for an open store.
std::vector<StoreProblem> check_store(Connection& connection);

struct StoreRepair {
  std::int64_t rows = 0;           ///< Saved.
  std::vector<StoreProblem> lost;  ///< Also kept in the new store, in the table repair_loss.
};

/// Makes a new store at `out` of all that can be read of `path`: damaged pages are stepped over, damaged
/// copies replaced by whole ones, tallies counted anew. `path` is only read. Fails where `out` exists, or
/// nothing can be read.
Result<StoreRepair> repair_store(const std::filesystem::path& path, const std::filesystem::path& out);

/// A whole and compact copy of what is committed, also beside a writer. Fails where `out` exists.
Result<void> copy_store(Connection& connection, const std::filesystem::path& out);
Result<void> back_up_store(const std::filesystem::path& path, const std::filesystem::path& out);

/// Gives the space of what was replaced back to the disk.
Result<void> vacuum_store(const std::filesystem::path& path);

/// Throws all tallies away and counts their rows. Inside of a transaction, or the caller's own.
Result<void> count_anew(Connection& connection);

}  // namespace faultline
