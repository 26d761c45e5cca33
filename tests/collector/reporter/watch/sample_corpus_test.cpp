// Real output of `sample`: a process whose threads wait for ever.

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>

#include "collector/reporter/watch/sample_text.h"
#include "core/files/text_file.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

class SampleCorpusTest : public ::testing::TestWithParam<std::string> {
 protected:
  static ProcessSample read(const std::string& folder, const std::string& name) {
    const auto text = read_file(corpus_folder() / "symbolication" / folder / name);
    EXPECT_TRUE(text) << text.error().text();
    auto sample = parse_sample_text(text.value_or(""));
    EXPECT_TRUE(sample) << sample.error().text();
    return sample ? *sample : ProcessSample();
  }
  /// Symbol and image of the innermost frame.
  using Place = std::pair<std::string, std::string>;
  static Place top(const SampledThread& thread) {
    const auto* stack = most_seen_stack(thread);
    if (stack == nullptr) return {};
    const auto& frame = thread.frames[stack->frames.front()];
    return {frame.symbol, frame.image};
  }
};

TEST_P(SampleCorpusTest, EveryThreadStandsStillAndEveryFrameIsInAnImage) {
  SKIP_WITHOUT_CORPUS();
  for (const char* name : {"singlethread-sample.txt", "multithread-sample.txt"}) {
    SCOPED_TRACE(name);
    const auto sample = read(GetParam(), name);

    EXPECT_EQ(sample.lines_not_read, 0U);
    EXPECT_GT(sample.images.size(), 30U);
    EXPECT_EQ(count_moved(sample, sample), 0U);
    for (const auto& thread : sample.threads) {
      EXPECT_TRUE(thread.id);
      ASSERT_EQ(thread.stacks.size(), 1U);
      for (const auto& frame : thread.frames) {
        const auto owner = std::find_if(sample.images.begin(), sample.images.end(), [&](const Image& image) {
          return (frame.addresses.at(0) - image.base).value < image.size_bytes;
        });
        ASSERT_NE(owner, sample.images.end());
        EXPECT_EQ(owner->name, frame.image);
        EXPECT_TRUE(owner->uuid);
      }
    }
  }
}

TEST_P(SampleCorpusTest, TwoThreadsWaitInDifferentPlaces) {
  SKIP_WITHOUT_CORPUS();
  const auto sample = read(GetParam(), "multithread-sample.txt");

  ASSERT_EQ(sample.threads.size(), 2U);
  EXPECT_EQ(sample.threads[0].queue, "com.apple.main-thread");
  EXPECT_EQ(top(sample.threads[0]), Place("__psynch_mutexwait", "libsystem_kernel.dylib"));
  EXPECT_EQ(sample.threads[1].queue, "com.apple.root.default-qos");
  EXPECT_EQ(top(sample.threads[1]), Place("__semwait_signal", "libsystem_kernel.dylib"));
}

INSTANTIATE_TEST_SUITE_P(Systems, SampleCorpusTest,
                         ::testing::Values("macsymbolicator-a", "macsymbolicator-c"),
                         [](const auto& folder) { return folder.param.substr(folder.param.size() - 1); });

}  // namespace
}  // namespace faultline
