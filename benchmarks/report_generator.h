// Reports as macOS 15 lays them out, made from a fixed seed: what the benchmarks of reading read.

#pragma once

#include <string>
#include <vector>

namespace faultline {

/// 2,000 reports of 90 to 260 KB: some 350 MB.
std::vector<std::string> generate_reports();

}  // namespace faultline
