// `faultline feedback`: the attachment of a bug form for one or several sites.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <system_error>

#include "app/bundle/feedback_bundle.h"
#include "app/bundle/feedback_evidence.h"
#include "app/bundle/private_names.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/base/text_escape.h"
#include "core/base/text_file.h"
#include "core/ips/ips_writer.h"
#include "reports/bundles/feedback_template.h"
#include "reports/documents/apple_text.h"
#include "reports/documents/crash_page.h"
#include "reports/formats/number_format.h"
#include "reports/formats/report_writer.h"
#include "reports/privacy/leak_forms.h"

namespace faultline {
namespace {

constexpr const char* kProseFile = "feedback.toml";
constexpr std::uint64_t kProseLimitBytes = 1 << 20;
/// A workload's source is text of this size at most; larger files are models and data.
constexpr std::uint64_t kSourceLimitBytes = 1 << 20;

struct FeedbackFlags {
  EvidenceOptions evidence;
  std::string out;
  std::string against;
  std::string templates;
  std::vector<std::string> attachments;
  std::vector<std::string> sources;
  bool zip = false;
  bool originals = false;
  bool final = false;
};

BundlePlace place_of(const FeedbackFlags& flags, const FeedbackEvidence& evidence) {
  std::string out = flags.out;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  if (out.empty()) out = "feedback-" + evidence.sites.front().row.key;
  return {std::filesystem::absolute(out), flags.zip};
}

Result<FeedbackProse> prose_of(const BundlePlace& place, const FeedbackEvidence& evidence) {
  std::string existing;
  std::error_code ignored;
  const auto path = place.folder / kProseFile;
  if (std::filesystem::exists(path, ignored)) {
    TRY_ASSIGN(existing, read_file(path, kProseLimitBytes));
  }
  return read_prose(existing, title_hint(evidence));
}

void add_reports(const GatheredEvidence& gathered, bool originals, FeedbackBundle& bundle) {
  const auto& sites = gathered.evidence.sites;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    for (std::size_t k = 0; k < sites[i].reports.size(); ++k) {
      const auto& analysis = sites[i].reports[k];
      const auto& incident = sites[i].incidents[k];
      const auto name = fmt::format("{}-{}", sites[i].row.key, k + 1);
      bundle.add("reports/" + name + ".ips", terminal_safe_json(write_ips(analysis.report)),
                 fmt::format("faultline show --format raw {}, scrubbed", incident));
      bundle.add("reports/" + name + ".txt", escape_text(render_apple_text(analysis.report)),
                 fmt::format("faultline show --format apple {}, scrubbed", incident));
      bundle.add("pages/" + name + ".md", crash_page_markdown(analysis),
                 fmt::format("faultline show --format markdown {}, scrubbed", incident));
      bundle.add("pages/" + name + ".html", crash_page_html(analysis),
                 fmt::format("faultline show --format html {}, scrubbed", incident));
      if (originals) {
        bundle.add("originals/" + name + ".ips", gathered.originals[i][k],
                   fmt::format("faultline show --format raw {}", incident));
      }
    }
  }
}

Result<void> add_sources(const FeedbackFlags& flags, const GatheredEvidence& gathered, Scrubber& scrubber,
                         FeedbackBundle& bundle) {
  for (const auto& file : gathered.source_files) {
    auto bytes = read_file(file, kSourceLimitBytes);
    // A program that was built, a model, a data set: no source.
    if (!bytes || bytes->find('\0') != std::string::npos) continue;
    const auto name = scrubber.scrub_path(std::filesystem::path(file).filename().string());
    bundle.add("workload/" + name, scrubber.scrub_text(*bytes), "the workload's command, scrubbed");
  }
  for (const auto& source : flags.sources) {
    TRY(bundle.add_from_disk("workload/", source, "a person (--source), scrubbed", &scrubber));
  }
  for (const auto& attachment : flags.attachments) {
    TRY(bundle.add_from_disk("attachments/", attachment, "a person (--attach)", nullptr));
  }
  return {};
}

/// Names that only a source gives away are masked in everything else, too.
Result<void> learn_sources(const FeedbackFlags& flags, const GatheredEvidence& gathered, Scrubber& scrubber) {
  FeedbackBundle sources;
  TRY(add_sources(flags, gathered, scrubber, sources));
  return {};
}

Result<void> add_documents(const FeedbackFlags& flags, const GatheredEvidence& gathered,
                           const FeedbackProse& prose, FeedbackBundle& bundle) {
  const auto made_by = fmt::format("faultline feedback {}", fmt::join(flags.evidence.sites, " "));
  auto files = bundle.paths();
  files.emplace_back(kProseFile);
  const auto parts = feedback_parts(gathered.evidence, prose, files);
  TRY_ASSIGN(const auto templates, load_feedback_templates(flags.templates));
  for (const auto& form : templates) {
    if (form.name.starts_with("FOLLOW-UP") && !gathered.evidence.follow_up) continue;
    const bool markdown = form.name.ends_with(".md");
    TRY_ASSIGN(auto text, fill_template(form, markdown ? parts.markdown : parts.text));
    bundle.add(form.name, std::move(text), made_by);
  }
  bundle.add(kProseFile, prose.file, "a person");
  return {};
}

/// Files that a person's words name must be there.
std::vector<std::string> missing_files(const FeedbackProse& prose, const FeedbackBundle& bundle) {
  std::vector<std::string> missing;
  for (const auto& [name, text] : prose.values) {
    for (const char* folder : {"attachments/", "workload/", "reports/", "pages/", "tables/", "originals/"}) {
      for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder, at + 1)) {
        auto file = text.substr(at, text.find_first_of(" \t\n,;)\"'`", at) - at);
        while (file.ends_with('.')) file.pop_back();
        if (!bundle.contains(file)) missing.push_back(fmt::format("{} (named by {})", file, name));
      }
    }
  }
  return missing;
}

std::vector<LeakTarget> leak_targets(const Scrubber& scrubber) {
  std::vector<LeakTarget> targets;
  for (const auto& secret : scrubber.secrets()) {
    targets.push_back(
        {std::string(enum_text(kSecretKindTexts, secret.kind)), secret.value, secret.only_in_paths});
  }
  return targets;
}

std::vector<LeakAllowance> allowances(const FeedbackProse& prose, bool originals) {
  std::vector<LeakAllowance> allowed;
  const auto contact = prose.values.find("contact");
  if (contact != prose.values.end() && !contact->second.empty()) {
    for (const char* file : {"FEEDBACK.md", "FEEDBACK.txt", kProseFile})
      allowed.push_back({file, contact->second});
  }
  if (originals) allowed.push_back({"originals/", ""});
  return allowed;
}

void report_leak_check(const CommandContext& context, const LeakCheck& check, const Scrubber& scrubber) {
  const auto targets = leak_targets(scrubber);
  note(context, fmt::format("leak check: {} ({}) searched for {}, 0 found",
                            format_count(check.files, "file", "files"), format_bytes(check.bytes),
                            format_count(static_cast<std::int64_t>(targets.size()), "private value",
                                         "private values")));
  note(context,
       fmt::format("  and for what shows itself by its form: {}", fmt::join(leak_form_names(), ", ")));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    note(context, fmt::format("  {} \"{}\"{}, shown as {}", targets[i].what, shown_value(targets[i]),
                              targets[i].only_in_paths ? " (in paths)" : "", scrubber.secrets()[i].mask));
  }
}

Result<ExitStatus> finish(const FeedbackFlags& flags, const FeedbackProse& prose,
                          const FeedbackBundle& bundle, const BundlePlace& place, const Scrubber& scrubber,
                          const CommandContext& context) {
  const auto missing = missing_files(prose, bundle);
  if (!missing.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("feedback.toml names files that are not in the bundle: {}; --attach them",
                            fmt::join(missing, ", ")));
  }
  TRY_ASSIGN(const auto check,
             publish_bundle(bundle, place, leak_targets(scrubber), allowances(prose, flags.originals)));
  report_leak_check(context, check, scrubber);
  if (flags.originals)
    note(context, "originals/ holds the reports as they came, with everything private in them: not searched");
  print(place.folder.string() + "\n");
  if (place.zip) print(place.folder.string() + ".zip\n");
  if (!prose.open.empty()) {
    note(context,
         fmt::format("open in {}: {}", (place.folder / kProseFile).string(), fmt::join(prose.open, ", ")));
  }
  return ExitStatus::done;
}

/// The store that has the sites: this one, else that of --against, where they no longer reproduce.
Result<Store*> store_of_sites(Store& store, std::optional<Store>& other, const EvidenceOptions& options) {
  for (const auto& site : options.sites) {
    auto found = resolve_site(store, site);
    if (found) continue;
    if (!other) return fail(std::move(found.error()));
    TRY(resolve_site(*other, site));
    return &*other;
  }
  return &store;
}

Result<ExitStatus> feedback(FeedbackFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(flags.evidence.rules, load_team_rules(context));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  std::optional<Store> other;
  if (!flags.against.empty()) {
    TRY_ASSIGN(other, Store::open(flags.against, OpenMode::read_only));
  }
  TRY_ASSIGN(Store* const source, store_of_sites(store, other, flags.evidence));
  // With --against it is the older store that holds the first evidence, where it has any.
  Store* earlier = source;
  if (other && resolve_site(*other, flags.evidence.sites.front())) earlier = &*other;
  Scrubber scrubber;
  add_names_of_this_host(scrubber);
  note(context, "reading reports and rates");
  TRY_ASSIGN(auto gathered, gather_evidence(*source, flags.evidence, scrubber));
  TRY(learn_sources(flags, gathered, scrubber));
  TRY_ASSIGN(gathered, gather_evidence(*source, flags.evidence, scrubber));
  if (earlier != source) {
    TRY_ASSIGN(auto before, gather_evidence(*earlier, flags.evidence, scrubber));
    TRY(add_follow_up(store, *earlier, before));
    gathered.evidence.follow_up = before.evidence.follow_up;
  } else {
    TRY(add_follow_up(store, *earlier, gathered));
  }
  const auto place = place_of(flags, gathered.evidence);
  TRY_ASSIGN(const auto prose, prose_of(place, gathered.evidence));
  if (flags.final && !prose.open.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--final: open in {}: {}", (place.folder / kProseFile).string(),
                            fmt::join(prose.open, ", ")));
  }
  FeedbackBundle bundle;
  add_reports(gathered, flags.originals, bundle);
  if (!gathered.campaign.empty())
    bundle.add("campaign.toml", gathered.campaign, "the run's campaign file, scrubbed");
  for (const auto& [name, table] : gathered.tables) {
    bundle.add("tables/" + name, write_table(table, TableFormat::csv), table.command);
  }
  TRY(add_sources(flags, gathered, scrubber, bundle));
  TRY(add_documents(flags, gathered, prose, bundle));
  note(context, "writing and searching the files");
  return finish(flags, prose, bundle, place, scrubber, context);
}

}  // namespace

void add_feedback_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("feedback", "Write the attachment of a bug form, with nothing private in it");
  auto flags = std::make_shared<FeedbackFlags>();
  command->add_option("site", flags->evidence.sites, "Key or unique prefix, a label, or site~text")
      ->required()
      ->type_name("SITE");
  command->add_option("--out", flags->out, "Folder to write; else feedback-KEY here")->type_name("FOLDER");
  command->add_flag("--zip", flags->zip, "Also FOLDER.zip");
  command->add_flag("--family", flags->evidence.family, "The sites' whole families, across GPUs and builds");
  command->add_option("--reports", flags->evidence.reports, "Reports of each site")
      ->check(CLI::Range(1, 100))
      ->type_name("N");
  command->add_flag("--originals", flags->originals, "Also the untouched reports: these are not scrubbed");
  command
      ->add_option("--attach", flags->attachments, "A file or folder to add as it is: models, proofs, notes")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  command
      ->add_option("--source", flags->sources,
                   "The workload's source, a file or folder; scripts are found by themselves")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  command->add_option("--against", flags->against, "An earlier store: also write whether it still reproduces")
      ->check(CLI::ExistingFile)
      ->type_name("OTHER.db");
  command
      ->add_option("--templates", flags->templates,
                   "Folder with your own FEEDBACK.md, FEEDBACK.txt, FOLLOW-UP.txt")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER");
  command->add_flag("--final", flags->final, "Fail while a placeholder is open");
  add_rules_option(*command, context);
  add_shared_options(*command, context, "");
  command->footer(
      "A person's words stand in feedback.toml in the folder; they are kept when the rest is made anew.\n"
      "Every file is searched for what was masked and for this host's names; a hit leaves nothing behind.\n\n"
      "Example: faultline feedback 3f9c0a --reports 3 --zip --out setComputePipelineState");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return feedback(*flags, context); }; });
}

}  // namespace faultline
