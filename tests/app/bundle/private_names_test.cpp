#include "app/bundle/private_names.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace faultline {
namespace {

TEST(PrivateNamesTest, TheHostAndTheAccountAreMasked) {
  std::array<char, 256> host{};
  ASSERT_EQ(::gethostname(host.data(), host.size() - 1), 0);
  ::setenv("USER", "margaret-hamilton", 1);
  Scrubber scrubber;

  add_names_of_this_host(scrubber);

  const auto& secrets = scrubber.secrets();
  const auto has = [&](const std::string& value) {
    return std::any_of(secrets.begin(), secrets.end(),
                       [&](const Secret& secret) { return secret.value == value; });
  };
  EXPECT_TRUE(has("margaret-hamilton"));
  EXPECT_EQ(scrubber.scrub_text("made by margaret-hamilton").find("margaret"), std::string::npos);
  // A name of two letters would be found in every text.
  if (std::string(host.data()) != "localhost" && std::string(host.data()).size() > 4) {
    EXPECT_TRUE(has(host.data()));
  }
}

}  // namespace
}  // namespace faultline
