#include "analyzer/site/crash_site_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "analyzer/fault/fault_rules.h"
#include "core/base/hash.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;

CrashSite site_of(ReportMaker& maker, const SiteRules& rules = {}) {
  return find_crash_site(maker.report(), explain_fault(maker.report()), rules);
}

ReportMaker null_read() {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x20", 0}}).code({0xf942e688});
  return maker;
}

ReportMaker aborted() {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT");
  return maker;
}

TEST(CrashSiteTest, WritesBothOffsetsIntoTheTextThatIsHashed) {
  ReportMaker maker = null_read();
  maker.frame("AGXMetalG16X", "-[AGXG16XFamilyComputeContext setComputePipelineState:]", 32);

  const CrashSite site = site_of(maker);

  EXPECT_EQ(site.text,
            "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read");
  EXPECT_EQ(site.key, hash64_hex(site.text));
  EXPECT_EQ(site.family_text, "AGXMetal* -[AGXG*FamilyComputeContext setComputePipelineState:] null+0x5c8");
  EXPECT_EQ(site.family, hash64_hex(site.family_text));
  EXPECT_EQ(site.code_offset, 32U);
  EXPECT_EQ(site.fault_offset, 0x5c8U);
  EXPECT_EQ(site.access, AccessKind::read);
  EXPECT_EQ(site.image, "AGXMetalG16X");
  EXPECT_EQ(site.rule, "top_frame");
  EXPECT_EQ(site.frame_index, 0U);
}

struct StackCase {
  std::string name;
  std::function<void(ReportMaker&)> frames;
  std::string function;
  std::string rule;
};

TEST(CrashSiteTest, FindsTheFrameOfABadAccess) {
  const std::vector<StackCase> cases{
      {"a message to a freed object is its sender's",
       [](ReportMaker& m) {
         m.frame("libobjc.A.dylib", "objc_release")
             .frame("Metal", "-[MTLResourceList releaseAllObjectsAndReset]");
       },
       "-[MTLResourceList releaseAllObjectsAndReset]", "looked_through"},
      {"a copy is its caller's",
       [](ReportMaker& m) {
         m.frame("libsystem_platform.dylib", "_platform_memmove").frame("app", "encode");
       },
       "encode", "looked_through"},
      {"a physical frame goes before what was inlined into it",
       [](ReportMaker& m) { m.inlined("app", "helper").inlined("app", "inner").frame("app", "outer", 64); },
       "outer", "top_frame"},
      {"a signal handler's frames stand above the fault",
       [](ReportMaker& m) {
         m.frame("app", "crash_handler")
             .frame("libsystem_platform.dylib", "_sigtramp")
             .frame("app", "encode");
       },
       "encode", "below_signal_handler"},
      {"below a thread's start there is nothing",
       [](ReportMaker& m) {
         m.frame("libsystem_kernel.dylib", "mach_msg2_trap")
             .frame("libsystem_pthread.dylib", "_pthread_start");
       },
       "mach_msg2_trap", "only_plumbing"},
      {"a container is its user's",
       [](ReportMaker& m) {
         m.frame("app", "std::__1::vector<int>::operator[](unsigned long)").frame("app", "route");
       },
       "route", "looked_through"},
  };
  for (const StackCase& row : cases) {
    SCOPED_TRACE(row.name);
    ReportMaker maker = null_read();
    row.frames(maker);
    const CrashSite site = site_of(maker);
    EXPECT_EQ(site.function, row.function);
    EXPECT_EQ(site.rule, row.rule);
  }
}

TEST(CrashSiteTest, FindsTheFrameThatEndedTheProcess) {
  const std::vector<StackCase> cases{
      {"macOS, assert",
       [](ReportMaker& m) {
         m.frame("libsystem_kernel.dylib", "__pthread_kill").frame("libsystem_pthread.dylib", "pthread_kill");
         m.frame("libsystem_c.dylib", "abort")
             .frame("libsystem_c.dylib", "__assert_rtn")
             .frame("app", "encode");
       },
       "encode", "below_end"},
      {"glibc, assert",
       [](ReportMaker& m) {
         m.frame("libc.so.6", "__pthread_kill_implementation").frame("libc.so.6", "__GI_raise");
         m.frame("libc.so.6", "__GI_abort").frame("libc.so.6", "__assert_fail_base.cold");
         m.frame("libc.so.6", "__assert_fail").frame("app", "encode");
       },
       "encode", "below_end"},
      {"libstdc++, uncaught exception",
       [](ReportMaker& m) {
         m.frame("libc.so.6", "__pthread_kill_implementation").frame("libc.so.6", "abort");
         m.frame("libstdc++.so.6", "__gnu_cxx::__verbose_terminate_handler()");
         m.frame("libstdc++.so.6", "std::terminate()")
             .frame("libstdc++.so.6", "__cxa_throw")
             .frame("app", "encode");
       },
       "encode", "below_end"},
      {"Metal, API misuse",
       [](ReportMaker& m) {
         m.frame("libsystem_c.dylib", "abort").frame("libsystem_c.dylib", "__assert_rtn");
         m.frame("Metal", "MTLReportFailure.cold.1").frame("Metal", "MTLReportFailure");
         m.frame("AGXMetalG15X_M1", "-[AGXG15XFamilyCommandBuffer blitCommandEncoderCommon:]");
       },
       "-[AGXG15XFamilyCommandBuffer blitCommandEncoderCommon:]", "below_end"},
      {"a handler of the program's own stands between",
       [](ReportMaker& m) {
         m.frame("libsystem_c.dylib", "abort").frame("app", "my_terminate_handler");
         m.frame("libc++abi.dylib", "std::terminate()").frame("app", "encode");
       },
       "encode", "below_end"},
      {"PyTorch's checks",
       [](ReportMaker& m) {
         m.frame("libc++abi.dylib", "__cxa_throw")
             .frame("libc10.dylib", "c10::detail::torchCheckFail(char const*)");
         m.frame("libtorch_cpu.dylib", "at::mps::MPSStream::commit()");
       },
       "at::mps::MPSStream::commit()", "below_end"},
      {".NET's throw ends below the runtime's frames",
       [](ReportMaker& m) {
         m.frame("libsystem_c.dylib", "abort").frame("libcoreclr.dylib", "PROCAbort");
         m.frame("libcoreclr.dylib", "SfiNext").frame("libcoreclr.dylib", "CallDescrWorkerInternal");
         m.frame("libcoreclr.dylib", "IL_Throw(Object*)").frame("app", "Ledger.Book.Close(Int32)");
       },
       "Ledger.Book.Close(Int32)", "below_end"},
      {"Mono's handler ends below itself",
       [](ReportMaker& m) {
         m.frame("libsystem_c.dylib", "abort").frame("mono", "mono_handle_native_crash");
         m.frame("mono", "mono_sigsegv_signal_handler_debug").frame("app", "NestGrid::Cell(int, int)");
       },
       "NestGrid::Cell(int, int)", "below_end"},
      {"Python's own abort stays above the interpreter",
       [](ReportMaker& m) {
         m.frame("libsystem_c.dylib", "abort").frame("libpython3.12.dylib", "os_abort");
         m.frame("libpython3.12.dylib", "_PyEval_EvalFrameDefault").frame("app", "main");
       },
       "os_abort", "below_end"},
  };
  for (const StackCase& row : cases) {
    SCOPED_TRACE(row.name);
    ReportMaker maker = aborted();
    row.frames(maker);
    const CrashSite site = site_of(maker);
    EXPECT_EQ(site.function, row.function);
    EXPECT_EQ(site.rule, row.rule);
  }
}

TEST(CrashSiteTest, LooksThroughLibrariesThatWaitOrConvertForTheirCaller) {
  const std::vector<std::pair<std::string, std::string>> frames{
      {"libxpc.dylib", "xpc_connection_send_message_with_reply_sync"},
      {"Security", "securityd_send_sync_and_do"},
      {"Foundation", "static String._unconditionallyBridgeFromObjectiveC(_:)"},
      {"libc.so.6", "__pthread_rwlock_rdlock"},
      {"libc.so.6", ""},
      {"libpthread-2.31.so", "__lll_lock_wait"}};
  for (const auto& [image, function] : frames) {
    SCOPED_TRACE(image + " " + function);
    ReportMaker maker = null_read();
    maker.frame(image, function).frame("app", "encode");
    EXPECT_EQ(site_of(maker).function, "encode");
  }
}

TEST(CrashSiteTest, AStackThatEndsAtASignalHandlerHasNoPlace) {
  ReportMaker maker = aborted();
  maker.frame("libsystem_c.dylib", "raise").frame("libpython3.12.dylib", "faulthandler_fatal_error");
  maker.frame("libsystem_platform.dylib", "_sigtramp");

  const CrashSite site = site_of(maker);

  EXPECT_EQ(site.function, "");
  EXPECT_EQ(site.text, "Python abort");
  EXPECT_THAT(site.notes, Contains(HasSubstr("the stack ends at the signal handler")));
}

TEST(CrashSiteTest, ANameGoesBeforeNone) {
  ReportMaker maker;
  maker.exception("EXC_GUARD", "SIGKILL");
  maker.frame("libsystem_kernel.dylib", "mach_msg2_trap", 8).frame("libsystem_kernel.dylib", "");

  EXPECT_EQ(site_of(maker).function, "mach_msg2_trap");
}

TEST(CrashSiteTest, AGpuErrorIsPartOfTheKey) {
  ReportMaker one = aborted();
  one.words("Metal", "Command buffer execution failed (kIOGPUCommandBufferCallbackErrorOutOfMemory)");
  one.frame("libc++abi.dylib", "__cxa_throw").frame("libmlx.dylib", "check_error", 252);
  ReportMaker other = aborted();
  other.words("Metal", "Command buffer execution failed (kIOGPUCommandBufferCallbackErrorTimeout)");
  other.frame("libc++abi.dylib", "__cxa_throw").frame("libmlx.dylib", "check_error", 252);

  EXPECT_EQ(explain_fault(one.report()).gpu_error, "kIOGPUCommandBufferCallbackErrorOutOfMemory");
  EXPECT_THAT(site_of(one).text, HasSubstr("kIOGPUCommandBufferCallbackErrorOutOfMemory"));
  EXPECT_NE(site_of(one).key, site_of(other).key);
  EXPECT_NE(site_of(one).family, site_of(other).family);
}

TEST(CrashSiteTest, WithoutProcessAndPlaceOnlyEqualWordsAreOneSite) {
  const auto guard = [](const std::string& message) {
    ReportMaker maker;
    maker.exception("EXC_GUARD", "");
    maker.report().exception->subtype = "GUARD_TYPE_MACH_PORT";
    maker.report().exception->message = message;
    maker.report().process_name.reset();
    maker.report().threads.clear();
    return site_of(maker).key;
  };
  EXPECT_NE(guard("INVALID_NAME on mach port 31243"), guard("INVALID_RIGHT on mach port 8707"));
  EXPECT_EQ(guard("INVALID_NAME on mach port 31243"), guard("INVALID_NAME on mach port 31243"));
}

TEST(CrashSiteTest, NamesWhatItLookedThrough) {
  ReportMaker maker = null_read();
  maker.frame("libobjc.A.dylib", "objc_release").frame("Metal", "MTLResourceListChunkFreeEntries", 64);
  const CrashSite site = site_of(maker);
  EXPECT_EQ(site.text, "Metal MTLResourceListChunkFreeEntries+64 via objc_release null+0x5c8 read");
  EXPECT_EQ(site.family_text, "Metal MTLResourceListChunkFreeEntries null+0x5c8");
  EXPECT_THAT(site.notes, Contains(HasSubstr("look_through.txt: objc_release")));
}

TEST(CrashSiteTest, PutsTheAssertionsWordsIntoTheKeyAndItsLineOnlyIntoTheExactOne) {
  const auto site_at_line = [](const std::string& line) {
    ReportMaker maker = aborted();
    maker.words("Metal", "-[AGXG16XFamilyCommandBuffer try]:" + line +
                             ": failed assertion `A command encoder is already "
                             "encoding to this command buffer'");
    maker.frame("Metal", "MTLReportFailure").frame("AGXMetalG16X", "-[AGXG16XFamilyCommandBuffer try]", 400);
    return site_of(maker);
  };
  const CrashSite one = site_at_line("1091");
  const CrashSite other = site_at_line("1015");
  EXPECT_EQ(one.text,
            "AGXMetalG16X -[AGXG16XFamilyCommandBuffer try]+400 assertion:1091 \"A command encoder is "
            "already encoding "
            "to this command buffer\"");
  EXPECT_NE(one.key, other.key);
  EXPECT_EQ(one.family, other.family);
}

TEST(CrashSiteTest, UsesTheStackWhereTheExceptionWasThrown) {
  ReportMaker maker = aborted();
  maker.frame("libsystem_c.dylib", "abort").frame("libdispatch.dylib", "_dispatch_client_callout");
  for (const auto* symbol : {"__exceptionPreprocess", "objc_exception_throw", "-[Model load]"}) {
    maker.report().last_exception_backtrace.push_back(maker.make_frame("CoreFoundation", symbol, 12));
  }
  const CrashSite site = site_of(maker);
  EXPECT_EQ(site.function, "-[Model load]");
  EXPECT_FALSE(site.thread_index);
  EXPECT_EQ(site.frame_index, 2U);
}

TEST(CrashSiteTest, ReadsThatStackFromTextWhereTheReportHasItAsText) {
  ReportMaker maker = aborted();
  maker.frame("libsystem_c.dylib", "abort").frame("libc++abi.dylib", "std::terminate()");
  maker.report().app_specific_backtraces = {
      "0   CoreFoundation                      0x00007fff4590132b __exceptionPreprocess + 171\n"
      "1   libobjc.A.dylib                     0x00007fff6cf7bc76 objc_exception_throw + 48\n"
      "2   Quartz Core                         0x00007fff50ba190b -[CALayer setBounds:] + 251\n"};
  const CrashSite site = site_of(maker);
  EXPECT_EQ(site.function, "-[CALayer setBounds:]");
  EXPECT_EQ(site.image, "Quartz Core");
  EXPECT_EQ(site.code_offset, 251U);
}

TEST(CrashSiteTest, KeysFramesWithoutNamesByUuidAndOffset) {
  ReportMaker maker = null_read();
  maker.frame("AGXMetalG16X", "").frame("AGXMetalG16X", "-[AGXG16XFamilyBuffer go]");
  const CrashSite site = site_of(maker);
  EXPECT_EQ(site.text, "AGXMetalG16X 0ce453ff-0000-0000-0000-000000000000+0x20 null+0x5c8 read");
  EXPECT_EQ(site.function, "");
  EXPECT_FALSE(site.code_offset);
  // The family cannot have a build's UUID in it: the caller stands in.
  EXPECT_EQ(site.family_text, "AGXMetal* ? called by AGXMetal* -[AGXG*FamilyBuffer go] null+0x5c8");
}

TEST(CrashSiteTest, DoesNotBelieveNamesThatCannotBeTheFunctions) {
  ReportMaker merged = null_read();
  merged.frame("osaurus", "<deduplicated_symbol>", 112).frame("osaurus", "eval");
  EXPECT_EQ(site_of(merged).function, "");

  // The nearest symbol that a stripped library still has.
  ReportMaker far_off = null_read();
  far_off.frame("Chromium", "ChromeMain", 5415000).frame("Chromium", "main");
  EXPECT_EQ(site_of(far_off).function, "");
  EXPECT_THAT(site_of(far_off).notes, Contains(HasSubstr("5415000 bytes before")));

  // Apple's drivers have functions of that size, and all their symbols.
  ReportMaker driver = null_read();
  driver.frame("AGXMetalG13X", "AGX::RenderContext::beginRenderPass()", 70000);
  EXPECT_EQ(site_of(driver).function, "AGX::RenderContext::beginRenderPass()");

  // A call that does not return, at the end of its function: the name is the next function's.
  ReportMaker no_return = aborted();
  no_return.frame("libsystem_c.dylib", "abort")
      .frame("libsystem_c.dylib", "basename_r", 0)
      .frame("app", "encode", 8);
  EXPECT_EQ(site_of(no_return).function, "encode");
}

TEST(CrashSiteTest, NamesTheRecurringFunctionOfAFullStack) {
  const auto site_at_depth = [](std::size_t extra) {
    ReportMaker maker;
    maker.bad_access(0x16f000010, 2).arm64({});
    maker.report().vm_region_info = "--->  STACK GUARD  16f000000-16f004000 [16K] ---/rwx SM=NUL\n";
    if (extra == 1) maker.frame("app", "leaf", 8);
    for (std::size_t i = 0; i < 20 + extra; ++i)
      maker.frame("app", i % 2 == 0 ? "parse_value" : "parse_array", 12 + i);
    return site_of(maker);
  };
  const CrashSite site = site_at_depth(0);
  EXPECT_EQ(site.function, "parse_array");
  EXPECT_EQ(site.rule, "recursion");
  EXPECT_EQ(site.text, "app parse_array stack_overflow");
  // The same whichever function the last push was in.
  EXPECT_EQ(site_at_depth(1).key, site.key);
  EXPECT_EQ(site_at_depth(2).key, site.key);
}

TEST(CrashSiteTest, FindsTheCallerOfNullInTheLinkRegister) {
  ReportMaker maker;
  maker.bad_access(0).arm64({{"pc", 0}});
  const std::size_t app = maker.image("app");
  auto& report = maker.report();
  report.threads[0].frames.push_back(Frame{});  // pc 0, in no image.
  maker.frame("app", "main", 8);
  for (auto& reg : report.threads[0].state->registers) {
    if (reg.name != "lr") continue;
    reg.value = report.images[app].base.value + 0x8000 + (0x7aULL << 56U);  // Signed, as registers come.
    reg.symbol = "dispatch_kernel";
    reg.symbol_location = 44;
  }
  const CrashSite site = site_of(maker);
  EXPECT_EQ(site.text, "app dispatch_kernel+44 null_call");
  EXPECT_EQ(site.rule, "link_register");
}

TEST(CrashSiteTest, NamesEndsThatNoStackExplainsByTheirReason) {
  ReportMaker killed;
  killed.exception("EXC_CRASH", "SIGKILL")
      .termination("RUNNINGBOARD", 0xdead10cc)
      .frame("libsystem_kernel.dylib", "x");
  EXPECT_EQ(site_of(killed).text, "Python killed RUNNINGBOARD 0xdead10cc");

  ReportMaker panic;
  panic.report().kind = ReportKind::panic;
  panic.report().system_event = SystemEvent{};
  panic.report().system_event->panic_string =
      "panic(cpu 3 caller 0xfffffe0012): \"GPU Panic: no response from 0x1234\" @agx.cpp:12\nmore";
  EXPECT_EQ(site_of(panic).text, "kernel panic \"GPU Panic: no response from 0x*\"");

  CrashReport unreadable;
  unreadable.kind = ReportKind::unreadable;
  EXPECT_EQ(find_crash_site(unreadable, explain_fault(unreadable)).text, "??? unreadable");
}

TEST(CrashSiteTest, ObeysATeamsRulesAndGivesTheirLabels) {
  const auto rules = read_site_rules(
      "function:encode_wrapper skip\n"
      "family:*encode* kind:null_dereference label known\n"
      "site:*+0x5c8* label \"field 0x5c8\"\n"
      "function:nothing label never\n",
      "team.rules");
  ASSERT_TRUE(rules);
  ReportMaker maker = null_read();
  maker.frame("app", "encode_wrapper").frame("app", "encode", 16);

  const CrashSite site = site_of(maker, *rules);

  EXPECT_EQ(site.function, "encode");
  EXPECT_THAT(site.notes, Contains(HasSubstr("rules file line 1")));
  EXPECT_EQ(find_labels(maker.report(), site, *rules), (std::vector<std::string>{"known", "field 0x5c8"}));
}

// Neither slide nor UUID nor thread number is in a key.
TEST(CrashSiteTest, IsTheSameWhereverImagesWereLoaded) {
  ReportMaker one = null_read();
  one.frame("app", "encode", 16);
  ReportMaker other = null_read();
  other.frame("app", "encode", 16);
  other.report().images[0].base.value += 0x7000000;
  other.report().images[0].uuid = Uuid::random();
  other.report().threads.insert(other.report().threads.begin(), Thread{});
  EXPECT_EQ(site_of(one).key, site_of(other).key);
}

struct OutputCase {
  std::string output;
  std::string text;
};

TEST(OutputSiteTest, ReadsTheSiteOfADeathThatLeftNoReport) {
  for (const auto& [output, text] : std::vector<OutputCase>{
           {"starting\n-[AGXG15XFamilyCommandBuffer blitCommandEncoderCommon:]:836: failed assertion `A "
            "command encoder is "
            "already encoding to this command buffer'\n",
            "AGXMetalG15X -[AGXG15XFamilyCommandBuffer blitCommandEncoderCommon:] assertion:836 \"A command "
            "encoder is "
            "already encoding to this command buffer\""},
           {"agx_sim: race.cpp:42: void encode(): Assertion `e != nullptr' failed.\n",
            "agx_sim void encode() assertion:42 \"e != nullptr\""},
           {"terminate called after throwing an instance of 'std::runtime_error'\n  what():  no device\n",
            "agx_sim uncaught_exception std::runtime_error"},
           {"[METAL] Command buffer execution failed: "
            "(0000000e:kIOGPUCommandBufferCallbackErrorInnocentVictim)\n",
            "agx_sim kIOGPUCommandBufferCallbackErrorInnocentVictim abort"},
           {"Fatal Python error: Segmentation fault\n\nCurrent thread 0x0001 (most recent call first):\n"
            "  File \"/x/torch/nn/linear.py\", line 12 in forward\n",
            "linear.py forward unknown"},
       }) {
    const auto site = find_site_in_output(output, "agx_sim");
    ASSERT_TRUE(site) << output;
    EXPECT_EQ(site->text, text);
    EXPECT_EQ(site->rule, "from_output");
    EXPECT_THAT(site->notes.front(), HasSubstr("from "));
  }
}

TEST(OutputSiteTest, FindsNothingInOrdinaryOutput) {
  EXPECT_FALSE(find_site_in_output("complete\n", "x"));
  EXPECT_FALSE(find_site_in_output("", "x"));
}

// A site from words and the one from a report of the same death are one family.
TEST(OutputSiteTest, HasTheFamilyOfTheReport) {
  const std::string words =
      "-[AGXG16XFamilyCommandBuffer try]:1091: failed assertion `A command encoder is already encoding to "
      "this command "
      "buffer'";
  ReportMaker maker = aborted();
  maker.words("Metal", words);
  maker.frame("Metal", "MTLReportFailure").frame("AGXMetalG16X", "-[AGXG16XFamilyCommandBuffer try]", 400);
  const auto from_output = find_site_in_output(words, "Python");
  ASSERT_TRUE(from_output);
  EXPECT_EQ(from_output->family_text, site_of(maker).family_text);
}

}  // namespace
}  // namespace faultline
