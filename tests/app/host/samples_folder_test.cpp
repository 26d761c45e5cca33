#include "app/host/samples_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

TEST(SamplesFolderTest, SamplesOfABuildStandBesideTheProgramsFolder) {
  ::unsetenv("FAULTLINE_SAMPLES");
  const ScopedTempFolder tree;
  std::filesystem::create_directories(tree / "bin");
  std::filesystem::create_directories(tree / "samples");

  EXPECT_EQ(find_samples_folder(tree / "bin"), std::filesystem::canonical(tree / "samples"));
}

TEST(SamplesFolderTest, InstalledSamplesStandBelowThePrefix) {
  ::unsetenv("FAULTLINE_SAMPLES");
  const ScopedTempFolder tree;
  std::filesystem::create_directories(tree / "bin");
  std::filesystem::create_directories(tree.path() / "libexec/faultline/samples");

  EXPECT_EQ(find_samples_folder(tree / "bin"),
            std::filesystem::canonical(tree.path() / "libexec/faultline/samples"));
}

TEST(SamplesFolderTest, TheEnvironmentWins) {
  ::setenv("FAULTLINE_SAMPLES", "/elsewhere", 1);

  EXPECT_EQ(find_samples_folder("/usr/bin"), "/elsewhere");
  ::unsetenv("FAULTLINE_SAMPLES");
}

}  // namespace
}  // namespace faultline
