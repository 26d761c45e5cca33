// Every real report of the corpus goes through all stages; the ones that are understood to the last
// bit are held to it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/parse/parse_report.h"
#include "core/base/hash.h"
#include "core/files/text_file.h"
#include "reports/documents/crash_json.h"
#include "reports/documents/crash_page.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

Analysis analysis_of(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  EXPECT_TRUE(bytes) << path;
  return analyze(parse_report(bytes ? *bytes : std::string()));
}

Analysis find_and_analyze(const std::string& folder, const std::string& part) {
  for (const auto& entry : std::filesystem::directory_iterator(corpus_folder() / folder)) {
    if (entry.path().filename().string().find(part) != std::string::npos) return analysis_of(entry.path());
  }
  ADD_FAILURE() << "no " << part << " in " << folder;
  return {};
}

TEST(CorpusAnalysisTest, ExplainsEveryReportInSomeWay) {
  SKIP_WITHOUT_CORPUS();
  std::size_t seen = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus_folder())) {
    if (!entry.is_regular_file() || entry.file_size() > (8U << 20U)) continue;
    const std::string extension = entry.path().extension().string();
    if (extension != ".ips" && extension != ".crash" && extension != ".txt" && extension != ".panic")
      continue;
    SCOPED_TRACE(entry.path().string());
    const Analysis analysis = analysis_of(entry.path());
    ++seen;
    EXPECT_FALSE(analysis.fault.sentence.empty());
    EXPECT_FALSE(analysis.fault.rule.empty());
    EXPECT_FALSE(analysis.site.text.empty());
    EXPECT_FALSE(analysis.site.rule.empty());
    EXPECT_EQ(analysis.site.key, hash64_hex(analysis.site.text));
    EXPECT_EQ(analysis.site.family, hash64_hex(analysis.site.family_text));
    EXPECT_EQ(crash_page_text(analysis).find("driver bug"), std::string::npos);
    EXPECT_FALSE(crash_page_markdown(analysis).empty());
    EXPECT_EQ(crash_json(analysis).back(), '\n');
  }
  EXPECT_GT(seen, 100U);
}

TEST(CorpusAnalysisTest, ExplainsTheTwoDriverCrashesFromTheirBytes) {
  SKIP_WITHOUT_CORPUS();
  for (const auto* part : {"agx-limina-G16X-prepareForEnqueue-0x98-3C3055A4",
                           "agx-limina-G16X-prepareForEnqueue-0x98-A835DE50"}) {
    const Analysis analysis = find_and_analyze("ips-odd", part);
    EXPECT_EQ(analysis.fault.sentence,
              "x9 is NULL; 8-byte write to field 0x98; x9 was loaded from field 0x918 of x19 one instruction "
              "before");
    EXPECT_EQ(analysis.fault.agrees, true);
    EXPECT_EQ(analysis.fault.instruction, "str x8, [x9, #0x98]");
    EXPECT_EQ(analysis.site.family_text, "AGXMetal* AGX::ComputeContext::prepareForEnqueue null+0x98");
    EXPECT_EQ(analysis.report.crashed_thread_number().has_value(), true);
  }
}

struct KnownCase {
  std::string folder;
  std::string part;
  FaultKind kind;
  std::string sentence;  // Its beginning.
  std::string function;
};

TEST(CorpusAnalysisTest, ExplainsTheKnownOnesExactly) {
  SKIP_WITHOUT_CORPUS();
  for (const KnownCase& row : std::vector<KnownCase>{
           {"ips-odd", "metal-limina", FaultKind::null_dereference, "x1 is NULL; 4-byte read of field 0x8",
            "GTMTLSMCommandEncoder_processTraceFunc"},
           {"ips-macos", "limina-vmm", FaultKind::null_dereference,
            "x22 is NULL; 8-byte read of field 0x60; x22 was loaded from field 0x650 of x0 two instructions "
            "before",
            "end_subpass"},
           {"ips-macos", "OpenHuman", FaultKind::stack_overflow, "the stack is full", ""},
           {"ips-macos", "Transit", FaultKind::assertion, "assertion failed: vector[] index out of bounds",
            ""},
           {"ips-macos", "image-optimizer", FaultKind::launch_failure, "it never started: Library missing",
            ""},
           {"ips-macos", "Thelemacus", FaultKind::code_signature,
            "the system ended it for its code signature", ""},
           {"ips-macos", "Slicer-macOS12.6.1", FaultKind::wild_pointer,
            "8-byte read of 0x70006d00690040 through rcx (0x70006d00690020) + 0x20, which cannot be an "
            "address",
            "vpx_codec_destroy"},
           {"ips-macos", "Slicer-macOS13.0", FaultKind::wild_pointer, "access to 0x70006d00690040",
            "vpx_codec_destroy"},
           {"ips-macos", "sleep-macOS12.1", FaultKind::null_call, "a NULL function pointer was called",
            "nanosleep"},
           {"ips-macos", "PhotoGuru", FaultKind::abort, "the program aborted itself", "llama_sampler_sample"},
           {"crash-text", "agx-pytorch-mps", FaultKind::null_dereference,
            "read of field 0x5c8 of a NULL pointer; base is one of x6, x18, x20",
            "-[AGXG16XFamilyComputeContext setComputePipelineState:]"},
           {"crash-text", "SecurityAgent", FaultKind::uncaught_exception, "uncaught CALayerInvalidGeometry",
            ""},
       }) {
    SCOPED_TRACE(row.part);
    const Analysis analysis = find_and_analyze(row.folder, row.part);
    EXPECT_EQ(fault_kind_text(analysis.fault.kind), fault_kind_text(row.kind));
    EXPECT_EQ(analysis.fault.sentence.substr(0, row.sentence.size()), row.sentence);
    if (!row.function.empty()) {
      EXPECT_EQ(analysis.site.function, row.function);
    }
  }
}

// The JSON and Apple's text of one crash are the same crash.
TEST(CorpusAnalysisTest, GivesTheTextOfAReportTheSiteOfItsJson) {
  SKIP_WITHOUT_CORPUS();
  for (const auto* part : {"OpenHuman", "Transit", "FocusTogether", "PhotoGuruViewer", "image-optimizer"}) {
    EXPECT_EQ(find_and_analyze("crash-text", part).site.key, find_and_analyze("ips-macos", part).site.key)
        << part;
  }
}

}  // namespace
}  // namespace faultline
