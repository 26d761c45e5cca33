#include "app/questions/command_builder.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(CommandBuilderTest, OptionsWithoutAValueAreLeftOut) {
  EXPECT_EQ(CommandBuilder("rates")
                .list("--by", {"threads", "lock"})
                .option("--pivot", "")
                .flag("--needed", true)
                .flag("--imported", false)
                .text(),
            "faultline rates --by threads,lock --needed");
}

TEST(CommandBuilderTest, WhatAShellWouldTakeApartIsQuoted) {
  EXPECT_EQ(CommandBuilder("rates").option("--where", "threads=8 and lock=none").text(),
            "faultline rates --where 'threads=8 and lock=none'");
}

}  // namespace
}  // namespace faultline
