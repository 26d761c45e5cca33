// The part of the environment that changes how GPU and Python workloads behave.

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace faultline {

/// `env.NAME` and value of each variable of ours that matters: MTL_*, METAL_*, AGX_*, PYTORCH_*, MPS_*,
/// MLX_*, DYLD_*, LD_PRELOAD, LD_LIBRARY_PATH, Malloc*, MALLOC_*, OMP_NUM_THREADS, CUDA_*, PYTHON*. Sorted.
std::vector<std::pair<std::string, std::string>> environment_facts();

}  // namespace faultline
