#include "reports/formats/number_format.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

namespace faultline {
namespace {

using namespace std::chrono_literals;

TEST(NumberFormatTest, RatesCarryTheirCountsAndTheirInterval) {
  EXPECT_EQ(format_rate({28, 50}, {0.4125, 0.7001}), "28/50  56 %  [41 %, 71 %]");
  EXPECT_EQ(format_rate({0, 50}, {0.0, 0.0711}), "0/50  0 %  [0 %, 7.2 %]");
  EXPECT_EQ(format_rate({50, 50}, {0.9289, 1.0}), "50/50  100 %  [92.8 %, 100 %]");
}

TEST(NumberFormatTest, WithoutTrialsThereIsNoRate) {
  EXPECT_EQ(format_rate({0, 0}, {0.0, 1.0}), "0/0  -  [0 %, 100 %]");
}

TEST(NumberFormatTest, OnlyExactlyNoneAndAllAreShownAsSuch) {
  struct Case {
    double share;
    const char* text;
  };
  const Case kCases[] = {{0.0, "0 %"},         {1.0, "100 %"},          {0.003, "0.3 %"},
                         {0.0123, "1.2 %"},    {0.02, "2.0 %"},         {0.5, "50 %"},
                         {0.56, "56 %"},       {0.98, "98.0 %"},        {0.997, "99.7 %"},
                         {0.9996, "99.960 %"}, {0.0004, "0.040 %"},     {1e-6, "0.00010 %"},
                         {0.00999, "1.0 %"},   {0.999999, "99.99990 %"}};
  for (const Case& c : kCases) EXPECT_EQ(format_percent(c.share), c.text) << c.share;
  for (double share = 1e-9; share < 0.5; share *= 1.7) {
    EXPECT_EQ(format_percent(share).find_first_of("123456789") == std::string::npos, false) << share;
    EXPECT_NE(format_percent(1.0 - share), "100 %") << share;
  }
}

TEST(NumberFormatTest, OneSidedBoundsAreNamedAsSuch) {
  EXPECT_EQ(format_upper_bound({0, 50}, 0.0582, 0.95), "0/50  0 %  <= 5.9 % (one-sided 95 %)");
}

TEST(NumberFormatTest, EndsOfIntervalsAreRoundedOutwards) {
  EXPECT_EQ(format_percent_interval({0.4199, 0.7001}), "[41 %, 71 %]");
  EXPECT_EQ(format_percent_interval({0.0519, 0.0881}), "[5.1 %, 8.9 %]");
  EXPECT_EQ(format_percent_interval({0.000312, 0.99968}), "[0.031 %, 99.968 %]");
  EXPECT_EQ(format_percent_interval({0.05, 0.5}), "[5.0 %, 50 %]") << "a multiple of the last digit stays";
  EXPECT_EQ(format_points_interval({-0.0141, 0.0229}), "[-1.5, +2.3]");
  EXPECT_EQ(format_points_interval({0.291, 0.741}), "[+29, +75]");
  EXPECT_EQ(format_ratio_interval({1.26, 3.21}), "[1.2x, 3.3x]");
  EXPECT_EQ(format_number_interval({12.3456, 12.3412}), "[12.34, 12.35]");
}

TEST(NumberFormatTest, PointValuesAreRoundedHalfUp) {
  EXPECT_EQ(format_percent(0.125), "13 %");
  EXPECT_EQ(format_percent(0.0625), "6.3 %");
  EXPECT_EQ(format_percent(0.0996), "10 %");
}

TEST(NumberFormatTest, WhatIsShownHoldsWhatWasComputed) {
  for (double p = 1e-7; p < 1.0; p = p * 1.03 + 1e-9) {
    const auto end = [](const std::string& text, char before) {
      return std::stod(text.substr(text.find(before) + 1));
    };
    const std::string text = format_percent_interval({p, p});
    EXPECT_LE(end(text, '['), p * 100.0 * (1.0 + 1e-9)) << text;
    EXPECT_GE(end(text, ','), p * 100.0 * (1.0 - 1e-9)) << text;
  }
}

TEST(NumberFormatTest, DifferencesAreSignedPoints) {
  EXPECT_EQ(format_points(0.55), "+55 points");
  EXPECT_EQ(format_points(-0.004), "-0.4 points");
  EXPECT_EQ(format_points(0.0), "0 points");
  EXPECT_EQ(format_points_interval({-0.02, 0.75}), "[-2.0, +75]");
}

TEST(NumberFormatTest, PValuesAreNeverZero) {
  EXPECT_EQ(format_p_value(0.0), "< 0.0001");
  EXPECT_EQ(format_p_value(0.00042), "0.0004");
  EXPECT_EQ(format_p_value(0.0314), "0.031");
  EXPECT_EQ(format_p_value(1.0), "1.00");
}

TEST(NumberFormatTest, CountsHaveTheirPlural) {
  EXPECT_EQ(format_count(1, "trial"), "1 trial");
  EXPECT_EQ(format_count(0, "trial"), "0 trials");
  EXPECT_EQ(format_count(12345, "crash", "crashes"), "12,345 crashes");
  EXPECT_EQ(format_integer(-1234567), "-1,234,567");
  EXPECT_EQ(format_integer(3781), "3781");
}

TEST(NumberFormatTest, NumbersHaveFourDigits) {
  EXPECT_EQ(format_number(3781.4), "3781");
  EXPECT_EQ(format_number(12.5), "12.5");
  EXPECT_EQ(format_number(0.012345), "0.01235");
  EXPECT_EQ(format_number(0.0), "0");
  EXPECT_EQ(format_number(-2.0), "-2");
  EXPECT_EQ(format_number(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(format_number(std::numeric_limits<double>::infinity()), "infinite");
  EXPECT_EQ(format_number(1e20), "1.000e+20");
}

TEST(NumberFormatTest, RatiosSayHowManyTimes) {
  EXPECT_EQ(format_ratio(2.4), "2.4x");
  EXPECT_EQ(format_ratio(31.2), "31x");
  EXPECT_EQ(format_ratio(std::numeric_limits<double>::infinity()), "infinite");
}

TEST(NumberFormatTest, DurationsChooseTheirUnit) {
  EXPECT_EQ(format_duration(0ns), "0 ns");
  EXPECT_EQ(format_duration(350us), "350 us");
  EXPECT_EQ(format_duration(999'600ns), "1 ms");
  EXPECT_EQ(format_duration(1240ms), "1.24 s");
  EXPECT_EQ(format_duration(125s), "2 min 5 s");
  EXPECT_EQ(format_duration(59'999ms), "1 min 0 s");
  EXPECT_EQ(format_duration(3h + 12min), "3 h 12 min");
  EXPECT_EQ(format_duration(52h), "2 d 4 h");
  EXPECT_EQ(format_duration(-5ms), "-5 ms");
}

TEST(NumberFormatTest, BytesAreBinary) {
  EXPECT_EQ(format_bytes(1), "1 byte");
  EXPECT_EQ(format_bytes(1023), "1023 bytes");
  EXPECT_EQ(format_bytes(1536), "1.5 KiB");
  EXPECT_EQ(format_bytes(1048575), "1 MiB");
  EXPECT_EQ(format_bytes(UINT64_MAX), "16 EiB");
}

TEST(NumberFormatTest, ExactNumbersReadBack) {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, 3781.0, -0.0}) {
    EXPECT_EQ(std::stod(format_exact(value)), value);
  }
  EXPECT_EQ(format_exact(0.56), "0.56");
}

}  // namespace
}  // namespace faultline
