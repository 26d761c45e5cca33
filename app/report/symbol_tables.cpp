#include "app/report/symbol_tables.h"

#include <utility>

#include "core/base/hash.h"

namespace faultline {

Result<SymbolArchive> open_symbol_archive() {
  auto folder = default_symbol_archive_folder();
  if (folder.empty()) {
    return fail(ErrorKind::io, "there is no place for the symbol archive: set HOME or XDG_DATA_HOME");
  }
  return SymbolArchive(std::move(folder));
}

Result<ArchivedPaths> archive_paths(SymbolArchive& archive, const std::vector<std::string>& paths,
                                    const WantedImages& wanted,
                                    const std::function<void(const std::string& line)>& problem) {
  ArchivedPaths all;
  for (const auto& path : paths) {
    TRY_ASSIGN(const auto addition, archive.add(path, wanted));
    all.added.insert(all.added.end(), addition.added.begin(), addition.added.end());
    all.present += addition.present.size();
    all.caches.insert(all.caches.end(), addition.caches.begin(), addition.caches.end());
    all.problems += addition.issues.size();
    for (const auto& issue : addition.issues) problem(issue.path + ": " + issue.message);
  }
  return all;
}

Table archive_table(const std::vector<ArchiveEntry>& entries) {
  Table table;
  table.columns = {row_name(text_column("name")), text_column("uuid", "UUID"),
                   text_column("arch"),           text_column("kind"),
                   text_column("version"),        text_column("has_dwarf", "DWARF"),
                   text_column("path"),           text_column("origin")};
  for (const auto& entry : entries) {
    table.rows.push_back({entry.name, entry.slice.uuid ? TableCell(entry.slice.uuid->text()) : TableCell(),
                          entry.slice.arch, std::string(symbol_file_kind_text(entry.slice.kind)),
                          entry.slice.version.empty() ? TableCell() : TableCell(entry.slice.version),
                          entry.slice.has_dwarf, entry.path.string(),
                          entry.origin.empty() ? TableCell() : TableCell(entry.origin)});
  }
  return table;
}

Table lookup_table(const std::vector<SymbolAddress>& found) {
  Table table;
  table.columns = {row_name(text_column("image")),
                   text_column("uuid", "UUID"),
                   text_column("arch"),
                   text_column("version"),
                   text_column("function"),
                   text_column("address"),
                   text_column("image_offset"),
                   number_column("size_bytes", "size", Unit::bytes),
                   text_column("source")};
  for (const auto& row : found) {
    table.rows.push_back(
        {row.entry.name, row.entry.slice.uuid ? TableCell(row.entry.slice.uuid->text()) : TableCell(),
         row.entry.slice.arch,
         row.entry.slice.version.empty() ? TableCell() : TableCell(row.entry.slice.version), row.function,
         hex(row.address.value), hex(row.offset.value), static_cast<std::int64_t>(row.size_bytes),
         std::string(symbol_origin_text(row.origin))});
  }
  return table;
}

}  // namespace faultline
