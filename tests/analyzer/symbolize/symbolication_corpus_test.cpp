// Real reports with the symbol files of the same build, against what Apple's tools made of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "analyzer/symbolize/names/readable_name.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

/// One frame of an expected output: `0x1003dade1 -[MyClass crashingMethod] (in X) (main.m:50)`.
struct ExpectedFrame {
  std::uint64_t address = 0;
  std::string function;
  std::string file;
  std::uint64_t line = 0;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// The frames by which the symbolicated text differs from the raw one.
std::vector<ExpectedFrame> expected_frames(const fs::path& raw, const fs::path& symbolicated) {
  const auto before = lines_of(fixtures::read_bytes(raw));
  const auto after = lines_of(fixtures::read_bytes(symbolicated));
  const std::regex in_crash(R"(^\d+\s+\S+\s+(0x[0-9a-f]+) (.*) \(in [^)]*\) \(([^:]+):(\d+)\)$)");
  const std::regex in_sample(R"(^[\s+!:|]*\d+ (.*) \(in [^)]*\) \(([^:]+):(\d+)\) \[(0x[0-9a-f]+)\]$)");
  std::vector<ExpectedFrame> frames;
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    std::smatch match;
    if (std::regex_match(after[i], match, in_crash)) {
      frames.push_back({std::stoull(match[1], nullptr, 16), match[2], match[3], std::stoull(match[4])});
    } else if (std::regex_match(after[i], match, in_sample)) {
      frames.push_back({std::stoull(match[4], nullptr, 16), match[1], match[2], std::stoull(match[3])});
    }
  }
  return frames;
}

/// The nameless call-tree entries of a sample(1) text as one stack of return addresses.
CrashReport report_of_sample(const std::string& text) {
  const std::regex nameless(R"(\?\?\?  \(in ([^)]*)\)  load address (0x[0-9a-f]+) \+ (0x[0-9a-f]+))");
  const std::regex listed(R"(^\s*(0x[0-9a-f]+) -\s+(0x[0-9a-f]+) \+(\S+) .*<([0-9A-F-]{36})>)");
  CrashReport report;
  Thread thread;
  for (const auto& line : lines_of(text)) {
    std::smatch match;
    if (std::regex_search(line, match, listed)) {
      Image image;
      image.base = {std::stoull(match[1], nullptr, 16)};
      image.size_bytes = std::stoull(match[2], nullptr, 16) - image.base.value + 1;
      image.name = match[3];
      image.uuid = Uuid::parse(match[4].str());
      report.images.push_back(image);
    } else if (std::regex_search(line, match, nameless)) {
      Frame frame;
      frame.address = RuntimeAddress{std::stoull(match[2], nullptr, 16) + std::stoull(match[3], nullptr, 16)};
      thread.frames.push_back(frame);
    }
  }
  report.last_exception_backtrace = thread.frames;
  return report;
}

/// The readable Swift name's identifiers must all stand in the mangled one.
bool is_mangled_form(const std::string& mangled, const std::string& readable) {
  if (!is_swift_name(mangled)) return false;
  const std::regex word("[A-Za-z]+");
  for (std::sregex_iterator it(readable.begin(), readable.end(), word), end; it != end; ++it) {
    const std::string part = it->str();
    if (part == "specialized" || part == "static" || part == "objc") continue;
    // Mangling writes a word that came before as one letter: pleaseCrash after CrashClass is 06pleaseC0.
    if (mangled.find(part.substr(0, 6)) == std::string::npos) return false;
  }
  return true;
}

bool same_function(const std::string& got, const std::string& wanted) {
  return got == wanted || is_mangled_form(got, wanted);
}

std::vector<const Frame*> all_frames(const CrashReport& report) {
  std::vector<const Frame*> frames;
  for (const auto& thread : report.threads) {
    for (const auto& frame : thread.frames) frames.push_back(&frame);
  }
  for (const auto& frame : report.last_exception_backtrace) frames.push_back(&frame);
  return frames;
}

/// The physical frame at `address`, or null.
const Frame* frame_at(const CrashReport& report, std::uint64_t address) {
  for (const Frame* frame : all_frames(report)) {
    const auto own = report.address_of(*frame);
    if (own && own->value == address && !frame->inlined) return frame;
  }
  return nullptr;
}

/// The same frames, each on top of a thread of its own: looked up at the printed address, as the tool
/// that made the expected output did.
CrashReport each_as_pc(const CrashReport& report, const std::vector<ExpectedFrame>& frames) {
  CrashReport split = report;
  split.threads.clear();
  split.last_exception_backtrace.clear();
  for (const auto& expected : frames) {
    const Frame* frame = frame_at(report, expected.address);
    if (frame == nullptr) continue;
    Thread thread;
    thread.frames.push_back(*frame);
    split.threads.push_back(thread);
  }
  return split;
}

std::string base_name(const std::string& path) { return fs::path(path).filename().string(); }

struct Agreement {
  std::size_t functions = 0;
  std::size_t places = 0;  ///< File and line besides.
  std::size_t swift_mangled = 0;
  std::string differences;
};

Agreement compare(const CrashReport& report, const std::vector<ExpectedFrame>& expected) {
  Agreement sum;
  for (const auto& want : expected) {
    const Frame* got = frame_at(report, want.address);
    const std::string name = got != nullptr ? got->symbol.value_or("") : "";
    const std::string file = got != nullptr ? base_name(got->source_file.value_or("")) : "";
    const std::uint64_t line = got != nullptr ? got->source_line.value_or(0) : 0;
    const bool function = same_function(name, want.function);
    const bool place = file == want.file && line == want.line;
    if (function) ++sum.functions;
    if (function && place) ++sum.places;
    if (function && name != want.function) ++sum.swift_mangled;
    if (!function || !place) {
      std::ostringstream row;
      row << "  " << std::hex << want.address << std::dec << ": expected " << want.function << " ("
          << want.file << ":" << want.line << "), named " << name << " (" << file << ":" << line << ")\n";
      sum.differences += row.str();
    }
  }
  return sum;
}

class SymbolicationCorpusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_CORPUS();
    root_ = corpus_folder() / "symbolication";
  }

  [[nodiscard]] SymbolizeOptions options_for(const std::string& set) const {
    SymbolizeOptions options;
    options.search_paths = {root_ / set};
    options.cache_folder = folder_ / "cache";
    options.converter = fixtures::converter();
    options.use_system_places = false;
    options.use_image_paths = false;
    options.swift_demangle.clear();
    return options;
  }

  [[nodiscard]] static CrashReport read(const fs::path& path) {
    const std::string text = fixtures::read_bytes(path);
    return path.extension() == ".txt" ? report_of_sample(text) : parse_report(text);
  }

  fs::path root_;
  ScopedTempFolder folder_;
};

struct ExpectedOutput {
  const char* set;
  const char* raw;
  const char* symbolicated;
  bool has_dwarf;  ///< False where the set lacks the dSYM that the expected output was made with.
};

constexpr ExpectedOutput kOutputs[] = {
    {"macsymbolicator-a", "ios-crash.crash", "ios-crash_symbolicated.crash", true},
    {"macsymbolicator-a", "multi-target-crash.crash", "multi-target-crash_symbolicated.crash", true},
    {"macsymbolicator-a", "single-target-crash.crash", "single-target-crash_symbolicated.crash", true},
    {"macsymbolicator-a", "multithread-sample.txt", "multithread-sample_symbolicated.txt", false},
    {"macsymbolicator-a", "singlethread-sample.txt", "singlethread-sample_symbolicated.txt", false},
    {"macsymbolicator-c", "report.crash", "report_symbolicated.crash", true},
    {"macsymbolicator-c", "multithread-sample.txt", "multithread-sample_symbolicated.txt", true},
    {"macsymbolicator-c", "singlethread-sample.txt", "singlethread-sample_symbolicated.txt", true},
    {"macsymbolicator-d", "multi-target-crash.crash", "multi-target-crash_symbolicated.crash", true},
    {"macsymbolicator-d", "single-target-crash.crash", "single-target-crash_symbolicated.crash", true},
    {"macsymbolicator-ios1", "ios-report.crash", "ios-report_symbolicated.crash", true},
};

TEST_F(SymbolicationCorpusTest, EveryExpectedFrameAgreesAtItsPrintedAddress) {
  std::size_t answerable = 0;
  for (const auto& output : kOutputs) {
    SCOPED_TRACE(std::string(output.set) + "/" + output.raw);
    const fs::path raw = root_ / output.set / output.raw;
    const auto expected = expected_frames(raw, root_ / output.set / output.symbolicated);
    ASSERT_FALSE(expected.empty());
    const CrashReport report = read(raw);

    const auto at_pc = symbolize_report(each_as_pc(report, expected), options_for(output.set));
    const auto as_shown = symbolize_report(report, options_for(output.set));

    const Agreement exact = compare(at_pc.report, expected);
    const Agreement shown = compare(as_shown.report, expected);
    std::cout << output.set << "/" << output.raw << ": expected " << expected.size()
              << "; at the printed address " << exact.functions << " functions, " << exact.places
              << " lines, " << exact.swift_mangled << " Swift names mangled; as shown " << shown.functions
              << " functions, " << shown.places << " lines\n"
              << shown.differences;
    if (!output.has_dwarf) {
      // Without the dSYM no lines can be had; what is named all the same must be right.
      EXPECT_EQ(exact.places, 0U);
      for (const auto& want : expected) {
        const Frame* got = frame_at(as_shown.report, want.address);
        ASSERT_NE(got, nullptr);
        EXPECT_EQ(got->symbol.value_or(want.function), want.function);
      }
      continue;
    }
    answerable += expected.size();
    EXPECT_EQ(exact.places, expected.size()) << exact.differences;
    // The expected outputs were made at the return address itself; a caller's line is one byte before.
    EXPECT_EQ(shown.functions, expected.size()) << shown.differences;
  }
  EXPECT_EQ(answerable, 21U);
}

/// A Breakpad symbol file: FUNC and line records, INLINE records with their call sites.
struct BreakpadFunction {
  std::string name;
  struct Inline {
    std::size_t depth = 0;
    std::uint64_t call_line = 0;
    std::string origin;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  };
  struct Line {
    std::uint64_t address = 0;
    std::uint64_t line = 0;
    std::string file;
  };
  std::vector<Inline> inlines;
  std::vector<Line> lines;
};

std::vector<BreakpadFunction> read_breakpad(const fs::path& path) {
  std::vector<BreakpadFunction> functions;
  std::vector<std::string> files(4096);
  std::vector<std::string> origins(4096);
  for (const auto& line : lines_of(fixtures::read_bytes(path))) {
    std::istringstream in(line);
    std::string kind;
    in >> kind;
    if (kind == "FILE" || kind == "INLINE_ORIGIN") {
      std::size_t id = 0;
      std::string text;
      in >> id;
      std::getline(in >> std::ws, text);
      (kind == "FILE" ? files : origins).at(id) = text;
    } else if (kind == "FUNC") {
      std::string address, size, parameters;
      in >> address >> size >> parameters;
      functions.emplace_back();
      std::getline(in >> std::ws, functions.back().name);
    } else if (kind == "INLINE") {
      BreakpadFunction::Inline call;
      std::size_t file = 0;
      std::size_t origin = 0;
      in >> call.depth >> call.call_line >> file >> origin >> std::hex;
      call.origin = origins.at(origin);
      for (std::uint64_t at = 0, size = 0; in >> at >> size;) call.ranges.emplace_back(at, at + size);
      functions.back().inlines.push_back(call);
    } else if (!functions.empty() && kind.find_first_not_of("0123456789abcdef") == std::string::npos) {
      std::string size;
      std::uint64_t number = 0;
      std::size_t file = 0;
      in >> size >> number >> file;
      functions.back().lines.push_back({std::stoull(kind, nullptr, 16), number, files.at(file)});
    }
  }
  return functions;
}

/// `name line` for each level, innermost first.
std::string chain_of(const BreakpadFunction& function, const BreakpadFunction::Line& at) {
  std::vector<const BreakpadFunction::Inline*> open;
  for (const auto& call : function.inlines) {
    for (const auto& [first, last] : call.ranges) {
      if (at.address < first || at.address >= last) continue;
      if (open.size() <= call.depth) open.resize(call.depth + 1);
      open[call.depth] = &call;
    }
  }
  std::string chain;
  std::uint64_t line = at.line;
  for (auto it = open.rbegin(); it != open.rend(); ++it) {
    if (*it == nullptr) return "holes";
    chain += (*it)->origin + " " + std::to_string(line) + "\n";
    line = (*it)->call_line;
  }
  return chain + function.name + " " + std::to_string(line) + "\n";
}

/// `void a::b<c>::d<e>(f) 12` -> `a::b::d 12`: demanglers differ in return types, in how they write template
/// arguments and in `> >`.
std::string outline(const std::string& text) {
  std::string kept;
  int depth = 0;
  for (const char c : text.substr(0, text.rfind(' '))) {
    if (c == '<' || c == '(') ++depth;
    if (depth == 0) kept += c;
    if ((c == '>' || c == ')') && depth > 0) --depth;
  }
  return kept.substr(kept.rfind(' ') + 1) + text.substr(text.rfind(' '));
}

TEST_F(SymbolicationCorpusTest, InlineChainsAgreeWithABreakpadSymbolFileOfTheSameBuild) {
  const fs::path set = root_ / "sentry-symbolic-macos";
  const auto functions = read_breakpad(set / "crash.inlines.sym");
  Image image;
  image.uuid = Uuid::parse("67E9247C814E392BA027DBDE6748FCBF");
  image.name = "crash";
  CrashReport report = fixtures::report_of(image, {});
  report.threads.clear();
  std::vector<std::string> expected;
  for (const auto& function : functions) {
    for (const auto& line : function.lines) {
      expected.push_back(chain_of(function, line));
      report.threads.push_back(fixtures::report_of(image, {line.address}).threads[0]);
    }
  }
  ASSERT_GT(expected.size(), 1000U);

  const auto outcome = symbolize_report(report, options_for("sentry-symbolic-macos/crash.dSYM"));

  for (std::size_t i = 0; i < expected.size(); ++i) {
    std::vector<std::string> ours;
    for (const auto& frame : outcome.report.threads[i].frames) {
      ours.push_back(frame.symbol.value_or("???") + " " + std::to_string(frame.source_line.value_or(0)));
    }
    const auto wanted = lines_of(expected[i]);
    ASSERT_EQ(ours.size(), wanted.size()) << std::hex << report.threads[i].frames[0].image_offset.value;
    for (std::size_t level = 0; level < ours.size(); ++level) {
      EXPECT_EQ(outline(ours[level]), outline(wanted[level])) << ours[level] << "\n" << wanted[level];
    }
  }
  std::cout << expected.size() << " line records compared in their whole chain\n";
}

TEST_F(SymbolicationCorpusTest, NoFrameIsEverNamedFromAnotherBuildsSymbols) {
  // Every report with every set of symbols, its own and the others': a frame may only be named where
  // a file of that very build was among them.
  Symbolizer symbolizer(options_for("."));
  std::size_t named = 0;
  for (const auto& file : fs::recursive_directory_iterator(corpus_folder())) {
    if (file.path().extension() != ".crash" && file.path().extension() != ".ips") continue;
    if (file.path().filename().string().find("symbolicated") != std::string::npos) continue;
    const CrashReport report = parse_report(fixtures::read_bytes(file.path()));
    if (report.images.empty()) continue;
    const auto outcome = symbolizer.symbolize(report);
    for (std::size_t i = 0; i < outcome.images.size(); ++i) {
      if (!outcome.images[i].place) continue;
      named += outcome.images[i].frames_named;
      const std::string uuids =
          fixtures::shell("llvm-dwarfdump-19 --uuid '" + outcome.images[i].file.string() + "'");
      EXPECT_NE(uuids.find(report.images[i].uuid->upper_text()), std::string::npos)
          << file.path() << " image " << report.images[i].display_name() << " named from "
          << outcome.images[i].file;
    }
  }
  EXPECT_GT(named, 20U);
}

}  // namespace
}  // namespace faultline
