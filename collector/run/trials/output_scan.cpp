#include "collector/run/trials/output_scan.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/files/text_file.h"
#include "core/model/gpu_error.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::size_t kMostGpuErrors = 8;
constexpr std::size_t kMostMetrics = 200;
constexpr std::size_t kLongestName = 100;

Result<std::optional<LinePattern>> compile_optional(const std::optional<std::string>& pattern) {
  if (!pattern) return std::optional<LinePattern>();
  TRY_ASSIGN(auto compiled, LinePattern::compile(*pattern));
  return std::optional<LinePattern>(std::move(compiled));
}

std::string excerpt(std::string_view line) { return valid_utf8(line.substr(0, kExcerptBytes)); }

void note_match(std::optional<std::string>& slot, const std::optional<LinePattern>& pattern,
                std::string_view line) {
  if (!slot && pattern && pattern->matches(line)) slot = excerpt(line);
}

void set_metric(std::vector<Metric>& metrics, std::string name, double value) {
  for (Metric& metric : metrics) {
    if (metric.name != name) continue;
    metric.value = value;
    return;
  }
  if (metrics.size() < kMostMetrics) metrics.push_back({std::move(name), value});
}

/// All of `text` as a decimal number.
std::optional<double> read_number(std::string_view text) {
  const std::string copy(text);
  if (copy.empty() || copy.find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (end != copy.c_str() + copy.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// A line of ours holds one object with the one key `faultline`.
void read_own_line(std::string_view line, OutputFacts& facts) {
  const std::size_t start = line.find_first_not_of(" \t");
  if (start == std::string_view::npos || line[start] != '{') return;
  if (line.find("\"faultline\"") == std::string_view::npos) return;
  const auto parsed = nlohmann::json::parse(line.substr(start), nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return;
  const auto own = parsed.find("faultline");
  if (own == parsed.end() || !own->is_object()) return;
  const auto metric = own->find("metric");
  const auto value = own->find("value");
  if (metric != own->end() && metric->is_string() && value != own->end() && value->is_number()) {
    auto name = metric->get<std::string>();
    const double number = value->get<double>();
    if (!name.empty() && name.size() <= kLongestName && std::isfinite(number)) {
      set_metric(facts.metrics, std::move(name), number);
    }
  }
  const auto phase = own->find("phase");
  if (phase != own->end() && phase->is_string()) facts.phase = excerpt(phase->get<std::string>());
  const auto ok = own->find("ok");
  const auto of = own->find("of");
  if (ok != own->end() && ok->is_number_unsigned() && of != own->end() && of->is_number_unsigned() &&
      *ok <= *of && of->get<std::uint64_t>() < (1ULL << 32)) {
    OkCount& sum = facts.ok ? *facts.ok : facts.ok.emplace();
    sum.ok += ok->get<std::int64_t>();
    sum.of += of->get<std::int64_t>();
  }
}

/// What dyld (macOS) and ld.so (glibc, musl) write before they give up.
bool is_loader_error(std::string_view line) {
  const auto has = [line](std::string_view part) { return line.find(part) != std::string_view::npos; };
  if (line.starts_with("dyld[") || line.starts_with("dyld: ")) {
    return has("Library not loaded") || has("Symbol not found") || has("missing symbol");
  }
  return has("error while loading shared libraries:") || has("Error loading shared library ") ||
         has(": symbol lookup error: ");
}

template <typename Visitor>
void for_each_line(std::string_view text, const Visitor& visit) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    visit(line.substr(0, kLongestLine));
  }
}

void scan_line(std::string_view line, const OutputPatterns& patterns, OutputFacts& facts) {
  note_match(facts.pass_line, patterns.pass_when, line);
  note_match(facts.wrong_line, patterns.wrong_when, line);
  note_match(facts.crash_line, patterns.crash_when, line);
  note_match(facts.expected_line, patterns.expect_output, line);
  for (const auto& [name, pattern] : patterns.metrics) {
    const auto text = pattern.group(line);
    const auto value = text ? read_number(*text) : std::nullopt;
    if (value) set_metric(facts.metrics, name, *value);
  }
  if (facts.gpu_errors.size() < kMostGpuErrors && find_gpu_error(line)) {
    facts.gpu_errors.push_back(excerpt(line));
  }
}

Result<std::string> read_if_there(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::string();
  return read_file(path);
}

}  // namespace

std::string tail_excerpt(std::string_view text, std::size_t limit) {
  return valid_utf8(text.substr(text.size() - std::min(text.size(), limit)));
}

Result<OutputPatterns> compile_patterns(const Workload& workload) {
  OutputPatterns patterns;
  TRY_ASSIGN(patterns.pass_when, compile_optional(workload.pass_when));
  TRY_ASSIGN(patterns.wrong_when, compile_optional(workload.wrong_when));
  TRY_ASSIGN(patterns.crash_when, compile_optional(workload.crash_when));
  TRY_ASSIGN(patterns.expect_output, compile_optional(workload.expect_output));
  for (const MetricPattern& metric : workload.metrics) {
    TRY_ASSIGN(auto compiled, LinePattern::compile(metric.pattern));
    patterns.metrics.emplace_back(metric.name, std::move(compiled));
  }
  return patterns;
}

OutputFacts scan_output(std::string_view stdout_text, std::string_view stderr_text,
                        const OutputPatterns& patterns) {
  OutputFacts facts;
  for_each_line(stdout_text, [&](std::string_view line) {
    read_own_line(line, facts);
    scan_line(line, patterns, facts);
  });
  for_each_line(stderr_text, [&](std::string_view line) {
    if (!facts.loader_error && is_loader_error(line)) facts.loader_error = excerpt(line);
    scan_line(line, patterns, facts);
  });
  facts.head = excerpt(stdout_text);
  facts.stderr_tail = tail_excerpt(stderr_text, kStderrTailBytes);
  return facts;
}

Result<OutputFacts> scan_output_files(const std::filesystem::path& trial_folder,
                                      const OutputPatterns& patterns) {
  TRY_ASSIGN(const std::string stdout_text, read_if_there(trial_folder / "stdout"));
  TRY_ASSIGN(const std::string stderr_text, read_if_there(trial_folder / "stderr"));
  return scan_output(stdout_text, stderr_text, patterns);
}

}  // namespace faultline
