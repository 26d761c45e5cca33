// The crashes of the driver race that this project began with, rebuilt as reports from their register
// states and stacks: each gives its sentence and its site, and every GPU generation the same family.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

struct Generation {
  std::string image;   // AGXMetal<this>
  std::string family;  // AGX<this>Family…
  std::string hal;     // Namespace in template arguments.
  std::string line;    // Source line of the assertion, where somebody reported it.
};

const std::vector<Generation>& generations() {
  static const std::vector<Generation> all{
      {"G16X", "G16X", "HAL200", "1091"}, {"G13X", "G13X", "G13", "1094"},
      {"G13G", "G13G", "G13", "1015"},    {"G14G", "G14G", "G14", "1000"},
      {"G15X_M1", "G15X", "G15", "836"},  {"G16G_B0", "G16G", "HAL200", "1091"},
      {"G17G", "G17G", "HAL300", "1200"}};
  return all;
}

void add_callers(ReportMaker& maker, const Generation& gpu) {
  maker.frame("AGXMetal" + gpu.image,
              "-[AGX" + gpu.family + "FamilyComputeContext dispatchThreads:threadsPerThreadgroup:]", 400);
  maker.frame("libtorch_cpu.dylib", "at::native::mps::layer_norm_mps(at::Tensor const&)", 2000);
  maker.frame("libpython3.14.dylib", "_PyEval_EvalFrameDefault", 5000);
}

// x20 held NULL with two others; far 0x5c8; the syndrome says read; no instruction bytes.
ReportMaker set_pipeline_state(const Generation& gpu) {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x6", 0}, {"x18", 0}, {"x20", 0}, {"far", 0x5c8}, {"esr", 0x92000006}});
  maker.frame("AGXMetal" + gpu.image, "-[AGX" + gpu.family + "FamilyComputeContext setComputePipelineState:]",
              32);
  add_callers(maker, gpu);
  return maker;
}

std::string context(const Generation& gpu) {
  const std::string hal = "AGX::" + gpu.hal;
  return "<" + hal + "::Encoders, " + hal + "::Classes, " + hal + "::ObjClasses, " + hal +
         "::CommandEncodingNext>";
}

// All that is known of it: the function and the address. Neither a syndrome nor instruction bytes.
ReportMaker prepare_for_enqueue(const Generation& gpu) {
  ReportMaker maker;
  maker.bad_access(0x98);
  maker.frame("AGXMetal" + gpu.image, "AGX::ComputeContext" + context(gpu) + "::prepareForEnqueue(bool)",
              672);
  add_callers(maker, gpu);
  return maker;
}

ReportMaker allocate_spill_buffer(const Generation& gpu) {
  ReportMaker maker;
  maker.bad_access(0x184).arm64({{"x0", 0}, {"far", 0x184}, {"esr", 0x92000046}});
  maker.code({0xb9018403});  // str w3, [x0, #0x184]
  maker.frame("AGXMetal" + gpu.image,
              "AGX::SpillInfoGen3" + context(gpu) + "::allocateUSCSpillBuffer(unsigned int, bool)", 192);
  add_callers(maker, gpu);
  return maker;
}

ReportMaker encoder_assertion(const Generation& gpu) {
  const std::string method =
      "-[AGX" + gpu.family +
      "FamilyCommandBuffer tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]";
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT");
  maker.words("libsystem_c.dylib",
              method + ":" + gpu.line +
                  ": failed assertion `A command encoder is already encoding to this command buffer'");
  maker.frame("libsystem_kernel.dylib", "__pthread_kill", 8)
      .frame("libsystem_pthread.dylib", "pthread_kill", 268);
  maker.frame("libsystem_c.dylib", "abort", 124).frame("libsystem_c.dylib", "__assert_rtn", 284);
  maker.frame("Metal", "MTLReportFailure.cold.1", 44).frame("Metal", "MTLReportFailure", 464);
  maker.frame("AGXMetal" + gpu.image, method, 1644)
      .frame("libmlx.dylib", "mlx::core::metal::Device::get_command_encoder(int)", 92);
  return maker;
}

TEST(DriverRaceTest, ExplainsTheFourSites) {
  const Generation& gpu = generations().front();

  const Analysis first = analyze(set_pipeline_state(gpu).report());
  EXPECT_EQ(first.fault.sentence, "read of field 0x5c8 of a NULL pointer; base is one of x6, x18, x20");
  EXPECT_EQ(first.site.text,
            "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read");
  EXPECT_EQ(first.site.family_text,
            "AGXMetal* -[AGXG*FamilyComputeContext setComputePipelineState:] null+0x5c8");

  const Analysis second = analyze(prepare_for_enqueue(gpu).report());
  EXPECT_EQ(second.fault.kind, FaultKind::null_dereference);
  EXPECT_EQ(second.fault.sentence, "access to field 0x98 of a NULL pointer");
  EXPECT_EQ(second.fault.access, std::nullopt);
  EXPECT_EQ(second.site.family_text, "AGXMetal* AGX::ComputeContext::prepareForEnqueue null+0x98");

  const Analysis third = analyze(allocate_spill_buffer(gpu).report());
  EXPECT_EQ(third.fault.sentence, "x0 is NULL; 4-byte write to field 0x184");
  EXPECT_EQ(third.site.family_text, "AGXMetal* AGX::SpillInfoGen3::allocateUSCSpillBuffer null+0x184");

  const Analysis fourth = analyze(encoder_assertion(gpu).report());
  EXPECT_EQ(fourth.fault.kind, FaultKind::assertion);
  EXPECT_EQ(fourth.fault.sentence,
            "assertion failed: A command encoder is already encoding to this command buffer");
  EXPECT_EQ(fourth.site.family_text,
            "AGXMetal* -[AGXG*FamilyCommandBuffer "
            "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:] assertion \"A command "
            "encoder is "
            "already encoding to this command buffer\"");
}

TEST(DriverRaceTest, HasOneFamilyForAllGpuGenerations) {
  for (const auto make :
       {set_pipeline_state, prepare_for_enqueue, allocate_spill_buffer, encoder_assertion}) {
    const Analysis first = analyze(make(generations().front()).report());
    for (const Generation& gpu : generations()) {
      SCOPED_TRACE(gpu.image);
      const Analysis other = analyze(make(gpu).report());
      EXPECT_EQ(other.site.family, first.site.family) << other.site.family_text;
      if (gpu.image != generations().front().image) {
        EXPECT_NE(other.site.key, first.site.key);
      }
    }
  }
}

// Real reports of the second site have its instruction, a store; another build may well load first.
TEST(DriverRaceTest, HasOneFamilyWhetherTheFieldWasReadOrWrittenOrNobodyKnows) {
  const Generation& gpu = generations().front();
  const Analysis unknown = analyze(prepare_for_enqueue(gpu).report());
  ReportMaker store = prepare_for_enqueue(gpu);
  store.arm64({{"x9", 0}, {"far", 0x98}, {"esr", 0x92000046}}).code({0xf9004d28});  // str x8, [x9, #0x98]
  ReportMaker load = prepare_for_enqueue(gpu);
  load.arm64({{"x9", 0}, {"far", 0x98}, {"esr", 0x92000006}}).code({0xf9404d28});  // ldr x8, [x9, #0x98]

  const Analysis written = analyze(store.report());
  const Analysis read = analyze(load.report());

  EXPECT_EQ(written.fault.access, AccessKind::write);
  EXPECT_EQ(read.fault.access, AccessKind::read);
  EXPECT_EQ(written.site.family, unknown.site.family);
  EXPECT_EQ(read.site.family, unknown.site.family);
  EXPECT_NE(read.site.key, written.site.key);
  EXPECT_NE(read.site.key, unknown.site.key);
}

TEST(DriverRaceTest, NeverSaysWhoseFaultItIs) {
  for (const auto make :
       {set_pipeline_state, prepare_for_enqueue, allocate_spill_buffer, encoder_assertion}) {
    const Analysis analysis = analyze(make(generations().front()).report());
    EXPECT_EQ(analysis.fault.sentence.find("bug"), std::string::npos);
  }
}

}  // namespace
}  // namespace faultline
