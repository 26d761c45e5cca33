// `faultline symbols`: the archive of symbol files, by UUID.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "cli/commands.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "core/base/hash.h"

namespace faultline {
namespace {

Result<SymbolArchive> open_archive() {
  auto folder = default_symbol_archive_folder();
  if (folder.empty()) {
    return fail(ErrorKind::io, "there is no place for the symbol archive: set HOME or XDG_DATA_HOME");
  }
  return SymbolArchive(std::move(folder));
}

Table entry_table(const std::vector<ArchiveEntry>& entries) {
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

Result<ExitStatus> add(const std::vector<std::string>& paths, const CommandContext& context) {
  TRY_ASSIGN(auto archive, open_archive());
  std::vector<ArchiveEntry> added;
  std::size_t present = 0;
  bool damaged = false;
  for (const auto& path : paths) {
    TRY_ASSIGN(const auto addition, archive.add(path));
    added.insert(added.end(), addition.added.begin(), addition.added.end());
    present += addition.present.size();
    for (const auto& issue : addition.issues) print_error(issue.path + ": " + issue.message);
    damaged = damaged || !addition.issues.empty();
  }
  print(table_text(entry_table(added), context));
  note(context, fmt::format("{} added, {} were there already; the archive is {}", added.size(), present,
                            archive.folder().string()));
  return damaged ? ExitStatus::partial : ExitStatus::done;
}

Result<ExitStatus> list(const CommandContext& context) {
  TRY_ASSIGN(const auto archive, open_archive());
  return print_table(entry_table(archive.list()), context);
}

Result<ExitStatus> find(const std::string& text, const CommandContext& context) {
  const auto uuid = Uuid::parse(text);
  if (!uuid)
    return fail(ErrorKind::invalid_argument, "\"" + text + "\" is no UUID: 32 hex digits are wanted");
  TRY_ASSIGN(const auto archive, open_archive());
  const auto entries = archive.find(*uuid);
  if (entries.empty()) {
    return fail(ErrorKind::symbols,
                "the archive has nothing with UUID " + uuid->text() + "; faultline symbols add PATH");
  }
  return print_table(entry_table(entries), context);
}

Result<ExitStatus> lookup(const std::string& name, const CommandContext& context) {
  TRY_ASSIGN(const auto archive, open_archive());
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
  const auto found = archive.lookup(name);
  for (const auto& row : found) {
    table.rows.push_back(
        {row.entry.name, row.entry.slice.uuid ? TableCell(row.entry.slice.uuid->text()) : TableCell(),
         row.entry.slice.arch,
         row.entry.slice.version.empty() ? TableCell() : TableCell(row.entry.slice.version), row.function,
         hex(row.address.value), hex(row.offset.value), static_cast<std::int64_t>(row.size_bytes),
         std::string(symbol_origin_text(row.origin))});
  }
  if (found.empty()) return fail(ErrorKind::symbols, "no archived file has a function named " + name);
  return print_table(table, context);
}

}  // namespace

void add_symbols_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("symbols", "The archive of symbol files, by UUID");
  command->require_subcommand(1);
  command->footer("Example: faultline symbols add /System/Library/Extensions/AGXMetalG16X.bundle MyApp.dSYM");
  auto paths = std::make_shared<std::vector<std::string>>();
  auto text = std::make_shared<std::string>();

  auto* add_entry =
      command->add_subcommand("add", "Keep the Mach-O and ELF files and dSYM bundles at these paths");
  add_entry->add_option("paths", *paths, "Files, bundles, or folders of them")
      ->required()
      ->type_name("PATH…");
  add_shared_options(*add_entry, context, "text,markdown,csv,json");
  add_entry->callback(
      [&context, paths] { context.action = [&context, paths] { return add(*paths, context); }; });

  auto* list_entries = command->add_subcommand("list", "All that is kept");
  add_shared_options(*list_entries, context, "text,markdown,csv,json");
  list_entries->callback([&context] { context.action = [&context] { return list(context); }; });

  auto* find_entry = command->add_subcommand("find", "The files of one UUID");
  find_entry->add_option("uuid", *text, "32 hex digits, with or without dashes")
      ->required()
      ->type_name("UUID");
  add_shared_options(*find_entry, context, "text,markdown,csv,json");
  find_entry->callback(
      [&context, text] { context.action = [&context, text] { return find(*text, context); }; });

  auto* lookup_name =
      command->add_subcommand("lookup", "Where a function lies in every archived build and slice");
  lookup_name->add_option("name", *text, "As linked, or readable, with or without its parameters")
      ->type_name("NAME");
  // `-[Class method:]` looks like an option to the parser; so it is one, and nobody has to know.
  auto method = std::make_shared<std::string>();
  lookup_name->add_option("-[", *method)->group("");
  add_shared_options(*lookup_name, context, "text,markdown,csv,json");
  lookup_name->callback([&context, text, method] {
    context.action = [&context, text, method]() -> Result<ExitStatus> {
      if (text->empty() == method->empty()) {
        return fail(ErrorKind::invalid_argument, "symbols lookup wants one NAME; see --help");
      }
      return lookup(method->empty() ? *text : "-[" + *method, context);
    };
  });
}

}  // namespace faultline
