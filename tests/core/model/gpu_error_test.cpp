#include "core/model/gpu_error.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(GpuErrorTest, FindsTheErrorByItsOwnName) {
  EXPECT_EQ(find_gpu_error("failed: Impacting Interactivity "
                           "(0000000e:kIOGPUCommandBufferCallbackErrorImpactingInteractivity)"),
            "kIOGPUCommandBufferCallbackErrorImpactingInteractivity");
  EXPECT_EQ(find_gpu_error("CUDA error: cudaErrorIllegalAddress: an illegal memory access"),
            "cudaErrorIllegalAddress");
  EXPECT_EQ(find_gpu_error("NVRM: Xid (PCI:0000:19:00): 31, pid=7, Ch 8"), "Xid 31");
}

TEST(GpuErrorTest, ADomainAndALongerWordNameNoError) {
  EXPECT_EQ(find_gpu_error("MTLCommandBufferErrorDomain Code=1"), std::nullopt);
  EXPECT_EQ(find_gpu_error("my_cudaErrorHandler"), std::nullopt);
  EXPECT_EQ(find_gpu_error("Xid unknown"), std::nullopt);
}

TEST(GpuErrorTest, TheFirstOfSeveralCounts) {
  EXPECT_EQ(find_gpu_error("CUDA_ERROR_OUT_OF_MEMORY then cudaErrorUnknown"), "CUDA_ERROR_OUT_OF_MEMORY");
}

TEST(GpuErrorTest, OfATrialsNotesThoseOfItsOutputCount) {
  EXPECT_EQ(
      gpu_error_of_notes({"cudaErrorUnknown elsewhere", "GPU error on its output: x cudaErrorLaunchFailure"}),
      "cudaErrorLaunchFailure");
  EXPECT_EQ(gpu_error_of_notes({"cudaErrorUnknown elsewhere"}), "");
}

}  // namespace
}  // namespace faultline
