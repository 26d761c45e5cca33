#include "app/bundle/feedback_writing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>
#include <utility>

#include "app/bundle/private_names.h"
#include "app/questions/command_builder.h"
#include "core/files/text_file.h"
#include "core/ips/ips_writer.h"
#include "core/text/text_escape.h"
#include "db/queries.h"
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

BundlePlace place_of(const FeedbackRequest& wanted, const FeedbackEvidence& evidence) {
  std::string out = wanted.out;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  if (out.empty()) out = "feedback-" + evidence.sites.front().row.key;
  return {std::filesystem::absolute(out), wanted.zip};
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
      const auto& page = sites[i].pages[k];
      const auto name = fmt::format("{}-{}", sites[i].row.key, k + 1);
      bundle.add("reports/" + name + ".ips", terminal_safe_json(write_ips(analysis.report)),
                 fmt::format("faultline show --format raw {}, scrubbed", incident));
      bundle.add("reports/" + name + ".txt", escape_text(render_apple_text(analysis.report)),
                 fmt::format("faultline show --format apple {}, scrubbed", incident));
      bundle.add("pages/" + name + ".md", crash_page_markdown(analysis, page),
                 fmt::format("faultline show --format markdown {}, scrubbed", incident));
      bundle.add("pages/" + name + ".html", crash_page_html(analysis, page),
                 fmt::format("faultline show --format html {}, scrubbed", incident));
      if (originals) {
        bundle.add("originals/" + name + ".ips", gathered.originals[i][k],
                   fmt::format("faultline show --format raw {}", incident));
      }
    }
  }
}

Result<void> add_sources(const FeedbackRequest& wanted, const GatheredEvidence& gathered, Scrubber& scrubber,
                         FeedbackBundle& bundle) {
  for (const auto& file : gathered.source_files) {
    auto bytes = read_file(file, kSourceLimitBytes);
    // A program that was built, a model, a data set: no source.
    if (!bytes || bytes->find('\0') != std::string::npos) continue;
    const auto name = scrubber.scrub_path(std::filesystem::path(file).filename().string());
    bundle.add("workload/" + name, scrubber.scrub_text(*bytes), "the workload's command, scrubbed");
  }
  for (const auto& source : wanted.sources) {
    TRY(bundle.add_from_disk("workload/", source, "a person (--source), scrubbed", &scrubber));
  }
  for (const auto& attachment : wanted.attachments) {
    TRY(bundle.add_from_disk("attachments/", attachment, "a person (--attach)", nullptr));
  }
  return {};
}

/// Names that only a source gives away are masked in everything else, too.
Result<void> learn_sources(const FeedbackRequest& wanted, const GatheredEvidence& gathered,
                           Scrubber& scrubber) {
  FeedbackBundle sources;
  TRY(add_sources(wanted, gathered, scrubber, sources));
  return {};
}

Result<void> add_documents(const FeedbackRequest& wanted, const GatheredEvidence& gathered,
                           const FeedbackProse& prose, FeedbackBundle& bundle) {
  CommandBuilder command("feedback");
  for (const auto& site : wanted.evidence.sites) command.word(site);
  const auto& made_by = command.text();
  auto files = bundle.paths();
  files.emplace_back(kProseFile);
  const auto parts = feedback_parts(gathered.evidence, prose, files);
  TRY_ASSIGN(const auto templates, load_feedback_templates(wanted.templates));
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

std::vector<std::string> search_lines(const LeakCheck& check, const Scrubber& scrubber) {
  const auto targets = leak_targets(scrubber);
  std::vector<std::string> lines{fmt::format(
      "leak check: {} ({}) searched for {}, 0 found", format_count(check.files, "file", "files"),
      format_bytes(check.bytes),
      format_count(static_cast<std::int64_t>(targets.size()), "private value", "private values"))};
  lines.push_back(
      fmt::format("  and for what shows itself by its form: {}", fmt::join(leak_form_names(), ", ")));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    lines.push_back(fmt::format("  {} \"{}\"{}, shown as {}", targets[i].what, shown_value(targets[i]),
                                targets[i].only_in_paths ? " (in paths)" : "", scrubber.secrets()[i].mask));
  }
  return lines;
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

/// Twice, since names that only a source gives away are masked in everything else, too.
Result<GatheredEvidence> gather(Store& source, const FeedbackRequest& wanted, Scrubber& scrubber) {
  TRY_ASSIGN(const auto first, gather_evidence(source, wanted.evidence, scrubber));
  TRY(learn_sources(wanted, first, scrubber));
  return gather_evidence(source, wanted.evidence, scrubber);
}

/// With --against it is the older store that holds the first evidence, where it has any.
Result<void> follow_up(Store& store, Store& earlier, Store& source, const FeedbackRequest& wanted,
                       Scrubber& scrubber, GatheredEvidence& gathered) {
  if (&earlier == &source) return add_follow_up(store, earlier, scrubber, gathered);
  TRY_ASSIGN(auto before, gather_evidence(earlier, wanted.evidence, scrubber));
  TRY(add_follow_up(store, earlier, scrubber, before));
  gathered.evidence.follow_up = before.evidence.follow_up;
  return {};
}

Result<FeedbackBundle> make_bundle(const FeedbackRequest& wanted, const GatheredEvidence& gathered,
                                   const FeedbackProse& prose, Scrubber& scrubber) {
  FeedbackBundle bundle;
  add_reports(gathered, wanted.originals, bundle);
  if (!gathered.campaign.empty())
    bundle.add("campaign.toml", gathered.campaign, "the run's campaign file, scrubbed");
  for (const auto& [name, table] : gathered.tables) {
    bundle.add("tables/" + name, write_table(table, TableFormat::csv), table.command);
  }
  TRY(add_sources(wanted, gathered, scrubber, bundle));
  TRY(add_documents(wanted, gathered, prose, bundle));
  return bundle;
}

}  // namespace

Result<WrittenFeedback> write_feedback(Store& store, std::optional<Store>& against,
                                       const FeedbackRequest& wanted,
                                       const std::function<void(std::string_view)>& begins) {
  TRY_ASSIGN(Store* const source, store_of_sites(store, against, wanted.evidence));
  Store* earlier = source;
  if (against && resolve_site(*against, wanted.evidence.sites.front())) earlier = &*against;
  Scrubber scrubber;
  add_names_of_this_host(scrubber);
  begins("reading reports and rates");
  TRY_ASSIGN(auto gathered, gather(*source, wanted, scrubber));
  TRY(follow_up(store, *earlier, *source, wanted, scrubber, gathered));
  const auto place = place_of(wanted, gathered.evidence);
  TRY_ASSIGN(const auto prose, prose_of(place, gathered.evidence));
  if (wanted.final && !prose.open.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--final: open in {}: {}", (place.folder / kProseFile).string(),
                            fmt::join(prose.open, ", ")));
  }
  TRY_ASSIGN(const auto bundle, make_bundle(wanted, gathered, prose, scrubber));
  begins("writing and searching the files");
  const auto missing = missing_files(prose, bundle);
  if (!missing.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("feedback.toml names files that are not in the bundle: {}; --attach them",
                            fmt::join(missing, ", ")));
  }
  TRY_ASSIGN(const auto check,
             publish_bundle(bundle, place, leak_targets(scrubber), allowances(prose, wanted.originals)));
  return WrittenFeedback{place, kProseFile, prose.open, search_lines(check, scrubber)};
}

}  // namespace faultline
