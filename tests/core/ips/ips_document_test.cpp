#include "core/ips/ips_document.h"

#include <gtest/gtest.h>

#include <string>

#include "core/ips/json_scan.h"
#include "core/ips/report_summary.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

TEST(SplitIpsTest, AFileFromTheDiskIsHeaderAndBody) {
  const auto text = IpsBuilder().text();
  const auto parts = split_ips(text);

  EXPECT_EQ(parts.before, "");
  EXPECT_EQ(parts.header, IpsBuilder().header_text());
  EXPECT_EQ(std::string(parts.body) + std::string(parts.after), IpsBuilder().body_text());
  EXPECT_TRUE(parts.body_is_json);
  EXPECT_TRUE(parts.body_is_complete);
  EXPECT_EQ(parts.after, "\n");
}

TEST(SplitIpsTest, WordsBeforeAndAProfileAfterAreKeptApart) {
  const auto text = "Process: x [1]\n{ this is prose\n" + IpsBuilder().text() + "\nModel: Mac16,1\n";
  const auto parts = split_ips(text);

  EXPECT_EQ(parts.before, "Process: x [1]\n{ this is prose\n");
  EXPECT_EQ(parts.header, IpsBuilder().header_text());
  EXPECT_TRUE(parts.body_is_complete);
  EXPECT_EQ(parts.after, "\n\nModel: Mac16,1\n");
}

TEST(SplitIpsTest, ABodyThatRepeatsTheBugTypeIsNoHeader) {
  const auto text = IpsBuilder().body("bug_type", "\"309\"").body_text();
  const auto parts = split_ips(text);

  EXPECT_EQ(parts.header, "");
  EXPECT_TRUE(parts.body_is_json);
  EXPECT_TRUE(parts.body_is_complete);
}

TEST(SplitIpsTest, ABodyOfTextIsTheRest) {
  const auto parts = split_ips("{\"bug_type\":\"109\"}\nIncident Identifier: X\nProcess: a [7]\n");

  EXPECT_EQ(parts.header, "{\"bug_type\":\"109\"}");
  EXPECT_FALSE(parts.body_is_json);
  EXPECT_EQ(parts.body, "Incident Identifier: X\nProcess: a [7]\n");
}

TEST(SplitIpsTest, WithoutAnyJsonEverythingIsBefore) {
  const auto parts = split_ips("just words\nand { braces }\n");

  EXPECT_EQ(parts.before, "just words\nand { braces }\n");
  EXPECT_FALSE(parts.body_is_json);
}

TEST(SplitIpsTest, ACutBodyIsNotComplete) {
  const auto text = IpsBuilder().text();
  for (const auto length : {text.size() - 3, text.size() / 2, IpsBuilder().header_text().size() + 5}) {
    const auto parts = split_ips(std::string_view(text).substr(0, length));
    EXPECT_TRUE(parts.body_is_json) << length;
    EXPECT_FALSE(parts.body_is_complete) << length;
  }
}

TEST(ReadIdentityTest, SaysWhoDiedWhen) {
  const auto identity = summarize_report(IpsBuilder().text()).identity;

  EXPECT_EQ(identity.incident, std::string(IpsBuilder::kIncident));
  EXPECT_EQ(identity.bug_type, "309");
  EXPECT_EQ(identity.process_name, "model");
  EXPECT_EQ(identity.pid, 4242);
  EXPECT_EQ(identity.parent_pid, 4000);
  EXPECT_EQ(identity.start_ticks, 8344400000000U);
  EXPECT_EQ(identity.boot_session, "55555555-6666-7777-8888-999999999999");
  ASSERT_TRUE(identity.capture_time);
  EXPECT_EQ(format_utc(*identity.capture_time), "2025-12-21T01:36:18.286Z");
  ASSERT_TRUE(identity.launch_time);
  EXPECT_EQ(format_utc(*identity.launch_time), "2025-12-21T01:36:17.000Z");
  EXPECT_TRUE(identity.complete);
}

TEST(ReadIdentityTest, EscapesInNamesAreResolved) {
  const auto identity =
      summarize_report(IpsBuilder().process("a\\u00e9\\\"b\\ud83d\\ude00", 7).text()).identity;

  EXPECT_EQ(identity.process_name, "a\xc3\xa9\"b\xf0\x9f\x98\x80");
  EXPECT_EQ(identity.pid, 7);
}

TEST(ReadIdentityTest, AFileThatIsStillBeingWrittenIsNotComplete) {
  const auto text = IpsBuilder().text();
  const auto closing = text.rfind('}');
  for (std::size_t length = 0; length <= closing; length += 7) {
    EXPECT_FALSE(summarize_report(std::string_view(text).substr(0, length)).identity.complete) << length;
  }
  EXPECT_TRUE(summarize_report(std::string_view(text).substr(0, closing + 1)).identity.complete);
}

TEST(ReadIdentityTest, ACutFileStillSaysWhatStandsBeforeTheCut) {
  const auto text = IpsBuilder().text();
  const auto identity = summarize_report(std::string_view(text).substr(0, text.find("\"threads\""))).identity;

  EXPECT_EQ(identity.pid, 4242);
  EXPECT_EQ(identity.incident, std::string(IpsBuilder::kIncident));
  EXPECT_FALSE(identity.complete);
}

TEST(ReadIdentityTest, ATextReportSaysItInItsFirstLines) {
  const auto identity = summarize_report(
                            "Process:               Google Chrome [H] [4711]\n"
                            "Parent Process:        launchd [1]\n"
                            "Date/Time:             2020-08-14 09:16:04.580 +0100\n"
                            "\nThread 0 Crashed:\n\nBinary Images:\n")
                            .identity;

  EXPECT_EQ(identity.process_name, "Google Chrome [H]");
  EXPECT_EQ(identity.pid, 4711);
  EXPECT_EQ(identity.parent_pid, 1);
  ASSERT_TRUE(identity.capture_time);
  EXPECT_EQ(format_utc(*identity.capture_time), "2020-08-14T08:16:04.580Z");
  EXPECT_TRUE(identity.complete);
  EXPECT_FALSE(summarize_report("Process: a [1]\nThread 0:\n").identity.complete);
}

TEST(ReadIdentityTest, OtherBugTypesAreCompleteWhenTheirBodyIs) {
  EXPECT_TRUE(summarize_report("{\"bug_type\":\"298\",\"incident_id\":\"a\"}\n{\n \"x\" : [1, 2]\n}\n")
                  .identity.complete);
  EXPECT_FALSE(summarize_report("{\"bug_type\":\"298\",\"incident_id\":\"a\"}\n{\n \"x\" : [1, 2]\n")
                   .identity.complete);
  EXPECT_FALSE(summarize_report("{\"bug_type\":\"298\",\"incident_id\":\"a\"}\n").identity.complete);
}

TEST(JsonScanTest, ValuesEndWhereTheyEnd) {
  EXPECT_EQ(skip_json_value(R"({"a":"}\"]"} x)", 0), 12U);
  EXPECT_EQ(skip_json_value("[1,[2,{}]],", 0), 10U);
  EXPECT_EQ(skip_json_value("12,", 0), 2U);
  EXPECT_EQ(skip_json_value("\"a\\\\\",", 0), 5U);
  EXPECT_EQ(skip_json_value("{\"a\":1", 0), std::nullopt);
  EXPECT_EQ(skip_json_value("\"abc", 0), std::nullopt);
}

TEST(JsonScanTest, MembersAreGivenInOrderUntilTheTextEnds) {
  JsonMembers members(R"({ "a" : 1, "b" : [2, {"c":3}], "d" : "x)");
  std::string seen;
  while (members.next()) seen += std::string(members.key()) + "=" + std::string(members.value()) + ";";

  EXPECT_EQ(seen, R"(a=1;b=[2, {"c":3}];)");
  EXPECT_FALSE(members.complete());
}

}  // namespace
}  // namespace faultline
