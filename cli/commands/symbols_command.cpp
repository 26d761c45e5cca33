// `faultline symbols`: the archive of symbol files, by UUID.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/report/symbol_tables.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"
#include "db/queries.h"

namespace faultline {
namespace {

/// What of shared caches is kept: what the store's reports name, if there is a store, and these names.
Result<WantedImages> wanted_images(const std::vector<std::string>& patterns, const CommandContext& context) {
  WantedImages wanted;
  wanted.patterns = patterns;
  std::error_code error;
  if (context.db_option.empty() && !std::filesystem::exists(context.db_path(), error)) return wanted;
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto uuids, query_image_uuids(store));
  wanted.uuids.insert(uuids.begin(), uuids.end());
  return wanted;
}

std::string cache_text(const ArchivedCache& cache, const WantedImages& wanted) {
  std::string text =
      fmt::format("{}: {} images, {} wanted", cache.main_file.string(), cache.images, cache.wanted);
  if (cache.wanted > 0) return text;
  return text + (wanted.uuids.empty()
                     ? "; name a store with reports by --db, or images by --image"
                     : "; no stored report names any of them, --image keeps them all the same");
}

Result<ExitStatus> add(const std::vector<std::string>& paths, const std::vector<std::string>& patterns,
                       const CommandContext& context) {
  TRY_ASSIGN(auto archive, open_symbol_archive());
  TRY_ASSIGN(const auto wanted, wanted_images(patterns, context));
  TRY_ASSIGN(const auto archived, archive_paths(archive, paths, wanted, print_error));
  for (const auto& cache : archived.caches) note(context, cache_text(cache, wanted));
  print(table_text(archive_table(archived.added), context));
  note(context, fmt::format("{} added, {} were there already; the archive is {}", archived.added.size(),
                            archived.present, archive.folder().string()));
  return archived.problems == 0 ? ExitStatus::done : ExitStatus::partial;
}

Result<ExitStatus> list_archive(const CommandContext& context) {
  TRY_ASSIGN(const auto archive, open_symbol_archive());
  return print_table(archive_table(archive.list()), context);
}

Result<ExitStatus> find(const std::string& text, const CommandContext& context) {
  const auto uuid = Uuid::parse(text);
  if (!uuid)
    return fail(ErrorKind::invalid_argument, "\"" + text + "\" is no UUID: 32 hex digits are wanted");
  TRY_ASSIGN(const auto archive, open_symbol_archive());
  const auto entries = archive.find(*uuid);
  if (entries.empty()) {
    return fail(ErrorKind::symbols,
                "the archive has nothing with UUID " + uuid->text() + "; faultline symbols add PATH");
  }
  return print_table(archive_table(entries), context);
}

Result<ExitStatus> lookup(const std::string& name, const CommandContext& context) {
  TRY_ASSIGN(const auto archive, open_symbol_archive());
  const auto found = archive.lookup(name);
  if (found.empty()) return fail(ErrorKind::symbols, "no archived file has a function named " + name);
  return print_table(lookup_table(found), context);
}

}  // namespace

void add_symbols_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("symbols", "The archive of symbol files, by UUID");
  command->require_subcommand(1);
  command->footer("Example: faultline symbols add /System/Library/Extensions/AGXMetalG16X.bundle MyApp.dSYM");
  auto paths = std::make_shared<std::vector<std::string>>();
  auto text = std::make_shared<std::string>();

  auto* add_entry = command->add_subcommand("add",
                                            "Keep the Mach-O and ELF files and dSYM bundles at these paths, "
                                            "and of dyld shared caches what reports name");
  add_entry->add_option("paths", *paths, "Files, bundles, shared caches, or folders of them")
      ->required()
      ->type_name("PATH…");
  auto patterns = std::make_shared<std::vector<std::string>>();
  add_entry
      ->add_option("--image", *patterns,
                   "Of shared caches keep images of this name, too (* and ? as in a shell)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("PATTERN");
  add_table_options(*add_entry, context);
  add_entry->callback([&context, paths, patterns] {
    context.action = [&context, paths, patterns] { return add(*paths, *patterns, context); };
  });

  auto* list_entries = command->add_subcommand("list", "All that is kept");
  add_table_options(*list_entries, context);
  list_entries->callback([&context] { context.action = [&context] { return list_archive(context); }; });

  auto* find_entry = command->add_subcommand("find", "The files of one UUID");
  find_entry->add_option("uuid", *text, "32 hex digits, with or without dashes")
      ->required()
      ->type_name("UUID");
  add_table_options(*find_entry, context);
  find_entry->callback(
      [&context, text] { context.action = [&context, text] { return find(*text, context); }; });

  auto* lookup_name =
      command->add_subcommand("lookup", "Where a function lies in every archived build and slice");
  lookup_name->add_option("name", *text, "As linked, or readable, with or without its parameters")
      ->type_name("NAME");
  // `-[Class method:]` looks like an option to the parser; so it is one, and nobody has to know.
  auto method = std::make_shared<std::string>();
  lookup_name->add_option("-[", *method)->group("");
  add_table_options(*lookup_name, context);
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
