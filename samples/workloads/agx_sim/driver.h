// The model of the GPU driver as an application sees it: command buffers, compute contexts and the four
// calls of an encoding session.
//
// The names are those that crash reports of the real driver show, spelled as there, so that a report of
// this model reads like one of them. None of the driver's code is here: only the order of its calls, the
// offsets of three fields and the words of one assertion, as reports tell them.
//
// Threads: calls on one object from two threads at a time are the race that this model is about. All
// racing accesses are relaxed atomics, so the race has no undefined behaviour until a thread follows a
// pointer that another has cleared; and that is one load or store near address zero.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

// The symbol a function gets, taken literally. GCC hands the text to the assembler, which wants quotes
// around such a name; clang quotes by itself and would keep ours in the name.
#if defined(__clang__)
#define DRIVER_SYMBOL(name) asm(name)
#else
#define DRIVER_SYMBOL(name) asm("\"" name "\"")
#endif
#define DRIVER_CALL __attribute__((noinline, visibility("default")))

/// What a program binds: a buffer, say.
struct IOGPUMetalResource;

namespace AGX {

namespace HAL200 {
struct Encoders;
struct Classes;
struct ObjClasses;
struct CommandEncodingNext;
struct EncoderComputeServiceClassesNext;
}  // namespace HAL200

/// The state behind a context, which its `impl` points to while somebody encodes. Only the three fields
/// at which reports show faults are named; what lies between them is unknown.
struct ContextCommon {
  /// What both a pipeline and a buffer go through when they are bound.
  DRIVER_CALL std::uint64_t useResourceCommon(IOGPUMetalResource* resource);

  std::byte unknown_0[0x98];
  std::atomic<std::uint64_t> enqueue_state;  // 0x98, read by prepareForEnqueue
  std::byte unknown_1[0x184 - 0xa0];
  std::atomic<std::uint32_t> spill_bytes;  // 0x184, written by allocateUSCSpillBuffer
  std::byte unknown_2[0x5c8 - 0x188];
  std::atomic<std::uint64_t> pipeline;  // 0x5c8, read by setComputePipelineState: and useResourceCommon
};
static_assert(offsetof(ContextCommon, enqueue_state) == 0x98);
static_assert(offsetof(ContextCommon, spill_bytes) == 0x184);
static_assert(offsetof(ContextCommon, pipeline) == 0x5c8);

template <class Encoders, class Classes>
class SpillInfoGen3 {
 public:
  DRIVER_CALL void allocateUSCSpillBuffer(std::atomic<ContextCommon*>& impl, unsigned int bytes);
};

template <class Encoders, class Classes, class ObjClasses, class CommandEncoding, class ServiceClasses>
class ComputeContext {
 public:
  DRIVER_CALL std::uint64_t prepareForEnqueue(bool indirect);
  DRIVER_CALL void performEnqueueKernel(std::uint64_t arguments);

  std::atomic<ContextCommon*> impl{nullptr};  ///< `common` from begin to end of a session, else NULL.
  std::atomic<int> callers{0};                ///< Threads that are inside of a call on this context.
  SpillInfoGen3<Encoders, Classes> spill_info;
  ContextCommon common{};  ///< Lives as long as the context, so that no freed memory is ever touched.
};

}  // namespace AGX

struct AGXG16XFamilyCommandBuffer {
  std::atomic<bool> encoding{false};
  std::atomic<std::uint64_t> fence{0};  ///< What the last session left behind.
};

/// Aligned so that contexts share no cache line: threads meet in a context, not beside it.
struct alignas(64) AGXG16XFamilyComputeContext {
  AGX::ComputeContext<AGX::HAL200::Encoders, AGX::HAL200::Classes, AGX::HAL200::ObjClasses,
                      AGX::HAL200::CommandEncodingNext, AGX::HAL200::EncoderComputeServiceClassesNext>
      context;
};

namespace driver {

/// What a session does to the things that threads share, in its order. The application announces `lock`,
/// `unlock` and, since it may lock each call by itself, a call's first step; the driver announces the rest.
enum class Step {
  lock,
  check,
  mark,
  set_impl,
  enter_pipeline,
  use_pipeline,
  enter_dispatch,
  use_prepare,
  use_spill,
  clear_impl,
  unmark,
  unlock,
};

/// Called by each thread when it is about to make a step: does nothing, or what set_step_hook() has set.
DRIVER_CALL void before_step(Step step);

/// Has `hook` called before each step of any thread from now on, so that a schedule can be replayed.
DRIVER_CALL void set_step_hook(void (*hook)(Step));

/// Begins a session: the command buffer is marked as being encoded to, the context gets its state.
/// Ends the process with the driver's assertion where the command buffer is being encoded to already.
DRIVER_CALL void begin_encoding(AGXG16XFamilyCommandBuffer* self, AGXG16XFamilyComputeContext* context)
    DRIVER_SYMBOL("-[AGXG16XFamilyCommandBuffer computeCommandEncoderWithConfig:]");

/// The check that begin_encoding() makes first: reads the mark, then sets it, with nothing between that
/// would keep another thread out.
DRIVER_CALL void try_coalescing(AGXG16XFamilyCommandBuffer* self) DRIVER_SYMBOL(
    "-[AGXG16XFamilyCommandBuffer "
    "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]");

DRIVER_CALL void set_pipeline(AGXG16XFamilyComputeContext* self, std::uint64_t pipeline)
    DRIVER_SYMBOL("-[AGXG16XFamilyComputeContext setComputePipelineState:]");

DRIVER_CALL void dispatch(AGXG16XFamilyComputeContext* self, std::uint64_t arguments)
    DRIVER_SYMBOL("-[AGXG16XFamilyComputeContext dispatchThreadgroups:threadsPerThreadgroup:]");

/// Ends a session: clears the context's `impl`, whoever else may be using it, waits until nobody is inside of
/// a call on it, and clears the buffer's mark. So the thread that cleared the pointer is often still here
/// when another one dies of it.
DRIVER_CALL void end_encoding(AGXG16XFamilyComputeContext* self, AGXG16XFamilyCommandBuffer* buffer)
    DRIVER_SYMBOL("-[AGXG16XFamilyComputeContext endEncoding]");

/// Some computation of `rounds` rounds, about a nanosecond each: what stands for real work here.
DRIVER_CALL std::uint64_t compute(std::uint64_t seed, unsigned rounds);

}  // namespace driver
