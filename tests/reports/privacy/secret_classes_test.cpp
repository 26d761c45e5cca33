// Secrets of every documented class in every place where text comes in: none may be left.

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/ips/ips_writer.h"
#include "reports/documents/apple_text.h"
#include "reports/privacy/leak_check.h"
#include "reports/privacy/leak_forms.h"
#include "reports/privacy/scrub.h"
#include "reports/privacy/token_patterns.h"

namespace faultline {
namespace {

/// `{}` in `text` is where `secret` stands; a number is worked into both, so that no two are equal.
struct Planted {
  const char* secret_class;
  std::string text;
  std::string secret;
};

std::vector<Planted> planted(int number) {
  const std::string n = std::to_string(100 + number);
  const std::string h = n.substr(0, 2);
  return {
      {"home folder", "open /Users/quentin" + n + "/x", "quentin" + n},
      {"home folder with a blank", "open /Users/zoe" + n + " smith/models/x", "zoe" + n + " smith"},
      {"e-mail address", "mail zora" + n + "@example.org now", "zora" + n},
      {"login", "ran on walter" + n + "@studiobox" + n + " here", "walter" + n},
      {"host of a private domain", "from boxen" + n + ".local port 80", "boxen" + n},
      {"host below a private domain", "at build" + n + ".corp.example.com now", "build" + n},
      {"IPv4", "at 192.168.1." + n + " now", "192.168.1." + n},
      {"carrier-grade NAT", "at 100.72.3." + n + " now", "100.72.3." + n},
      {"IPv6", "at fe80::1c2b:3dff:fe4e:" + n + " now", "1c2b:3dff:fe4e:" + n},
      {"IPv6 in full", "at 2001:db8:85a3:0:0:8a2e:370:" + n + " now", "85a3:0:0:8a2e:370:" + n},
      {"MAC", "if a4:83:e7:1c:2b:" + h + " up", "e7:1c:2b:" + h},
      {"MAC with dashes", "if a4-83-e7-1c-2d-" + h + " up", "e7-1c-2d-" + h},
      {"MAC with points", "if a483.e71c.2" + n + " up", "a483.e71c.2" + n},
      {"MAC without zeros", "if 4:83:e7:c:2f:" + h + " up", "4:83:e7:c:2f:" + h},
      {"option", "tool --api-token plainword" + n + " --threads 8", "plainword" + n},
      {"option with =", "tool --password=other" + n + " -v", "other" + n},
      {"environment", "HF_SECRET=lowsecret" + n + " run", "lowsecret" + n},
      {"JSON", R"({"password": "jsonword)" + n + R"("})", "jsonword" + n},
      {"escaped JSON", R"("{\"api_key\": \"escword)" + n + R"(\"}")", "escword" + n},
      {"authorization header", "Authorization: Token abcword" + n, "abcword" + n},
      {"bearer", "used bearer abc.def.ghi" + n + " once", "abc.def.ghi" + n},
      {"cookie", "Cookie: sid=cookieword" + n + "; lang=de", "cookieword" + n},
      {"webhook", "post https://hooks.slack.com/services/T0" + n + "/B0/abcDEF" + n, "abcDEF" + n},
      {"password in a link", "https://bob:pw" + n + "@example.org/x", "pw" + n},
      {"serial number", "Serial Number (system): C02XG" + n + "JH7", "C02XG" + n},
      {"IMEI", "IMEI: 35693803564" + n, "35693803564" + n},
      {"SSID", "SSID: HomeNet" + n, "HomeNet" + n},
      {"UDID", "device 00008110-001A2B3C4D5E6" + n + " attached", "001A2B3C4D5E6" + n},
      {"private key", "-----BEGIN PRIVATE KEY-----\nMIIEv" + n + "q\n-----END PRIVATE KEY-----", "MIIEv" + n},
  };
}

/// Each place where text comes in: gives the scrubbed document that holds it.
using Place = std::function<std::string(Scrubber&, const std::string&)>;

std::string in_report(Scrubber& scrubber, const std::function<void(CrashReport&)>& put) {
  CrashReport report;
  report.kind = ReportKind::crash;
  report.threads.emplace_back();
  report.threads[0].frames.emplace_back();
  report.exception.emplace();
  report.termination.emplace();
  put(report);
  const auto clean = scrubber.scrub(report);
  return write_ips(clean) + render_apple_text(clean);
}

const std::map<std::string, Place>& places() {
  static const std::map<std::string, Place> all{
      {"free text", [](Scrubber& s, const std::string& t) { return s.scrub_text(t); }},
      {"file name", [](Scrubber& s, const std::string& t) { return s.scrub_text("a.log: " + t + "\n"); }},
      {"application information",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.app_specific_info.push_back({"libx.dylib", {t}}); });
       }},
      {"exception message",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.exception->message = t; });
       }},
      {"thread name",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.threads[0].name = t; });
       }},
      {"queue name",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.threads[0].queue = t; });
       }},
      {"process name",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.process_name = t; });
       }},
      {"termination reason",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.termination->reasons.push_back(t); });
       }},
      {"memory region",
       [](Scrubber& s, const std::string& t) {
         return in_report(s, [&](CrashReport& r) { r.vm_region_info = t; });
       }},
  };
  return all;
}

TEST(SecretClassesTest, NoneIsLeftOfAnyClassInAnyPlace) {
  int number = 0;
  int count = 0;
  for (const auto& [name, place] : places()) {
    for (const auto& one : planted(number)) {
      Scrubber scrubber;
      const auto text = place(scrubber, one.text);
      EXPECT_EQ(text.find(one.secret), std::string::npos)
          << one.secret_class << " in " << name << ": " << text;
      ++count;
    }
    ++number;
  }
  EXPECT_GE(count, 200);
}

TEST(SecretClassesTest, KeysOfFortyServicesAreMasked) {
  std::set<std::string_view> services;
  for (const auto& pattern : kTokenPatterns) {
    const std::string key = std::string(pattern.prefix) + std::string(pattern.least - 1, 'q') + "7";
    Scrubber scrubber;
    const auto text = scrubber.scrub_text("with key " + key + " it failed");
    EXPECT_EQ(text, "with key TOKEN it failed") << pattern.service;
    EXPECT_FALSE(find_private_forms("with key " + key + " it failed").empty()) << pattern.service;
    services.insert(pattern.service);
  }
  EXPECT_GE(services.size(), 40U);
}

TEST(SecretClassesTest, TheWordBehindAnOptionThatSoundsSecretIsMasked) {
  Scrubber scrubber;
  EXPECT_EQ(
      scrubber.scrub_command({"prog", "--api-key", "zebra", "--threads", "8", "--auth", "-v", "zebra"}),
      (std::vector<std::string>{"prog", "--api-key", "TOKEN", "--threads", "8", "--auth", "-v", "TOKEN"}));
}

TEST(SecretClassesTest, NamesAndVersionsStay) {
  CrashReport report;
  report.kind = ReportKind::crash;
  report.header.app_version = "10.1.2.3";
  report.threads.emplace_back();
  report.threads[0].frames.emplace_back();
  for (const auto* symbol : {"-[Login setPassword:confirmToken:]", "a::b::c", "std::dead::beef", "memcpy@plt",
                             "operator new(unsigned long)"}) {
    report.threads[0].frames[0].symbol = symbol;
    Scrubber scrubber;
    const auto clean = scrubber.scrub(report);
    EXPECT_EQ(clean.threads[0].frames[0].symbol, symbol);
    EXPECT_EQ(clean.header.app_version, "10.1.2.3");
  }
  for (const auto* text : {"12:34:56", "0ce453ff-65d5-3a0c-a2f0-7a41c0e03a0c", "numpy@latest",
                           "2025-01-02-03-04-05", "version 10.15.7", "std::fade::add(int)", "::1"}) {
    Scrubber scrubber;
    EXPECT_EQ(scrubber.scrub_text(text), text);
  }
}

// What the scrubbing does not know of is found in the finished file.
TEST(SecretClassesTest, TheSecondLayerSeesFormsOnItsOwn) {
  for (const auto* text :
       {"/Users/quentin/x", "zora@example.org", "ghp_0123456789abcdefABCD", "-----BEGIN RSA PRIVATE KEY-----",
        "Authorization: Bearer abc123def", "https://bob:hunter2@example.org/", "192.168.1.20", "100.72.3.4",
        "a4:83:e7:1c:2b:3d", "https://discord.com/api/webhooks/123456789/abcdef"}) {
    LeakCheck result;
    ASSERT_TRUE(check_text_for_leaks("notes.txt", text, {}, result).has_value());
    EXPECT_EQ(result.hits.size(), 1U) << text;
    std::string wide;
    for (const char* c = text; *c != '\0'; ++c) wide += {*c, '\0'};
    LeakCheck wide_result;
    ASSERT_TRUE(check_text_for_leaks("wide.txt", wide, {}, wide_result).has_value());
    EXPECT_GE(wide_result.hits.size(), 1U) << text;
  }
  for (const auto* text :
       {"/Users/USER/x", "EMAIL", "memcpy@GLIBC_2.14", "10.0.0.1 of libfoo", "TOKEN", "100.1.2.3"}) {
    LeakCheck result;
    ASSERT_TRUE(check_text_for_leaks("notes.txt", text, {}, result).has_value());
    EXPECT_TRUE(result.hits.empty()) << text;
  }
}

}  // namespace
}  // namespace faultline
