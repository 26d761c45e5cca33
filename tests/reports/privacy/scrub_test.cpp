#include "reports/privacy/scrub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/ips/ips_writer.h"
#include "reports/documents/apple_text.h"
#include "reports/privacy/leak_check.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string scrubbed(std::string_view text) {
  Scrubber scrubber;
  return scrubber.scrub_text(text);
}

TEST(ScrubTest, MasksTheUserInEveryFormOfPath) {
  EXPECT_EQ(scrubbed("open /Users/jane/x.bin"), "open /Users/USER/x.bin");
  EXPECT_EQ(scrubbed("open /home/jane/x.bin"), "open /home/USER/x.bin");
  EXPECT_EQ(scrubbed("at /Users/jane doe/models/x"), "at /Users/USER/models/x");
  EXPECT_EQ(scrubbed(R"(at /Users/jane\ doe/models/x)"), "at /Users/USER/models/x");
  EXPECT_EQ(scrubbed("file:///Users/jane%20doe/x"), "file:///Users/USER/x");
  EXPECT_EQ(scrubbed("x=%2FUsers%2Fjane%2Fx"), "x=%2FUsers%2FUSER%2Fx");
  EXPECT_EQ(scrubbed(R"(C:\Users\jane\x)"), R"(C:\Users\USER\x)");
  EXPECT_EQ(scrubbed("cd ~jane/work"), "cd ~USER/work");
  EXPECT_EQ(scrubbed("/Volumes/Data/Users/jane"), "/Volumes/Data/Users/USER");
  EXPECT_EQ(scrubbed("/Users/jane /Users/joe"), "/Users/USER /Users/USER-2");
}

TEST(ScrubTest, GivesTheSameNameTheSameMaskWhateverItsSpelling) {
  EXPECT_EQ(scrubbed("/Users/Jos\xC3\xA9/a /Users/joe/b /Users/jose\xCC\x81/c /Users/JOS%C3%89/d"),
            "/Users/USER/a /Users/USER-2/b /Users/USER/c /Users/USER/d");
}

TEST(ScrubTest, MasksANameThatAPathGaveAwayAsAWordToo) {
  EXPECT_EQ(scrubbed("/Users/jane/x by Jane, jane_model.bin, not janeiro"),
            "/Users/USER/x by USER, USER_model.bin, not janeiro");
}

TEST(ScrubTest, LeavesAloneWhatIsMaskedOrShared) {
  for (const auto* text :
       {"/Users/USER/*/model", "/Users/Shared/x", "/home/user/x", "/Users/USER-2/x", "/Users/*/x"}) {
    EXPECT_EQ(scrubbed(text), text);
  }
}

TEST(ScrubTest, MasksGenericAccountsInPathsAndLeavesTheirWords) {
  EXPECT_EQ(scrubbed("/Users/runner/work: the test runner"), "/Users/USER/work: the test runner");
}

TEST(ScrubTest, MasksAddressesHostsAndTokens) {
  EXPECT_EQ(scrubbed("mail jane@example.org now"), "mail EMAIL now");
  EXPECT_EQ(scrubbed("jane@studio:~ $"), "USER@HOST:~ $");
  EXPECT_EQ(scrubbed("from Janes-MacBook-Pro.local, port 80"), "from HOST, port 80");
  EXPECT_EQ(scrubbed("at 192.168.1.20"), "at ADDRESS");
  EXPECT_EQ(scrubbed("https://u:pw@build7.example.org/x"), "https://TOKEN@HOST/x");
  EXPECT_EQ(scrubbed("Authorization: Bearer abc123def456"), "Authorization: Bearer TOKEN");
  EXPECT_EQ(scrubbed("API_TOKEN=s3cr3tvalue ok"), "API_TOKEN=TOKEN ok");
  EXPECT_EQ(scrubbed(R"(env = { HF_TOKEN = "hf_abcdefghijklmnopqrstuvwx" })"),
            R"(env = { HF_TOKEN = "TOKEN" })");
  EXPECT_EQ(scrubbed("--password hunter22 --threads 8"), "--password TOKEN --threads 8");
  EXPECT_EQ(scrubbed("Serial Number (system): C02XG2JUH7JG"), "Serial Number (system): ID");
}

TEST(ScrubTest, KeepsWhatAVendorNeeds) {
  for (const auto* text : {"-[AGXG16XFamilyCommandBuffer tryCoalescing:]:1091: failed assertion 'A command "
                           "encoder is already encoding'",
                           "KERN_INVALID_ADDRESS at 0x00000000000005c8", "AGXMetalG16X 329.2 (24.0.33.1)",
                           "https://developer.apple.com/metal/", "com.apple.internal.thing",
                           "memcpy@GLIBC_2.14", "0ce453ff-65d5-3a0c-a2f0-7a41c0e03a0c",
                           "std::vector<int>::~vector()", "key=value threads=8 lock=none"}) {
    EXPECT_EQ(scrubbed(text), text);
  }
}

TEST(ScrubTest, ReplacesMachineIdentifiersByPseudonymsThatKeepEquality) {
  CrashReport report;
  report.crash_reporter_key = "F2B0DB27-1C7D-4D8A-9A5B-0C1D2E3F4A5B";
  report.boot_session = "A8B0DB27-1C7D-4D8A-9A5B-0C1D2E3F4A5B";
  report.sleep_wake_uuid = report.boot_session;
  report.incident = "79BC4A1F-65D5-4A0C-A2F0-7A41C0E03A0C";
  report.user_id = 501;
  Scrubber scrubber;

  const auto clean = scrubber.scrub(report);

  EXPECT_EQ(clean.crash_reporter_key, "00000000-0000-0000-0000-000000000002");
  EXPECT_EQ(clean.boot_session, "00000000-0000-0000-0000-000000000001");
  EXPECT_EQ(clean.sleep_wake_uuid, clean.boot_session);
  EXPECT_EQ(clean.incident, report.incident);
  EXPECT_FALSE(clean.user_id);
}

TEST(ScrubTest, DropsKeysThatNobodyAllowed) {
  CrashReport report;
  report.extras = {{"secretThing", "\"x\""}, {"deployVersion", "210"}};
  report.is_beta = true;
  Scrubber scrubber;

  const auto clean = scrubber.scrub(report);

  EXPECT_THAT(write_ips(clean), Not(HasSubstr("secretThing")));
  ASSERT_EQ(clean.extras.size(), 1U);
  EXPECT_FALSE(clean.is_beta);
}

// Five hundred secrets in twenty kinds of places, each of them its own.

/// A pronounceable name that is no word: `Bagore`, unlike those of other numbers.
std::string name_of(int number) {
  constexpr std::string_view kConsonants = "bdfgklmnprstvz";
  constexpr std::string_view kVowels = "aeiou";
  std::string name;
  for (int i = 0; i < 4; ++i) {
    const auto at = static_cast<std::size_t>(number);
    name += kConsonants[at % kConsonants.size()];
    number /= static_cast<int>(kConsonants.size());
    name += kVowels[(at + static_cast<std::size_t>(i)) % kVowels.size()];
  }
  return name + "q";
}

std::string uuid_of(int number) {
  std::string digits = std::to_string(number);
  return "F2B0DB27-1C7D-4D8A-9A5B-" + std::string(12 - digits.size(), '7') + digits;
}

struct Planted {
  std::vector<CrashReport> reports;
  std::string error_output;
  std::string campaign = "[campaign]\nname = \"x\"\n";
  std::vector<std::string> secrets;
};

Planted plant(int rounds) {
  Planted all;
  int number = 0;
  const auto next = [&] { return name_of(number++); };
  const auto keep = [&](const std::string& secret) {
    all.secrets.push_back(secret);
    return secret;
  };
  const auto uuid = [&] { return keep(uuid_of(++number)); };
  for (int round = 0; round < rounds; ++round) {
    CrashReport report;
    report.process_name = "model";
    report.header.bug_type = "309";
    report.process_path = "/Users/" + keep(next()) + "/bin/model";
    Image image;
    image.name = "libx.dylib";
    image.path = "/Users/" + keep(next() + " " + next()) + "/lib/libx.dylib";
    report.images.push_back(image);
    Thread thread;
    thread.triggered = true;
    Frame frame;
    frame.image_index = 0;
    frame.symbol = "work";
    const auto accented = next();
    frame.source_file = "/Users/" + keep(accented + "\xC3\xA9") + "/work.cpp";
    thread.frames.push_back(frame);
    thread.queue = "queue of " + accented + "e\xCC\x81";  // The same name, decomposed.
    const auto learned = keep(next());
    thread.name = "worker of " + learned;
    report.threads.push_back(thread);
    report.app_specific_info.push_back(
        {"libx", {"cannot open /Users/" + learned + "/x.bin", "~" + keep(next()) + "/y"}});
    report.crash_reporter_key = uuid();
    report.boot_session = uuid();
    report.sleep_wake_uuid = uuid();
    report.device_identifier_for_vendor = uuid();
    report.exception = ExceptionInfo{};
    const auto encoded = next();
    report.exception->message = "at file:///Users/" + encoded + "%20" + encoded + "/x";
    keep(encoded + " " + encoded);
    report.vm_region_info = "mapped file /home/" + keep(next()) + "/x";
    report.extras.emplace_back("notes", "\"" + keep(next()) + "\"");
    all.reports.push_back(report);
    all.error_output += "Authorization: Bearer " + keep(next() + "123456") + "\n";
    all.error_output += "write to " + keep(next() + "@" + next() + ".org") + "\n";
    all.error_output += "connected to " + keep(next() + ".local") + "\n";
    all.error_output += keep(next()) + "@" + keep(next()) + ":~/work $ run\n";
    all.error_output += "open C:\\Users\\" + keep(next()) + "\\x.bin\n";
    all.error_output += "/Users/USER/Library/x on " + keep(next() + "-MacBook-Pro") + ", half masked\n";
    all.error_output += "Serial Number (system): " + keep(next() + "0JUH7") + "\n";
    all.campaign += "# by https://" + keep(next() + ":" + next()) + "@github.com/x\n";
    all.campaign +=
        "env_" + std::to_string(round) + " = { API_TOKEN = \"" + keep(next() + "-v4lue") + "\" }\n";
  }
  return all;
}

std::vector<LeakTarget> targets_of(const std::vector<std::string>& secrets) {
  std::vector<LeakTarget> targets;
  for (const auto& secret : secrets) targets.push_back({"planted", secret});
  return targets;
}

constexpr int kRounds = 23;

TEST(PlantedSecretsTest, NoneIsLeftAndTheVerifierAgrees) {
  const auto planted = plant(kRounds);
  ASSERT_GE(planted.secrets.size(), 500U);
  Scrubber scrubber;
  for (const auto& report : planted.reports) scrubber.learn(report);
  scrubber.learn_text(planted.error_output);
  scrubber.learn_text(planted.campaign);

  std::string everything = scrubber.scrub_text(planted.error_output) + scrubber.scrub_text(planted.campaign);
  for (const auto& report : planted.reports) {
    const auto clean = scrubber.scrub(report);
    everything += write_ips(clean) + render_apple_text(clean);
  }

  LeakCheck check;
  ASSERT_TRUE(check_text_for_leaks("all", everything, targets_of(planted.secrets), check));
  std::string leaked;
  for (const auto& hit : check.hits) leaked += hit.target.value + "\n";
  EXPECT_EQ(leaked, "");
}

TEST(PlantedSecretsTest, TheVerifierFindsEachWhereNothingIsScrubbed) {
  const auto planted = plant(kRounds);
  std::string everything = planted.error_output + planted.campaign;
  for (const auto& report : planted.reports) everything += write_ips(report);

  LeakCheck check;
  ASSERT_TRUE(check_text_for_leaks("all", everything, targets_of(planted.secrets), check));

  EXPECT_EQ(check.hits.size(), planted.secrets.size());
}

TEST(PlantedSecretsTest, TheSecretsThatWereLearnedAreWhatTheVerifierNeeds) {
  const auto planted = plant(kRounds);
  Scrubber scrubber;
  for (const auto& report : planted.reports) scrubber.learn(report);
  scrubber.learn_text(planted.error_output);
  std::vector<LeakTarget> targets;
  for (const auto& secret : scrubber.secrets())
    targets.push_back({"learned", secret.value, secret.only_in_paths});
  std::string everything = planted.error_output;
  for (const auto& report : planted.reports) everything += write_ips(report);

  LeakCheck check;
  ASSERT_TRUE(check_text_for_leaks("all", everything, targets, check));

  EXPECT_EQ(check.hits.size(), targets.size());
}

}  // namespace
}  // namespace faultline
