// Reports that were cut, damaged, copied and pasted.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analyzer/parse/json/json_repair.h"
#include "analyzer/parse/parse_report.h"
#include "reports/documents/apple_text.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

auto issue_at(const std::string& pointer) { return Contains(Field(&Issue::path, pointer)); }
auto issue_says(const std::string& text) { return Contains(Field(&Issue::message, HasSubstr(text))); }

/// Everything that a report of the builder must still say after it was pasted.
void expect_whole(const CrashReport& report) {
  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.incident, std::string(IpsBuilder::kIncident));
  EXPECT_EQ(report.pid, 4242);
  EXPECT_EQ(report.crashed_thread_index(), 1U);
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[1].frames[0].symbol, "-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  EXPECT_EQ(report.images.size(), 3U);
  EXPECT_EQ(report.origin, ReportOrigin::imported);
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string prefix_lines(const std::string& text, const std::string& prefix) {
  return prefix + replace_all(text.substr(0, text.size() - 1), "\n", "\n" + prefix) + "\n";
}

IpsBuilder report_of_threads(std::size_t count) {
  IpsBuilder builder;
  builder.clear_threads();
  for (std::size_t i = 0; i < count; ++i) {
    IpsThread thread;
    thread.id = 100 + i;
    thread.triggered = i == 1;
    thread.frames = {ips_frame(0, 16 * i, "function" + std::to_string(i), i)};
    builder.thread(thread);
  }
  return builder;
}

TEST(ToleranceTest, AFileCutInTheMiddleGivesAllThreadsBeforeTheCut) {
  const auto text = report_of_threads(40).text();
  const auto cut = text.find("\"function25\"");

  const auto report = parse_report(std::string_view(text).substr(0, cut));

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.pid, 4242);
  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_GE(report.threads.size(), 25U);
  for (std::size_t i = 0; i < 25; ++i) {
    ASSERT_EQ(report.threads[i].frames.size(), 1U);
    EXPECT_EQ(report.threads[i].frames[0].symbol, "function" + std::to_string(i));
  }
  EXPECT_THAT(report.issues, issue_says("the report ends here"));
  EXPECT_THAT(report.issues, issue_at("/threads/25/frames/0/symbol"));
}

TEST(ToleranceTest, EveryPossibleCutGivesAReportAndNeverLessThanTheOneBefore) {
  const auto text = report_of_threads(4).text();
  const auto header_end = text.find('\n');
  std::size_t threads = 0;
  for (std::size_t cut = header_end + 1; cut <= text.size(); ++cut) {
    const auto report = parse_report(std::string_view(text).substr(0, cut));
    ASSERT_EQ(report.kind, ReportKind::crash) << cut;
    ASSERT_EQ(report.incident, std::string(IpsBuilder::kIncident)) << cut;
    ASSERT_GE(report.threads.size(), threads) << cut;
    threads = report.threads.size();
  }
  EXPECT_EQ(threads, 4U);
}

TEST(ToleranceTest, InvalidUtf8IsReplacedAndNamedAndNothingElseIsLost) {
  const auto text = replace_all(IpsBuilder().text(), "\"zsh\"", "\"z\xff\xc3(sh\"");

  const auto report = parse_report(text);

  expect_whole(report);
  EXPECT_EQ(report.parent_name, "z\xef\xbf\xbd\xef\xbf\xbd(sh");
  EXPECT_THAT(report.issues, issue_at("/parentProc"));
  EXPECT_THAT(report.issues, issue_says("0xff"));
}

TEST(ToleranceTest, AnIntegerBeyond64BitsIsLeftOutAndNamed) {
  const auto report = parse_report(IpsBuilder().body("procExitAbsTime", "18446744073709551616").text());

  expect_whole(report);
  EXPECT_EQ(report.exit_ticks, std::nullopt);
  EXPECT_THAT(report.issues, issue_at("/procExitAbsTime"));
  EXPECT_THAT(report.issues, issue_says("18446744073709551616 does not fit into 64 bits"));
}

TEST(ToleranceTest, DeepNestingIsLeftOut) {
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');

  const auto report = parse_report(IpsBuilder().body("trmStatus", deep).text());

  expect_whole(report);
  EXPECT_THAT(report.issues, issue_says("levels deep"));
}

TEST(ToleranceTest, OpenBracketsWithoutEndAreNoReportAndNoHarm) {
  EXPECT_EQ(parse_report(std::string(500000, '[')).kind, ReportKind::unreadable);
  EXPECT_EQ(parse_report(std::string(500000, '{')).kind, ReportKind::unreadable);
  EXPECT_NE(parse_report("{\"bug_type\":\"309\"}\n{\"threads\":" + std::string(500000, '[')).kind,
            ReportKind::unreadable);
}

TEST(ToleranceTest, AMissingHeaderIsNamedAndTheBodySpeaks) {
  const auto report = parse_report(IpsBuilder().body_text());

  expect_whole(report);
  EXPECT_THAT(report.issues, issue_at("/header"));
}

TEST(ToleranceTest, ADamagedHeaderStillGivesTheBody) {
  auto text = IpsBuilder().text();
  text.insert(text.find("\"timestamp\""), "\"odd\":@x@,");

  const auto report = parse_report(text);

  expect_whole(report);
  EXPECT_EQ(report.header.bug_type, "309");
}

TEST(ToleranceTest, AHeaderAloneSaysThatTheBodyIsMissing) {
  const auto report = parse_report(IpsBuilder().header_text() + "\n");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.incident, std::string(IpsBuilder::kIncident));
  EXPECT_THAT(report.issues, issue_says("the body is missing"));
}

TEST(ToleranceTest, TextBeforeAndAfterDoesNoHarm) {
  const auto text = "my words\n\n-----------\nFull Report\n-----------\n\n" + IpsBuilder().text() +
                    "\nModel: Mac16,1, BootROM 11881.1.1\nGraphics: Apple M4, Built-In\n";

  const auto report = parse_report(text);

  expect_whole(report);
  EXPECT_THAT(report.issues, IsEmpty());
}

TEST(ToleranceTest, TheJsonSpeaksWhereTheTranslatedTextStandsBeforeIt) {
  const auto json = IpsBuilder().text();
  const auto text_form =
      render_apple_text(parse_report(json)) + "-----------\nFull Report\n-----------\n\n" + json;

  const auto report = parse_report(text_form);

  EXPECT_FALSE(report.from_text);
  EXPECT_TRUE(report == parse_report(json));
}

TEST(ToleranceTest, WhereTheJsonBehindATextIsCutTheTextStandsIn) {
  const auto json = IpsBuilder().text();
  const auto cut = json.substr(0, json.find("\"faultingThread\""));
  const auto text_form =
      render_apple_text(parse_report(json)) + "-----------\nFull Report\n-----------\n\n" + cut;

  const auto report = parse_report(text_form);

  EXPECT_TRUE(report.from_text);
  EXPECT_EQ(report.incident, std::string(IpsBuilder::kIncident));
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[1].frames[0].symbol, "-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  EXPECT_THAT(report.issues, issue_at("/threads"));
}

struct Paste {
  const char* name;
  std::string text;
};
std::ostream& operator<<(std::ostream& out, const Paste& paste) { return out << paste.name; }

class PasteTest : public testing::TestWithParam<Paste> {};

TEST_P(PasteTest, IsReadAsTheReportThatItWas) { expect_whole(parse_report(GetParam().text)); }

std::string html_page() {
  auto text = replace_all(IpsBuilder().text(), "&", "&amp;");
  text = replace_all(text, "\"", "&quot;");
  text = replace_all(text, "<", "&lt;");
  return "<html><body><div class=\"post\"><p>Hello, it crashed:</p><p>" + replace_all(text, "\n", "<br>\n") +
         "</p></div></body></html>\n";
}

std::string forum_page() {
  std::string out;
  bool open = true;
  for (const char c : IpsBuilder().text()) {
    if (c != '"') {
      out += c;
      continue;
    }
    out += open ? "\xe2\x80\x9c" : "\xe2\x80\x9d";
    open = !open;
  }
  return "<p>" + replace_all(out, "\n", "<br>\n") + "</p><p>x</p><p>y</p>";
}

INSTANTIATE_TEST_SUITE_P(
    Ways, PasteTest,
    testing::Values(
        Paste{"Carriage returns", replace_all(IpsBuilder().text(), "\n", "\r\n")},
        Paste{"Byte order mark", "\xef\xbb\xbf" + IpsBuilder().text()},
        Paste{"Leading blank", prefix_lines(IpsBuilder().text(), " ")},
        Paste{"Quoted", prefix_lines(IpsBuilder().text(), "> ")},
        Paste{"Quoted twice", prefix_lines(IpsBuilder().text(), "> > ")},
        Paste{"Fenced", "It crashed:\n```json\n" + IpsBuilder().text() + "```\nThanks\n"},
        Paste{"Typographic quotes",
              replace_all(replace_all(IpsBuilder().text(), "{\"", "{\xe2\x80\x9c"), "\":", "\xe2\x80\x9d:")},
        Paste{"HTML with entities", html_page()}, Paste{"Forum page", forum_page()},
        Paste{"No-break blanks", replace_all(IpsBuilder().text(), "  \"", "\xc2\xa0\xc2\xa0\"")},
        Paste{"Trailing comma", replace_all(IpsBuilder().text(), "\n}\n", ",\n}\n")},
        Paste{"Missing comma", replace_all(IpsBuilder().text(), "\"pid\" : 4242,", "\"pid\" : 4242")},
        Paste{"Hard wrapped", replace_all(IpsBuilder().text(), "setCompute", "setC\nompute")}));

TEST(ToleranceTest, ALineEndInsideAFunctionNameStaysInTheTextOfTheSystem) {
  IpsBuilder builder;
  builder.clear_threads();
  IpsThread thread;
  thread.triggered = true;
  thread.frames = {ips_frame(0, 32, "vector:1393: assertion failed\\n")};
  builder.thread(thread);

  EXPECT_THAT(render_apple_text(parse_report(builder.text())), HasSubstr("assertion failed\n + 0\n"));
}

TEST(ToleranceTest, SpacesOfAWebPageDoNotMoveTheImages) {
  // Between the elements of a list they would pass for elements.
  const auto report = parse_report(replace_all(IpsBuilder().text(), "  ", "\xc2\xa0 "));

  expect_whole(report);
  EXPECT_EQ(report.image_of(report.threads[1].frames[0])->name, "AGXMetalG16X");
  EXPECT_THAT(report.issues, issue_says("unusual blanks were taken off"));
  EXPECT_LT(report.issues.size(), 5U);
}

TEST(ToleranceTest, TheSourceOfAWebPageIsReadThroughItsEntities) {
  const auto text = replace_all(replace_all(IpsBuilder().text(), "<", "&lt;"), "\"", "&quot;");

  expect_whole(parse_report("<pre>" + text + "</pre>"));

  const auto original = parse_report(render_apple_text(parse_report(IpsBuilder().text())));
  const auto escaped = replace_all(
      replace_all(render_apple_text(parse_report(IpsBuilder().text())), "<", "&lt;"), ">", "&gt;");
  EXPECT_EQ(parse_report("<pre>" + escaped + "</pre>").images, original.images);
}

TEST(ToleranceTest, AReindentedReportWithItsHeaderSpreadOverLinesIsRead) {
  auto header = replace_all(IpsBuilder().header_text(), ",\"", ",\n    \"");
  const auto report =
      parse_report(header + "\n" + replace_all(IpsBuilder().body_text(), ",\"", ",\n        \""));

  expect_whole(report);
  EXPECT_THAT(report.issues, IsEmpty());
}

TEST(ToleranceTest, APieceOfAReportIsReconstructedNotImported) {
  const auto report = parse_report(
      "  \"exception\" : {\"type\":\"EXC_GUARD\",\"signal\":\"SIGKILL\",\"rawCodes\":[78611,0]},\n"
      "  \"faultingThread\" : 10,\n");

  EXPECT_EQ(report.origin, ReportOrigin::reconstructed);
  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.exception->type, "EXC_GUARD");
  EXPECT_EQ(report.crashed_thread_number(), 10U);
}

TEST(ToleranceTest, AStackThatBeginsInTheMiddleKeepsItsFramesAndNamedRegisters) {
  const auto report = parse_report(
      "10616832},\"fp\":{\"value\":1},\"pc\":{\"value\":7,\"matchesCrashFrame\":1},\"far\":{\"value\":152}},"
      "\"queue\":\"q\",\"frames\":[" +
      ips_frame(2, 64, "f", 4) + "," + ips_frame(2, 96, "g", 8) + ",{\"imageOffset\":1,\"sym");

  EXPECT_EQ(report.origin, ReportOrigin::reconstructed);
  ASSERT_EQ(report.crashed_thread_index(), 0U);
  EXPECT_EQ(report.threads[0].queue, "q");
  EXPECT_GE(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].state->find("far")->value, 152U);
}

struct Unreadable {
  const char* name;
  std::string bytes;
  const char* says;
};
std::ostream& operator<<(std::ostream& out, const Unreadable& input) { return out << input.name; }

class UnreadableTest : public testing::TestWithParam<Unreadable> {};

TEST_P(UnreadableTest, IsCalledWhatItIsWithTheRemedy) {
  const auto report = parse_report(GetParam().bytes);

  EXPECT_EQ(report.kind, ReportKind::unreadable);
  ASSERT_EQ(report.issues.size(), 1U);
  EXPECT_THAT(report.issues[0].message, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    Inputs, UnreadableTest,
    testing::Values(
        Unreadable{"Nothing", "", "the file is empty"},
        Unreadable{"Blanks", "\n\n  \n", "nothing but blanks"},
        Unreadable{"Gzip", std::string("\x1f\x8b\x08\0\0\0", 6), "gzip"},
        Unreadable{"Elf",
                   std::string("\x7f"
                               "ELF\x02\x01\0\0",
                               8),
                   "ELF program"},
        Unreadable{"Utf16", std::string("\xff\xfe{\0\"\0", 6), "save it as UTF-8"},
        Unreadable{"Zeros", std::string(4096, '\0'), "binary data"},
        Unreadable{"WebPage", "<!DOCTYPE html><html><body><p>Hello</p></body></html>", "web page"},
        Unreadable{"OtherJson", "{\"answer\": 42}\n", "JSON, but not a crash report"},
        Unreadable{"Prose", "Dear all, it crashed again.\n", "nothing in it looks like a crash report"}));

/// What repair_json() makes of a text.
std::string repaired(std::string_view text) {
  std::vector<Issue> issues;
  IssueList list(issues);
  const JsonPath top;
  return repair_json(text, top, list).text;
}

TEST(JsonRepairTest, ValidJsonStaysWhatItIs) {
  EXPECT_EQ(repaired(R"({"a":[1,-2,3.5,true,false,null,"x\n\u00e9"],"b":{}})"),
            R"({"a":[1,-2,3.5,true,false,null,"x\n\u00e9"],"b":{}})");
}

TEST(JsonRepairTest, DamageIsPutRight) {
  EXPECT_EQ(repaired(R"({"a":1,"b":[1,2)"), R"({"a":1,"b":[1]})");
  EXPECT_EQ(repaired(R"({"a":1,"b":"cut)"), R"({"a":1})");
  EXPECT_EQ(repaired(R"({"a":1,"b)"), R"({"a":1})");
  EXPECT_EQ(repaired(R"({"a":1,"b":)"), R"({"a":1})");
  EXPECT_EQ(repaired(R"([1,,2,])"), R"([1,2])");
  EXPECT_EQ(repaired(R"([1 2])"), R"([1,2])");
  EXPECT_EQ(repaired(R"({"a":0x10})"), R"({"a":16})");
  EXPECT_EQ(repaired(R"({"a":nonsense,"b":2})"), R"({"a":null,"b":2})");
  EXPECT_EQ(repaired(R"([{"a":1],2])"), R"([{"a":1}])");
  EXPECT_EQ(repaired(R"(["\q"])"), "[\"\xef\xbf\xbd\"]");
  EXPECT_EQ(repaired(R"(["\ud800"])"), "[\"\xef\xbf\xbd\"]");
  EXPECT_EQ(repaired("[1e999]"), "[null]");
  EXPECT_EQ(repaired(""), "null");
}

}  // namespace
}  // namespace faultline
