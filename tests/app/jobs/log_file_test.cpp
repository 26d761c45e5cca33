#include "app/jobs/log_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/run_program.h"

namespace faultline {
namespace {

TEST(LogFileTest, RotationKeepsTheNewestAndDropsTheOldest) {
  const ScopedTempFolder folder;
  const auto log = folder / "night.log";
  for (const auto* text : {"one", "two", "three", "four"}) {
    std::ofstream(log) << text;
    rotate_log(log, 3);
  }
  EXPECT_FALSE(std::filesystem::exists(log));
  EXPECT_EQ(read_whole(log.string() + ".1"), "four");
  EXPECT_EQ(read_whole(log.string() + ".2"), "three");
  EXPECT_EQ(read_whole(log.string() + ".3"), "two");
  EXPECT_FALSE(std::filesystem::exists(log.string() + ".4"));
}

TEST(LogFileTest, ARunWritesAllItSaysIntoItsLog) {
  const ScopedTempFolder folder;
  const auto log = folder / "logs/night.log";
  const auto run = [&] {
    return run_program({faultline_program(), "run", "--new", "--db", (folder / "s.db").string(), "--log",
                        log.string(), "--trials", "1", "--", "/usr/bin/true"});
  };

  const auto first = run();
  const auto text = read_whole(log);
  run();

  EXPECT_EQ(first.exit_status, 0) << text;
  EXPECT_EQ(first.out + first.err, "");
  EXPECT_NE(text.find("Crash/report reconciliation: 0 crashes"), std::string::npos) << text;
  EXPECT_EQ(read_whole(log).substr(0, text.size()), text) << "a small log is gone on with";
}

}  // namespace
}  // namespace faultline
