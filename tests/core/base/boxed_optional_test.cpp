#include "core/base/boxed_optional.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace faultline {
namespace {

static_assert(sizeof(BoxedOptional<std::string>) == sizeof(void*));
static_assert(std::is_nothrow_move_constructible_v<BoxedOptional<std::string>>);

TEST(BoxedOptionalTest, ACopyHasAValueOfItsOwn) {
  BoxedOptional<std::string> first = "a";
  BoxedOptional<std::string> second = first;
  *second = "b";
  const auto& itself = first;
  first = itself;

  EXPECT_EQ(first, "a");
  EXPECT_EQ(second, "b");
  EXPECT_NE(first, second);
  second = first;
  EXPECT_EQ(first, second);
}

TEST(BoxedOptionalTest, AbsentIsEqualToAbsentOnly) {
  BoxedOptional<int> absent;
  const BoxedOptional<int> zero = 0;

  EXPECT_EQ(absent, BoxedOptional<int>());
  EXPECT_EQ(absent, std::nullopt);
  EXPECT_NE(absent, zero);
  EXPECT_NE(zero, absent);
  EXPECT_NE(absent, 0);
  EXPECT_FALSE(absent.has_value());
  EXPECT_EQ(absent.value_or(7), 7);
  EXPECT_EQ(zero.value_or(7), 0);
}

TEST(BoxedOptionalTest, ItIsWrittenAndReadLikeAnOptional) {
  const std::optional<std::string> given = "text";
  BoxedOptional<std::string> rare = given;
  const std::optional<std::string> back = rare;

  EXPECT_EQ(back, given);
  EXPECT_EQ(rare->size(), 4U);
  EXPECT_EQ(rare.value(), "text");
  rare = std::nullopt;
  EXPECT_FALSE(rare);
  rare = "again";
  ASSERT_TRUE(rare);
  rare.reset();
  EXPECT_FALSE(rare);
  EXPECT_THROW(static_cast<void>(rare.value()), std::bad_optional_access);
  EXPECT_EQ(static_cast<std::optional<std::string>>(rare), std::nullopt);
}

}  // namespace
}  // namespace faultline
