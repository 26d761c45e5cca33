// clang++ -std=c++17 -fobjc-arc -O2 -g -framework Foundation -framework CoreGraphics -framework Metal -o build/release/samples/compute_queues samples/metal/compute_queues.mm
//
// A small compute kernel, encoded and awaited again and again on several threads, each with command buffers
// and a pipeline of its own; the queues are their own or one for all.
//
//   compute_queues [--threads N] [--ops N] [--queues per-thread|shared] [--lock none|global] [--elements N]
//
//   --ops       command buffers per thread, each awaited before the next
//   --lock      global: one mutex from the encoder's creation to its end
//   --elements  numbers that one dispatch works on
//
// Each dispatch adds 1 to every element of the thread's buffer, so the right results are known. Expected on
// a sound driver: every setting completes. Exit status 0, 2 for wrong usage, 3 where Metal is not usable.

#import <Foundation/Foundation.h>
#import <Metal/Metal.h>

#include <mutex>
#include <vector>

#include "metal_device.h"
#include "workload_lines.h"

namespace {

const char* const kQueueChoices[] = {"per-thread", "shared", nullptr};
const char* const kLockChoices[] = {"none", "global", nullptr};

const char* queue_choice = "per-thread";
const char* lock_choice = "none";
long threads = 8;
long ops = 50;
long elements = 4096;

/// What one thread encodes with. All are thread-safe to use by their one owner; a queue may be shared.
struct Lane {
  id<MTLCommandQueue> queue;
  id<MTLComputePipelineState> pipeline;
  id<MTLBuffer> numbers;
};

std::vector<Lane> lanes;
std::mutex encoding_mutex;

NSString* const kSource = @"#include <metal_stdlib>\n"
                           "kernel void add_one(device float* numbers [[buffer(0)]],\n"
                           "                    constant uint& count [[buffer(1)]],\n"
                           "                    uint index [[thread_position_in_grid]]) {\n"
                           "  if (index < count) numbers[index] += 1.0f;\n"
                           "}\n";

void encode(const Lane& lane, id<MTLCommandBuffer> buffer) {
  std::unique_lock<std::mutex> lock(encoding_mutex, std::defer_lock);
  if (strcmp(lock_choice, "global") == 0) lock.lock();
  id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
  [encoder setComputePipelineState:lane.pipeline];
  [encoder setBuffer:lane.numbers offset:0 atIndex:0];
  const auto count = static_cast<uint32_t>(elements);
  [encoder setBytes:&count length:sizeof count atIndex:1];
  const NSUInteger width = lane.pipeline.threadExecutionWidth;
  const NSUInteger groups = (static_cast<NSUInteger>(elements) + width - 1) / width;
  [encoder dispatchThreadgroups:MTLSizeMake(groups, 1, 1) threadsPerThreadgroup:MTLSizeMake(width, 1, 1)];
  [encoder endEncoding];
}

/// Right results are those dispatches of which all elements show as many additions as dispatches completed.
long work(long thread) {
  char name[32];
  snprintf(name, sizeof name, "compute-%ld", thread);
  pthread_setname_np(name);
  const Lane& lane = lanes[static_cast<size_t>(thread)];
  long completed = 0;
  long right = 0;
  for (long op = 0; op < ops; ++op) {
    @autoreleasepool {
      id<MTLCommandBuffer> buffer = [lane.queue commandBuffer];
      encode(lane, buffer);
      [buffer commit];
      [buffer waitUntilCompleted];
      if (buffer.status != MTLCommandBufferStatusCompleted) {
        fprintf(stderr, "command buffer failed: %s\n", buffer.error.localizedDescription.UTF8String);
        continue;
      }
      ++completed;
      const auto* numbers = static_cast<const float*>(lane.numbers.contents);
      bool all_right = true;
      for (long i = 0; i < elements; ++i)
        all_right = all_right && numbers[i] == static_cast<float>(completed);
      if (all_right) ++right;
    }
  }
  return right;
}

bool prepare(id<MTLDevice> device) {
  NSError* error = nil;
  id<MTLLibrary> library = [device newLibraryWithSource:kSource options:nil error:&error];
  id<MTLFunction> function = [library newFunctionWithName:@"add_one"];
  id<MTLCommandQueue> common = [device newCommandQueue];
  const bool own_queues = strcmp(queue_choice, "per-thread") == 0;
  for (long thread = 0; thread < threads && function != nil; ++thread) {
    Lane lane;
    lane.queue = own_queues ? [device newCommandQueue] : common;
    lane.pipeline = [device newComputePipelineStateWithFunction:function error:&error];
    lane.numbers = [device newBufferWithLength:static_cast<NSUInteger>(elements) * sizeof(float)
                                       options:MTLResourceStorageModeShared];
    if (lane.queue == nil || lane.pipeline == nil || lane.numbers == nil) break;
    memset(lane.numbers.contents, 0, lane.numbers.length);
    lanes.push_back(lane);
  }
  if (lanes.size() == static_cast<size_t>(threads)) return true;
  fprintf(stderr, "cannot prepare: %s\n",
          error == nil ? "no function, queue or buffer" : error.localizedDescription.UTF8String);
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  const WorkloadSetting settings[] = {
      {"--threads", &threads, 1, 256, nullptr, nullptr},
      {"--ops", &ops, 1, 1000000, nullptr, nullptr},
      {"--queues", nullptr, 0, 0, &queue_choice, kQueueChoices},
      {"--lock", nullptr, 0, 0, &lock_choice, kLockChoices},
      {"--elements", &elements, 1, 1L << 24, nullptr, nullptr},
  };
  if (!workload_read_settings(argc, argv, settings, sizeof settings / sizeof settings[0])) return 2;

  @autoreleasepool {
    workload_phase("setup");
    id<MTLDevice> device = workload_metal_device();
    if (device == nil) return 3;
    if (!prepare(device)) return 3;

    workload_phase("encoding");
    double seconds = 0;
    const long ok = workload_run_threads(threads, work, &seconds);
    workload_phase("done");
    workload_metric("ops_per_second", static_cast<double>(threads * ops) / seconds);
    workload_results(ok < 0 ? 0 : ok, threads * ops);
    workload_complete();
  }
  return 0;
}
