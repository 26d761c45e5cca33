#include "core/base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include "core/base/check.h"
#include "core/base/result.h"

namespace faultline {
namespace {

TEST(ErrorTest, ContextsPrintFromTheOutermostIn) {
  Error error(ErrorKind::parse, "line 3: expected a header");
  error.add_context("while reading a.ips").add_context("import");

  EXPECT_EQ(error.text(), "import: while reading a.ips: line 3: expected a header");
  EXPECT_EQ(error.message(), "line 3: expected a header");
  EXPECT_EQ(error.kind(), ErrorKind::parse);
}

TEST(ErrorTest, IoErrorsNameTheirReason) {
  const Error error = io_error("cannot read a.ips", ENOENT);
  EXPECT_EQ(error.kind(), ErrorKind::io);
  EXPECT_EQ(error.text(), "cannot read a.ips: No such file or directory");
}

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorKind::invalid_argument, "odd");
  return value / 2;
}

Result<int> quarter(int value) {
  TRY_ASSIGN(const int once, half(value));
  TRY_ASSIGN(const int twice, half(once));
  return twice;
}

Result<void> is_even(int value) {
  TRY(half(value));
  return {};
}

TEST(ResultTest, TryPassesValuesOnAndErrorsOut) {
  EXPECT_EQ(quarter(8).value(), 2);
  ASSERT_FALSE(quarter(6).has_value());
  EXPECT_EQ(quarter(6).error().message(), "odd");
  EXPECT_TRUE(is_even(4).has_value());
  EXPECT_FALSE(is_even(5).has_value());
}

Result<std::unique_ptr<int>> owned(int value) { return std::make_unique<int>(value); }

Result<int> through_pointer() {
  TRY_ASSIGN(const auto pointer, owned(7));
  return *pointer;
}

TEST(ResultTest, MovesWhatCannotBeCopied) { EXPECT_EQ(through_pointer().value(), 7); }

TEST(CheckDeathTest, OurOwnMistakeSaysWhereAndAborts) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(CHECK(1 + 1 == 3), "our own mistake: 1 \\+ 1 == 3 .*error_test.cpp");
}

}  // namespace
}  // namespace faultline
