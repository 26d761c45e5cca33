#include "analyzer/parse/ips/fragment_parser.h"

#include <array>
#include <string>

#include "analyzer/parse/ips/ips_parser.h"
#include "analyzer/parse/json/json_repair.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

constexpr std::array<std::string_view, 27> kMembers{"incident",
                                                    "bug_type",
                                                    "procName",
                                                    "procPath",
                                                    "pid",
                                                    "parentProc",
                                                    "parentPid",
                                                    "captureTime",
                                                    "procLaunch",
                                                    "osVersion",
                                                    "modelCode",
                                                    "cpuType",
                                                    "translated",
                                                    "exception",
                                                    "termination",
                                                    "asi",
                                                    "ktriageinfo",
                                                    "vmRegionInfo",
                                                    "extMods",
                                                    "faultingThread",
                                                    "threads",
                                                    "usedImages",
                                                    "sharedCache",
                                                    "legacyInfo",
                                                    "lastExceptionBacktrace",
                                                    "instructionByteStream",
                                                    "bundleInfo"};

/// Position of the value of `"key" :` at or after `from`.
std::optional<std::size_t> find_value(std::string_view text, std::string_view key, std::size_t from = 0) {
  const std::string quoted = "\"" + std::string(key) + "\"";
  for (auto at = text.find(quoted, from); at != std::string_view::npos; at = text.find(quoted, at + 1)) {
    const auto colon = skip_json_whitespace(text, at + quoted.size());
    if (colon < text.size() && text[colon] == ':') return skip_json_whitespace(text, colon + 1);
  }
  return std::nullopt;
}

class Salvage {
 public:
  Salvage(std::string_view text, IssueList& issues) : text_(text), issues_(issues) {}

  /// The members that were found, as one object; empty if there were none.
  std::string run() {
    bool threads = false;
    for (const auto key : kMembers) {
      if (take(key, text_, key) && key == "threads") threads = true;
    }
    if (!threads) take_stacks();
    return found_ ? out_ + "}" : std::string();
  }

 private:
  /// Writes `"key":value`, with the value repaired. False where there is no such key.
  bool take(std::string_view key, std::string_view from, std::string_view path_key) {
    const auto at = find_value(from, key);
    if (!at || *at >= from.size()) return false;
    const JsonPath top;
    const JsonPath path{&top, path_key, 0};
    const auto value = repair_json(from.substr(*at), path, issues_);
    if (value.text == "null") return false;
    separate();
    out_ += "\"" + std::string(key) + "\":" + value.text;
    return true;
  }

  void separate() {
    if (found_ && out_.back() != '{' && out_.back() != '[') out_ += ',';
    found_ = true;
  }

  /// Each `"frames"` with what stands between it and the one before.
  void take_stacks() {
    std::size_t before = 0;
    bool first = true;
    for (auto at = find_value(text_, "frames"); at; at = find_value(text_, "frames", *at)) {
      if (first) {
        separate();
        out_ += "\"threads\":[";
        first = false;
      } else {
        out_ += ',';
      }
      const auto lead = text_.substr(before, *at - before);
      out_ += '{';
      take_lead(lead);
      separate();
      const JsonPath top;
      const JsonPath path{&top, "frames", 0};
      out_ += "\"frames\":" + repair_json(text_.substr(*at), path, issues_).text + "}";
      before = *at;
    }
    if (!first) out_ += ']';
  }

  /// Name, queue and the registers with a name of their own; those before a cut cannot be numbered.
  void take_lead(std::string_view lead) {
    take("name", lead, "name");
    take("queue", lead, "queue");
    // Only the registers of the crashed thread are compared with its first frame.
    const bool died = lead.find("\"matchesCrashFrame\"") != std::string_view::npos ||
                      lead.find("\"triggered\"") != std::string_view::npos;
    if (died) {
      separate();
      out_ += "\"triggered\":true";
    }
    if (!find_value(lead, "pc")) return;
    separate();
    out_ += "\"threadState\":{";
    take("flavor", lead, "threadState");
    for (const auto* name : {"fp", "lr", "sp", "pc", "cpsr", "far", "esr"}) take(name, lead, "threadState");
    out_ += '}';
  }

  std::string_view text_;
  IssueList& issues_;
  std::string out_ = "{";
  bool found_ = false;
};

}  // namespace

std::optional<CrashReport> parse_fragment(std::string_view text) {
  CrashReport report;
  IssueList issues(report.issues);
  issues.add("", "this is a piece of a report");
  const auto json = Salvage(text, issues).run();
  JsonDocument document(json);
  if (json.empty() || !document.valid()) return std::nullopt;
  const JsonPath top;
  read_body(ReportField(document.root(), top, issues), report);
  if (!report.exception && report.threads.empty() && !report.termination && report.images.empty())
    return std::nullopt;
  finish_report(report, issues);
  report.origin = ReportOrigin::reconstructed;
  return report;
}

}  // namespace faultline
