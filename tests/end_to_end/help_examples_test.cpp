// Every example that a --help shows can be typed as it stands.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

constexpr const char* kCampaign = R"([campaign]
name = "nightly"
trials = 2
[[workload]]
name = "agx-sim-per-thread"
command = ["/bin/sh", "{campaign}/w.sh", "{threads}", "{lock}"]
matrix = { threads = [1, 8], lock = ["none", "global"] }
)";

constexpr const char* kWorkload = R"(
echo '{"faultline": {"metric": "ops_per_second", "value": 20}}'
echo '{"faultline": {"metric": "operations", "value": 20}}'
if [ "$1" = 8 ] && [ "$2" = none ]; then exec "$NULL_READ"; fi
)";

class HelpExamplesTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult type(const std::string& line) const {
    const std::string programs = std::filesystem::path(faultline_program()).parent_path();
    return run_program({"/bin/bash", "-c",
                        "cd '" + folder_.path().string() + "' && export HOME=$PWD NULL_READ='" +
                            sample_program("null_read") + "' PATH='" + programs + "':$PATH && " + line});
  }

  /// A night's store, and beside it what the examples name.
  void make_night() const {
    std::ofstream(folder_ / "w.sh") << kWorkload;
    std::ofstream(folder_ / "nightly.toml") << kCampaign;
    std::ofstream(folder_ / "t.py") << "print('complete')\n";
    std::ofstream(folder_ / "team.rules") << "";
    const ProgramResult ran = type(
        "faultline run nightly.toml && faultline show --format raw last > crash.ips && "
        "cp faultline.db nightly.db && cp faultline.db studio.db && cp faultline.db "
        "mini.db && mkdir -p Library/Logs/DiagnosticReports && faultline label "
        "\"$(faultline sites --format csv -q | sed -n 2p | cut -d, -f1)\" seen");
    ASSERT_EQ(ran.exit_status, 0) << ran.err;
  }

  std::string first_of(const std::string& command, const char* pattern) const {
    const std::string text = type(command).out;
    std::smatch found;
    return std::regex_search(text, found, std::regex(pattern)) ? found.str() : std::string();
  }

  ScopedTempFolder folder_;
};

/// `Example: faultline …`, and the lines below `Examples:` that go on with another.
std::vector<std::string> examples_in(const std::string& help) {
  std::vector<std::string> examples;
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("faultline ");
    const bool begins = line.starts_with("Example");
    const bool goes_on = !examples.empty() && line.starts_with("          faultline ");
    if (at != std::string::npos && (begins || goes_on))
      examples.push_back(line.substr(line.find(begins ? ": " : "f") + (begins ? 2 : 0)));
  }
  return examples;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

TEST_F(HelpExamplesTest, EachOneRuns) {
  make_night();
  const std::string run = first_of("faultline list runs --format json", "[0-9a-f]{8}-[0-9a-f]{4}");
  const std::string build = first_of("faultline rates --by os_build --format csv -q | sed -n 2p", "^[^,]+");
  const std::string site = first_of("faultline sites --format json", "[0-9a-f]{16}");
  std::vector<std::string> examples;
  std::istringstream commands(type("faultline --help | sed -n 's/^  \\([a-z]*\\) .*/\\1/p' | sort -u").out);
  for (std::string name; commands >> name;) {
    const auto more = examples_in(type("faultline " + name + " --help").out);
    examples.insert(examples.end(), more.begin(), more.end());
  }
  ASSERT_GE(examples.size(), 24U);
  for (std::string line : examples) {
    line = replaced(replaced(line, "5f1c09aa", run), "3f9c0a", site.substr(0, 6));
    line = replaced(line, "25A354", build);
    line = replaced(replaced(line, "site~setComputePipelineState", "site~null_read"), "--trials 200",
                    "--trials 1");
    // What waits for more is ended; what would ask this host's job system is only read.
    if (line.starts_with("faultline watch")) line = "timeout 2 " + line + "; true";
    const bool asks_the_host =
        line.starts_with("faultline doctor") || line.starts_with("faultline schedule") ||
        line.starts_with("faultline symbol") || line.find("man -l") != std::string::npos;
    const ProgramResult result = type(line);
    EXPECT_NE(result.exit_status, 2) << line << "\n" << result.err;
    EXPECT_NE(result.exit_status, 70) << line << "\n" << result.err;
    if (!asks_the_host) {
      EXPECT_THAT(result.exit_status, testing::AnyOf(0, 4)) << line << "\n" << result.err;
    }
  }
}

}  // namespace
}  // namespace faultline
