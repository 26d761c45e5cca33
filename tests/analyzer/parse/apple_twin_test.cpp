// Reports of which the corpus has both the JSON and the text that the system made of it.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "analyzer/parse/text/crash_text_parser.h"
#include "core/files/text_file.h"
#include "reports/documents/apple_text.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

enum class Whitespace { exact, folded };

struct Twin {
  const char* report;
  const char* text;
  Whitespace whitespace = Whitespace::exact;
};

std::ostream& operator<<(std::ostream& out, const Twin& twin) { return out << twin.text; }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// One space for every run of spaces and tabs, none at the ends.
std::string fold(const std::string& line) {
  std::string out;
  for (const char c : line) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

/// From the first line of the report itself to the one before the `Full Report` banner. People copy
/// with or without the banners, and with words of their own before them.
std::vector<std::string> report_lines(std::string_view text, Whitespace whitespace) {
  auto lines = lines_of(text);
  std::size_t start = 0;
  while (start < lines.size() && !fold(lines[start]).starts_with("Process:") &&
         !fold(lines[start]).starts_with("Incident Identifier:")) {
    ++start;
  }
  std::vector<std::string> out;
  for (std::size_t i = start; i < lines.size(); ++i) {
    if (fold(lines[i]) == "-----------" && i + 1 < lines.size() && fold(lines[i + 1]) == "Full Report")
      return out;
    out.push_back(whitespace == Whitespace::folded ? fold(lines[i]) : lines[i]);
  }
  return out;
}

class AppleTwinTest : public testing::TestWithParam<Twin> {
 protected:
  static std::string read(const char* name) {
    const auto bytes = read_file(corpus_folder() / name);
    EXPECT_TRUE(bytes) << name;
    return bytes ? *bytes : std::string();
  }
};

TEST_P(AppleTwinTest, TheRenderedReportIsTheTextThatTheSystemMadeOfIt) {
  SKIP_WITHOUT_CORPUS();
  const auto& twin = GetParam();
  const auto report = parse_report(read(twin.report));
  ASSERT_FALSE(report.from_text);

  auto rendered = report_lines(render_apple_text(report), twin.whitespace);
  const auto bytes = read(twin.text);
  auto published = report_lines(bytes, twin.whitespace);
  if (bytes.find("Full Report\n") == std::string::npos) {
    // A text saved alone: its blank lines at the end are the editor's.
    while (rendered.back().empty()) rendered.pop_back();
    while (published.back().empty()) published.pop_back();
  }

  ASSERT_GT(published.size(), 50U);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < std::max(rendered.size(), published.size()) && differing < 5; ++i) {
    const std::string ours = i < rendered.size() ? rendered[i] : "(no line)";
    const std::string theirs = i < published.size() ? published[i] : "(no line)";
    if (ours == theirs) continue;
    ++differing;
    ADD_FAILURE() << "line " << i << "\n  ours:   |" << ours << "|\n  theirs: |" << theirs << "|";
  }
}

/// The text of a report, without the JSON that may follow it.
std::string_view text_part(std::string_view bytes) {
  return bytes.substr(0, bytes.find("\n-----------\nFull Report"));
}

TEST_P(AppleTwinTest, TheTextReadsIntoTheSameReportAsFarAsTextGoes) {
  SKIP_WITHOUT_CORPUS();
  const auto& twin = GetParam();
  const auto json = parse_report(read(twin.report));
  const auto bytes = read(twin.text);
  const auto text = parse_crash_text(text_part(bytes));

  EXPECT_TRUE(text.from_text);
  EXPECT_EQ(text.kind, ReportKind::crash);
  EXPECT_EQ(text.process_name, json.process_name);
  EXPECT_EQ(text.pid, json.pid);
  EXPECT_EQ(text.parent_pid, json.parent_pid);
  EXPECT_EQ(text.cpu_type, json.cpu_type);
  EXPECT_EQ(text.os.train, json.os.train);
  EXPECT_EQ(text.os.build, json.os.build);
  EXPECT_EQ(text.capture_time, json.capture_time);
  ASSERT_TRUE(text.exception);
  EXPECT_EQ(text.exception->type, json.exception->type);
  EXPECT_EQ(text.exception->signal, json.exception->signal);
  EXPECT_EQ(text.exception->raw_codes, json.exception->raw_codes);
  EXPECT_EQ(text.crashed_thread_number(), json.crashed_thread_number());
  ASSERT_EQ(text.threads.size(), json.threads.size());
  for (std::size_t t = 0; t < json.threads.size(); ++t) {
    SCOPED_TRACE("thread " + std::to_string(t));
    EXPECT_EQ(text.threads[t].name, json.threads[t].name);
    EXPECT_EQ(text.threads[t].queue, json.threads[t].queue);
    ASSERT_EQ(text.threads[t].frames.size(), json.threads[t].frames.size());
    for (std::size_t f = 0; f < json.threads[t].frames.size(); ++f) {
      SCOPED_TRACE("frame " + std::to_string(f));
      const auto& ours = text.threads[t].frames[f];
      const auto& theirs = json.threads[t].frames[f];
      EXPECT_EQ(text.address_of(ours)->value, json.address_of(theirs)->value);
      // A symbol with a line break in it (libc++ puts its message there) cannot be read back whole.
      if (theirs.symbol && theirs.symbol->find('\n') != std::string::npos) continue;
      EXPECT_EQ(ours.symbol, theirs.symbol);
      EXPECT_EQ(ours.symbol_location, theirs.symbol_location);
      EXPECT_EQ(ours.inlined, theirs.inlined);
    }
  }
}

TEST_P(AppleTwinTest, RegistersAndImagesOfTheTextAreThoseOfTheReport) {
  SKIP_WITHOUT_CORPUS();
  const auto& twin = GetParam();
  const auto json = parse_report(read(twin.report));
  const auto bytes = read(twin.text);
  const auto text = parse_crash_text(text_part(bytes));

  const auto& theirs = json.threads[*json.crashed_thread_index()].state;
  const auto& ours = text.threads[*text.crashed_thread_index()].state;
  ASSERT_EQ(ours.has_value(), theirs.has_value());
  for (const auto& reg : ours->registers) {
    ASSERT_NE(theirs->find(reg.name), nullptr) << reg.name;
    EXPECT_EQ(reg.value, theirs->find(reg.name)->value) << reg.name;
    EXPECT_EQ(reg.description.value_or(""), theirs->find(reg.name)->description.value_or("")) << reg.name;
  }
  std::size_t found = 0;
  for (const auto& image : text.images) {
    for (const auto& other : json.images) {
      if (other.base != image.base || other.source != image.source) continue;
      ++found;
      EXPECT_EQ(image.size_bytes, other.size_bytes);
      EXPECT_EQ(image.uuid, other.uuid);
      EXPECT_EQ(image.path, other.path);
    }
  }
  EXPECT_EQ(found, text.images.size());
  EXPECT_GE(text.images.size() + 1, json.images.size());  // iOS leaves the pseudo-image out.
}

constexpr const char* kIps = "symbolication/macsymbolicator-a/ios-crash-in-ips-format.ips";

INSTANTIATE_TEST_SUITE_P(
    Corpus, AppleTwinTest,
    testing::Values(
        Twin{"ips-macos/OpenHuman-macOS26.5-ARM-64-EXC_BAD_ACCESS-296E9C85.ips",
             "crash-text/OpenHuman-macOS26.5-ARM-64-EXC_BAD_ACCESS-translated-b45aa7.crash"},
        Twin{"ips-macos/novellum-macOS26.3.1-ARM-64-EXC_CRASH-D45B85C7.ips",
             "crash-text/novellum-macOS26.3.1-ARM-64-EXC_CRASH-translated-036f7a.crash"},
        Twin{"ips-macos/novellum-macOS26.3.1-ARM-64-EXC_CRASH-4A3E3E73.ips",
             "crash-text/novellum-macOS26.3.1-ARM-64-EXC_CRASH-translated-d4fefa.crash"},
        Twin{"ips-macos/FocusTogether-macOS15.7.2-ARM-64-EXC_CRASH-8A74258B.ips",
             "crash-text/FocusTogether-macOS15.7.2-ARM-64-EXC_CRASH-translated-93b5bd.crash"},
        Twin{"ips-macos/PhotoGuruViewer-macOS15.6.1-ARM-64-EXC_CRASH-79D3462F.ips",
             "crash-text/PhotoGuruViewer-macOS15.6.1-ARM-64-EXC_CRASH-translated-6523b0.crash"},
        Twin{"ips-macos/image-optimizer-macOS14.7-X86-64-EXC_CRASH-C7E12B17.ips",
             "crash-text/image-optimizer-macOS14.7-X86-64-EXC_CRASH-translated-932668.crash"},
        Twin{"ips-macos/Slicer-macOS13.0-X86-64-rosetta-EXC_BAD_ACCESS-CD82087D.ips",
             "crash-text/Slicer-macOS13.0-X86-64_Translated-EXC_BAD_ACCESS-4111d1.crash"},
        Twin{"ips-macos/Slicer-macOS12.6.1-X86-64-EXC_BAD_ACCESS-307EBFB2.ips",
             "crash-text/Slicer-macOS12.6.1-X86-64-EXC_BAD_ACCESS-translated-aa67d0.crash"},
        Twin{"ips-macos/CrashOnExitTest001-macOS13.4.1-X86-64-EXC_BAD_ACCESS-EE338EA5.ips",
             "crash-text/CrashOnExitTest001-macOS13.4.1-X86-64-EXC_BAD_ACCESS-translated-75e35d.crash"},
        Twin{"ips-macos/Thelemacus-macOS14.1-ARM-64-EXC_BAD_ACCESS-B9D5EEF8.ips",
             "crash-text/Thelemacus-macOS14.1-ARM-64-EXC_BAD_ACCESS-translated-e14944.crash",
             Whitespace::folded},
        Twin{"ips-macos/Transit-macOS15.2-ARM-64-EXC_BREAKPOINT-6D7FEBB5.ips",
             "crash-text/Transit-macOS15.2-ARM-64-EXC_BREAKPOINT-translated-1f1fdf.crash"},
        Twin{"symbolication/macsymbolicator-a/ios-crash.ips",
             "symbolication/macsymbolicator-a/ios-crash.crash"},
        Twin{kIps, "symbolication/macsymbolicator-a/ios-crash-without-json-header.crash"},
        Twin{kIps, "symbolication/macsymbolicator-a/ios-crash-with-json-header.crash"},
        Twin{"symbolication/macsymbolicator-a/multi-target-crash.ips",
             "symbolication/macsymbolicator-a/multi-target-crash.crash"},
        Twin{"symbolication/macsymbolicator-a/single-target-crash.ips",
             "symbolication/macsymbolicator-a/single-target-crash.crash"}));

}  // namespace
}  // namespace faultline
