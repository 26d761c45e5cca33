// clang -fobjc-arc -O2 -g -framework Foundation -framework CoreGraphics -framework Metal -framework MetalPerformanceShaders -framework MetalPerformanceShadersGraph -o build/release/samples/matrix_products samples/metal/matrix_products.m
//
// Products of two square matrices by Metal Performance Shaders on several threads, each with a queue, a
// kernel (or graph) of its own.
//
//   matrix_products [--api ndarray|ndarray-checked|graph] [--threads N] [--ops N] [--size N] [--lock none|global]
//
//   --api   ndarray: MPSNDArrayMatrixMultiplication on arrays made for each product over three buffers that all
//           threads share; nothing but encoding and waiting, and the product is looked at once, at the end (needs
//           macOS 15). ndarray-checked: arrays of each thread's own, filled and read back for every product.
//           graph: the same product as an MPSGraph.
//   --ops   products per thread, each awaited before the next
//   --size  rows and columns
//   --lock  global: one mutex around the encoding of a product; the graph encodes and waits in one call, so
//           there the mutex holds for both
//
// The matrices hold ones, so every element of a product is --size. Expected on a sound system: every setting
// completes. Exit status 0, 2 for wrong usage, 3 where Metal is not usable. Needs macOS 11.

#import <Foundation/Foundation.h>
#import <Metal/Metal.h>
#import <MetalPerformanceShaders/MetalPerformanceShaders.h>
#import <MetalPerformanceShadersGraph/MetalPerformanceShadersGraph.h>

#include "metal_device.h"
#include "workload_lines.h"

static const char* const kApis[] = {"ndarray", "ndarray-checked", "graph", NULL};
static const char* const kLocks[] = {"none", "global", NULL};
static const char* api = "ndarray";
static const char* lock_choice = "none";
static long threads = 4;
static long ops = 100;
static long size = 512;

static id<MTLDevice> device;
static id<MTLBuffer> common_left;  // Of `--api ndarray`: ones, ones and the product.
static id<MTLBuffer> common_right;
static id<MTLBuffer> common_product;
static pthread_mutex_t encoding_mutex = PTHREAD_MUTEX_INITIALIZER;

static void lock_encoding(void) {
  if (strcmp(lock_choice, "global") == 0) pthread_mutex_lock(&encoding_mutex);
}

static void unlock_encoding(void) {
  if (strcmp(lock_choice, "global") == 0) pthread_mutex_unlock(&encoding_mutex);
}

static NSArray<NSNumber*>* shape(void) { return @[ @(size), @(size) ]; }

static bool all_equal_size(const float* numbers) {
  for (long i = 0; i < size * size; ++i) {
    if (numbers[i] != (float)size) return false;
  }
  return true;
}

static bool has_completed(id<MTLCommandBuffer> buffer) {
  [buffer commit];
  [buffer waitUntilCompleted];
  if (buffer.status == MTLCommandBufferStatusCompleted) return true;
  fprintf(stderr, "command buffer failed: %s\n", buffer.error.localizedDescription.UTF8String);
  return false;
}

static id<MTLBuffer> new_buffer(float value) {
  id<MTLBuffer> buffer = [device newBufferWithLength:(NSUInteger)(size * size) * sizeof(float)
                                             options:MTLResourceStorageModeShared];
  float* numbers = (float*)buffer.contents;
  for (long i = 0; buffer != nil && i < size * size; ++i) numbers[i] = value;
  return buffer;
}

// False, after saying so, where this system has no arrays over buffers.
static bool make_common_buffers(void) {
  if (![MPSNDArray instancesRespondToSelector:@selector(initWithBuffer:offset:descriptor:)]) {
    fprintf(stderr, "no arrays over buffers here: they need macOS 15 (--api ndarray-checked does without)\n");
    return false;
  }
  common_left = new_buffer(1);
  common_right = new_buffer(1);
  common_product = new_buffer(0);
  return common_left != nil && common_right != nil && common_product != nil;
}

static MPSNDArrayDescriptor* new_descriptor(void) {
  return [MPSNDArrayDescriptor descriptorWithDataType:MPSDataTypeFloat32 shape:shape()];
}

static long multiply_common_buffers(id<MTLCommandQueue> queue) {
  MPSNDArrayMatrixMultiplication* kernel = [[MPSNDArrayMatrixMultiplication alloc] initWithDevice:device
                                                                                      sourceCount:2];
  long completed = 0;
  for (long op = 0; op < ops; ++op) {
    @autoreleasepool {
      id<MTLCommandBuffer> buffer = [queue commandBuffer];
      MPSNDArray* left = [[MPSNDArray alloc] initWithBuffer:common_left offset:0 descriptor:new_descriptor()];
      MPSNDArray* second = [[MPSNDArray alloc] initWithBuffer:common_right offset:0 descriptor:new_descriptor()];
      MPSNDArray* result = [[MPSNDArray alloc] initWithBuffer:common_product offset:0 descriptor:new_descriptor()];
      lock_encoding();
      [kernel encodeToCommandBuffer:buffer sourceArrays:@[ left, second ] destinationArray:result];
      unlock_encoding();
      if (has_completed(buffer)) ++completed;
    }
  }
  return completed;
}

static MPSNDArray* new_array(float* numbers) {
  MPSNDArray* array = [[MPSNDArray alloc] initWithDevice:device descriptor:new_descriptor()];
  [array writeBytes:numbers strideBytes:NULL];
  return array;
}

static long multiply_arrays(id<MTLCommandQueue> queue, float* ones, float* product) {
  MPSNDArrayMatrixMultiplication* kernel = [[MPSNDArrayMatrixMultiplication alloc] initWithDevice:device
                                                                                      sourceCount:2];
  long right = 0;
  for (long op = 0; op < ops; ++op) {
    @autoreleasepool {
      memset(product, 0, (size_t)(size * size) * sizeof(float));
      MPSNDArray* left = new_array(ones);
      MPSNDArray* second = new_array(ones);
      MPSNDArray* result = new_array(product);
      id<MTLCommandBuffer> buffer = [queue commandBuffer];
      lock_encoding();
      [kernel encodeToCommandBuffer:buffer sourceArrays:@[ left, second ] destinationArray:result];
      [result synchronizeOnCommandBuffer:buffer];
      unlock_encoding();
      if (!has_completed(buffer)) continue;
      [result readBytes:product strideBytes:NULL];
      if (all_equal_size(product)) ++right;
    }
  }
  return right;
}

static long run_graph(id<MTLCommandQueue> queue, float* ones, float* product) {
  MPSGraph* graph = [[MPSGraph alloc] init];
  MPSGraphTensor* left = [graph placeholderWithShape:shape() dataType:MPSDataTypeFloat32 name:@"left"];
  MPSGraphTensor* second = [graph placeholderWithShape:shape() dataType:MPSDataTypeFloat32 name:@"second"];
  MPSGraphTensor* target = [graph matrixMultiplicationWithPrimaryTensor:left
                                                        secondaryTensor:second
                                                                   name:@"product"];
  id<MTLBuffer> ones_buffer = [device newBufferWithBytes:ones
                                                  length:(NSUInteger)(size * size) * sizeof(float)
                                                 options:MTLResourceStorageModeShared];
  long right = 0;
  for (long op = 0; op < ops; ++op) {
    @autoreleasepool {
      MPSGraphTensorData* data = [[MPSGraphTensorData alloc] initWithMTLBuffer:ones_buffer
                                                                         shape:shape()
                                                                      dataType:MPSDataTypeFloat32];
      lock_encoding();
      NSDictionary<MPSGraphTensor*, MPSGraphTensorData*>* results =
          [graph runWithMTLCommandQueue:queue
                                  feeds:@{left : data, second : data}
                          targetTensors:@[ target ]
                       targetOperations:nil];
      unlock_encoding();
      memset(product, 0, (size_t)(size * size) * sizeof(float));
      [[results[target] mpsndarray] readBytes:product strideBytes:NULL];
      if (all_equal_size(product)) ++right;
    }
  }
  return right;
}

// On arrays of the thread's own, each product read back.
static long multiply_and_check(void) {
  float* ones = (float*)calloc((size_t)(size * size), sizeof(float));
  float* product = (float*)calloc((size_t)(size * size), sizeof(float));
  long right = 0;
  if (ones != NULL && product != NULL) {
    for (long i = 0; i < size * size; ++i) ones[i] = 1;
    @autoreleasepool {
      id<MTLCommandQueue> queue = [device newCommandQueue];
      right =
          strcmp(api, "graph") == 0 ? run_graph(queue, ones, product) : multiply_arrays(queue, ones, product);
    }
  }
  free(product);
  free(ones);
  return right;
}

static long work(long thread) {
  char name[32];
  snprintf(name, sizeof name, "product-%ld", thread);
  pthread_setname_np(name);
  if (strcmp(api, "ndarray") != 0) return multiply_and_check();
  @autoreleasepool {
    return multiply_common_buffers([device newCommandQueue]);
  }
}

int main(int argc, char** argv) {
  const WorkloadSetting settings[] = {
      {"--api", NULL, 0, 0, &api, kApis},           {"--threads", &threads, 1, 256, NULL, NULL},
      {"--ops", &ops, 1, 1000000, NULL, NULL},      {"--size", &size, 1, 4096, NULL, NULL},
      {"--lock", NULL, 0, 0, &lock_choice, kLocks},
  };
  if (!workload_read_settings(argc, argv, settings, sizeof settings / sizeof settings[0])) return 2;

  @autoreleasepool {
    workload_phase("setup");
    device = workload_metal_device();
    if (device == nil) return 3;
    if (!MPSSupportsMTLDevice(device)) {
      fprintf(stderr, "this Metal device is none for Metal Performance Shaders\n");
      return 3;
    }
    if (strcmp(api, "ndarray") == 0 && !make_common_buffers()) return 3;

    workload_phase("encoding");
    double seconds = 0;
    long ok = workload_run_threads(threads, work, &seconds);
    workload_phase("done");
    // All threads wrote the same product there.
    if (strcmp(api, "ndarray") == 0 && !all_equal_size((const float*)common_product.contents)) ok = 0;
    workload_metric("ops_per_second", (double)(threads * ops) / seconds);
    workload_results(ok < 0 ? 0 : ok, threads * ops);
    workload_complete();
  }
  return 0;
}
