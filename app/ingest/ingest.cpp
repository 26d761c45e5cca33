#include "app/ingest/ingest.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "analyzer/derive.h"
#include "analyzer/parse/split_reports.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

/// Files whose bytes are in memory at the same time.
constexpr std::size_t kBatchFiles = 48;
constexpr std::uint64_t kBatchBytes = 256ULL << 20;

struct LoadedFile {
  ImportedFile file;
  std::string bytes;
};

/// A document with several reports gives several, each with bytes of its own.
std::vector<LoadedFile> load_reports(const std::filesystem::path& path) {
  std::vector<LoadedFile> loaded(1);
  loaded[0].file.path = path.string();
  auto bytes = path == "-" ? read_stdin() : read_file(path, kKeepLimitBytes);
  if (!bytes) {
    loaded[0].file.error = bytes.error();
    return loaded;
  }
  const bool parsed = bytes->size() <= kParseLimitBytes;
  const auto pieces = parsed ? split_reports(*bytes) : std::vector<std::string_view>{*bytes};
  if (pieces.size() > 1) {
    loaded.resize(pieces.size());
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      loaded[i].file.path = path.string();
      loaded[i].bytes = std::string(pieces[i]);
    }
    return loaded;
  }
  loaded[0].bytes = std::move(*bytes);
  return loaded;
}

void derive_all(std::span<LoadedFile> files, const SiteRules& rules, Symbolizer* symbolizer) {
  DerivationBatch batch(files.size(), [&](std::size_t i) {
    auto& loaded = files[i];
    if (loaded.file.error) return;
    loaded.file.analysis = derive(loaded.bytes, ReportOrigin::imported, rules, symbolizer);
    loaded.file.issue_count = loaded.file.analysis.report.issues.size();
  });
  batch.wait();
}

Result<void> store_batch(Store& store, std::span<LoadedFile> files, const Clock& clock) {
  std::vector<NewReport> reports;
  std::vector<LoadedFile*> owners;
  for (auto& loaded : files) {
    if (loaded.file.error) continue;
    NewReport report;
    report.bytes = loaded.bytes;
    report.arrival.origin = loaded.file.analysis.report.origin;
    report.arrival.source_path = loaded.file.path;
    report.arrival.seen = clock.wall();
    report.analysis = &loaded.file.analysis;
    reports.push_back(report);
    owners.push_back(&loaded);
  }
  if (reports.empty()) return {};
  TRY_ASSIGN(const auto added, store.add_reports(reports));
  for (std::size_t i = 0; i < owners.size(); ++i) owners[i]->file.added = added[i];
  return {};
}

}  // namespace

Result<std::string> read_stdin() {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(io_error("cannot read stdin", errno));
    if (got == 0) return text;
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > kKeepLimitBytes) return fail(ErrorKind::unsupported, "stdin is too large to keep");
  }
}

std::string issue_summary(const std::vector<Issue>& issues, std::size_t count) {
  const auto& first = issues.front();
  return fmt::format("{} issue{}, first at {}: {}", count, count == 1 ? "" : "s",
                     first.path.empty() ? "the start" : first.path, first.message);
}

Result<void> import_files(Store& store, const std::vector<std::filesystem::path>& files,
                          const SiteRules& rules, Symbolizer* symbolizer, const Clock& clock,
                          const std::function<void(const ImportedFile&)>& each) {
  std::size_t at = 0;
  while (at < files.size()) {
    std::vector<LoadedFile> batch;
    std::uint64_t batch_bytes = 0;
    while (at < files.size() && batch.size() < kBatchFiles && batch_bytes < kBatchBytes) {
      for (auto& loaded : load_reports(files[at++])) {
        batch_bytes += loaded.bytes.size();
        batch.push_back(std::move(loaded));
      }
    }
    derive_all(batch, rules, symbolizer);
    TRY(store_batch(store, batch, clock));
    for (const auto& loaded : batch) each(loaded.file);
  }
  return {};
}

}  // namespace faultline
