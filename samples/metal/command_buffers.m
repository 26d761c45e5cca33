// clang -fobjc-arc -O2 -g -framework Foundation -framework CoreGraphics -framework Metal -o build/release/samples/command_buffers samples/metal/command_buffers.m
//
// Compute command encoders, opened and ended without any work, on command buffers that threads share or do
// not share. Metal alone: no shader, no framework above it.
//
//   command_buffers [--style shared|per-thread|per-stream|sequential] [--threads N] [--ops N] [--hold-us N]
//
//   --style    shared: all threads open encoders on one command buffer, which Metal does not allow at the
//              same time. per-thread: each thread has a buffer of its own for every encoder, from one queue.
//              per-stream: and a queue of its own. sequential: one buffer, one thread, one encoder after the
//              other, as many as `shared` would open.
//   --ops      encoders per thread
//   --hold-us  microseconds between opening an encoder and ending it
//
// Expected: `shared` with more than one thread dies of a failed assertion ("A command encoder is already
// encoding to this command buffer"); the others complete. Exit status 0, 2 for wrong usage, 3 without a GPU.

#import <Foundation/Foundation.h>
#import <Metal/Metal.h>
#include <unistd.h>

#include "metal_device.h"
#include "workload_lines.h"

static const char* const kStyles[] = {"shared", "per-thread", "per-stream", "sequential", NULL};
static const char* style = "shared";
static long threads = 4;
static long ops = 20;
static long hold_us = 1000;

static id<MTLDevice> device;
static id<MTLCommandQueue> queue;
static id<MTLCommandBuffer> common_buffer;  // Of the styles `shared` and `sequential`.

static bool open_and_end(id<MTLCommandBuffer> buffer) {
  id<MTLComputeCommandEncoder> encoder = [buffer computeCommandEncoder];
  if (encoder == nil) return false;
  if (hold_us > 0) usleep((useconds_t)hold_us);
  [encoder endEncoding];
  return true;
}

static bool has_completed(id<MTLCommandBuffer> buffer) {
  [buffer commit];
  [buffer waitUntilCompleted];
  if (buffer.status == MTLCommandBufferStatusCompleted) return true;
  fprintf(stderr, "command buffer failed: %s\n", buffer.error.localizedDescription.UTF8String);
  return false;
}

static long encode_on_common_buffer(long count) {
  long ok = 0;
  for (long op = 0; op < count; ++op) {
    @autoreleasepool {
      if (open_and_end(common_buffer)) ++ok;
    }
  }
  return ok;
}

static long encode_on_own_buffers(id<MTLCommandQueue> queue_of_thread) {
  long ok = 0;
  for (long op = 0; op < ops; ++op) {
    @autoreleasepool {
      id<MTLCommandBuffer> buffer = [queue_of_thread commandBuffer];
      if (open_and_end(buffer) && has_completed(buffer)) ++ok;
    }
  }
  return ok;
}

static long work(long thread) {
  char name[32];
  snprintf(name, sizeof name, "encoder-%ld", thread);
  pthread_setname_np(name);
  if (strcmp(style, "sequential") == 0) return encode_on_common_buffer(threads * ops);
  if (strcmp(style, "shared") == 0) return encode_on_common_buffer(ops);
  if (strcmp(style, "per-stream") == 0) return encode_on_own_buffers([device newCommandQueue]);
  return encode_on_own_buffers(queue);
}

int main(int argc, char** argv) {
  const WorkloadSetting settings[] = {
      {"--style", NULL, 0, 0, &style, kStyles},
      {"--threads", &threads, 1, 256, NULL, NULL},
      {"--ops", &ops, 1, 1000000, NULL, NULL},
      {"--hold-us", &hold_us, 0, 1000000, NULL, NULL},
  };
  if (!workload_read_settings(argc, argv, settings, sizeof settings / sizeof settings[0])) return 2;

  @autoreleasepool {
    workload_phase("setup");
    device = workload_metal_device();
    if (device == nil) return 3;
    queue = [device newCommandQueue];
    common_buffer = [queue commandBuffer];

    workload_phase("encoding");
    double seconds = 0;
    long ok = workload_run_threads(strcmp(style, "sequential") == 0 ? 1 : threads, work, &seconds);
    workload_phase("commit");
    if (strncmp(style, "per-", 4) != 0 && !has_completed(common_buffer)) ok = 0;

    workload_metric("ops_per_second", (double)(threads * ops) / seconds);
    workload_results(ok < 0 ? 0 : ok, threads * ops);
    workload_complete();
  }
  return 0;
}
