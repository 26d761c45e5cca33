// Whole outputs against files of tests/golden/; UPDATE_GOLDEN=1 writes them anew, and git shows what changed.

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace faultline {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(FAULTLINE_SOURCE_DIR) + "/tests/golden/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; make it with UPDATE_GOLDEN=1:\n" << text;
  std::stringstream wanted;
  wanted << file.rdbuf();
  EXPECT_EQ(text, wanted.str()) << "see " << path << "; UPDATE_GOLDEN=1 writes it anew";
}

}  // namespace faultline
