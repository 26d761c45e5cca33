// The model of the GPU driver; driver.h says what it is and what not.

#include "driver.h"

#include <sched.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace {

// What is done before each use of a context's state, in rounds of compute(): so long is the time in which
// another thread may clear it before that use. The last is the longest, since under a mutex per kind of call
// the last two are one call, and most threads that lose die at its beginning.
constexpr unsigned kRoundsBeforePipeline = 400;
constexpr unsigned kRoundsBeforeResource = 200;
constexpr unsigned kRoundsBeforePrepare = 200;
constexpr unsigned kRoundsBeforeSpill = 550;
constexpr unsigned kRoundsBeforeEnd = 250;

constexpr std::string_view kAlreadyEncoding =
    "-[AGXG16XFamilyCommandBuffer "
    "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]:1091: failed assertion "
    "'A command encoder is already encoding to this command buffer'\n";

/// Counts the calling thread among those that are inside of a call, for as long as it lives.
class Caller {
 public:
  explicit Caller(std::atomic<int>& callers) : callers_(callers) {
    callers_.fetch_add(1, std::memory_order_relaxed);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { callers_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  std::atomic<int>& callers_;
};

std::atomic<void (*)(driver::Step)> step_hook{nullptr};

}  // namespace

namespace AGX {

std::uint64_t ContextCommon::useResourceCommon(IOGPUMetalResource* resource) {
  return pipeline.load(std::memory_order_relaxed) ^ reinterpret_cast<std::uintptr_t>(resource);
}

template <class Encoders, class Classes>
void SpillInfoGen3<Encoders, Classes>::allocateUSCSpillBuffer(std::atomic<ContextCommon*>& impl,
                                                              unsigned int bytes) {
  ContextCommon* common = impl.load(std::memory_order_relaxed);
  common->spill_bytes.store(bytes, std::memory_order_relaxed);
}

template <class Encoders, class Classes, class ObjClasses, class CommandEncoding, class ServiceClasses>
std::uint64_t ComputeContext<Encoders, Classes, ObjClasses, CommandEncoding,
                             ServiceClasses>::prepareForEnqueue(bool indirect) {
  ContextCommon* current = impl.load(std::memory_order_relaxed);
  const std::uint64_t state = current->enqueue_state.load(std::memory_order_relaxed);
  return indirect ? state + 1 : state;
}

template <class Encoders, class Classes, class ObjClasses, class CommandEncoding, class ServiceClasses>
void ComputeContext<Encoders, Classes, ObjClasses, CommandEncoding, ServiceClasses>::performEnqueueKernel(
    std::uint64_t arguments) {
  const std::uint64_t encoded = driver::compute(arguments, kRoundsBeforeSpill);
  driver::before_step(driver::Step::use_spill);
  spill_info.allocateUSCSpillBuffer(impl, static_cast<unsigned int>(encoded & 0xffff));
}

template class SpillInfoGen3<HAL200::Encoders, HAL200::Classes>;
template class ComputeContext<HAL200::Encoders, HAL200::Classes, HAL200::ObjClasses,
                              HAL200::CommandEncodingNext, HAL200::EncoderComputeServiceClassesNext>;

}  // namespace AGX

namespace driver {

void before_step(Step step) {
  if (const auto hook = step_hook.load(std::memory_order_relaxed)) hook(step);
}

void set_step_hook(void (*hook)(Step)) { step_hook.store(hook, std::memory_order_relaxed); }

void begin_encoding(AGXG16XFamilyCommandBuffer* self, AGXG16XFamilyComputeContext* context) {
  try_coalescing(self);
  before_step(Step::set_impl);
  context->context.impl.store(&context->context.common, std::memory_order_relaxed);
}

void try_coalescing(AGXG16XFamilyCommandBuffer* self) {
  if (self->encoding.load(std::memory_order_relaxed)) {
    // One write, so that the words of two threads that fail together do not mix.
    const ssize_t written = ::write(STDERR_FILENO, kAlreadyEncoding.data(), kAlreadyEncoding.size());
    static_cast<void>(written);
    std::abort();
  }
  before_step(Step::mark);
  self->encoding.store(true, std::memory_order_relaxed);
}

void set_pipeline(AGXG16XFamilyComputeContext* self, std::uint64_t pipeline) {
  const Caller inside(self->context.callers);
  const std::uint64_t encoded = compute(pipeline, kRoundsBeforePipeline);
  before_step(Step::use_pipeline);
  AGX::ContextCommon* common = self->context.impl.load(std::memory_order_relaxed);
  const std::uint64_t previous = common->pipeline.load(std::memory_order_relaxed);
  // A product, so that no compiler makes one instruction of the read and the write.
  common->pipeline.store(previous * 31 + encoded, std::memory_order_relaxed);
  // What the pipeline names is bound next, through the context once more.
  const auto resource = static_cast<std::uintptr_t>(compute(encoded, kRoundsBeforeResource));
  AGX::ContextCommon* current = self->context.impl.load(std::memory_order_relaxed);
  const std::uint64_t bound = current->useResourceCommon(reinterpret_cast<IOGPUMetalResource*>(resource));
  current->pipeline.store(bound, std::memory_order_relaxed);
}

void dispatch(AGXG16XFamilyComputeContext* self, std::uint64_t arguments) {
  const Caller inside(self->context.callers);
  const std::uint64_t encoded = compute(arguments, kRoundsBeforePrepare);
  before_step(Step::use_prepare);
  const std::uint64_t state = self->context.prepareForEnqueue((encoded & 1) != 0);
  self->context.performEnqueueKernel(state + encoded);
}

void end_encoding(AGXG16XFamilyComputeContext* self, AGXG16XFamilyCommandBuffer* buffer) {
  const std::uint64_t fence = compute(buffer->fence.load(std::memory_order_relaxed), kRoundsBeforeEnd);
  buffer->fence.store(fence, std::memory_order_relaxed);
  self->context.impl.store(nullptr, std::memory_order_relaxed);
  before_step(Step::unmark);
  while (self->context.callers.load(std::memory_order_relaxed) > 0) ::sched_yield();
  buffer->encoding.store(false, std::memory_order_relaxed);
}

std::uint64_t compute(std::uint64_t seed, unsigned rounds) {
  // xorshift64 (Marsaglia, 2003): each round needs the one before, so no compiler can shorten it.
  std::uint64_t state = seed | 1;
  for (unsigned round = 0; round < rounds; ++round) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  return state;
}

}  // namespace driver
