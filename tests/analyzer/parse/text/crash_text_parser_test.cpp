// Texts of all generations, made here; whole published ones are in the corpus tests.

#include "analyzer/parse/text/crash_text_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analyzer/parse/parse_report.h"
#include "analyzer/parse/text/text_lines.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kLegacy =
    "Process:               Google Chrome Helper [4711]\n"
    "Path:                  /Applications/Google Chrome Helper\n"
    "Identifier:            com.google.Chrome.helper\n"
    "Version:               1.0 (7)\n"
    "Code Type:             X86-64 (Native)\n"
    "Parent Process:        ??? [1]\n"
    "Responsible:           Google Chrome [4700]\n"
    "User ID:               501\n"
    "\n"
    "Date/Time:             2020-08-14 09:16:04.580 +0100\n"
    "OS Version:            Mac OS X 10.15.5 (19F101)\n"
    "Report Version:        12\n"
    "Anonymous UUID:        AB4144A9-B036-3E4A-8BCE-0423BE6C676D\n"
    "\n"
    "Time Awake Since Boot: 2500 seconds\n"
    "\n"
    "System Integrity Protection: disabled\n"
    "\n"
    "Crashed Thread:        1  worker  Dispatch queue: com.example.q\n"
    "\n"
    "Exception Type:        EXC_BAD_ACCESS (SIGSEGV)\n"
    "Exception Codes:       KERN_INVALID_ADDRESS at 0x00000000000005c8\n"
    "Exception Note:        EXC_CORPSE_NOTIFY\n"
    "\n"
    "Termination Signal:    Segmentation fault: 11\n"
    "Termination Reason:    Namespace SIGNAL, Code 0xb\n"
    "Terminating Process:   exc handler [4711]\n"
    "\n"
    "VM Regions Near 0x5c8:\n"
    "--> \n"
    "    __TEXT                 0000000100000000-0000000100008000 [   32K] r-x/rwx SM=COW\n"
    "\n"
    "Application Specific Information:\n"
    "objc_msgSend() selector name: draw\n"
    "\n"
    "Thread 0:: Dispatch queue: com.apple.main-thread\n"
    "0   libsystem_kernel.dylib        \t0x00007fff6a685dfa mach_msg_trap + 10\n"
    "1   Google Chrome Helper          \t0x0000000100001b00 0x100000000 + 6912\n"
    "\n"
    "Thread 1 Crashed:: worker Dispatch queue: com.example.q\n"
    "0   Google Chrome Helper          \t0x0000000100001f40 operator+(A const&, B) + 32 (a.cpp:7)\n"
    "1   Google Chrome Helper          \t0x0000000100001f80 std::function<int (int)>::operator()(int) const "
    "+ 12\n"
    "2   ???                           \t0x00000000deadbeef 0 + 3735928559\n"
    "\n"
    "Thread 1 crashed with X86 Thread State (64-bit):\n"
    "  rax: 0x0000000000000001  rbx: 0x0000000000000002  rcx: 0xffffffffffffffff  rdx: 0x0000000000000004\n"
    "  rip: 0x0000000100001f40  rfl: 0x0000000000010206  cr2: 0x00000000000005c8\n"
    "  \n"
    "Logical CPU:     2\n"
    "Error Code:      0x00000004 (no mapping for user data read)\n"
    "Trap Number:     14\n"
    "\n"
    "Binary Images:\n"
    "       0x100000000 -        0x100007fff +com.google.Chrome.helper (1.0 - 7) "
    "<3D9E0DED-2C66-30EE-AC6C-7C426246332E> /Applications/Google Chrome Helper\n"
    "    0x7fff6a680000 -     0x7fff6a6b0fff  libsystem_kernel.dylib (6153.121) "
    "<11111111-2222-3333-8444-555555555555> /usr/lib/system/libsystem_kernel.dylib\n"
    "\n"
    "External Modification Summary:\n"
    "  Calls made by other processes targeting this process:\n"
    "    task_for_pid: 3\n"
    "    thread_create: 0\n"
    "    thread_set_state: 1\n"
    "\n"
    "Model: MacBookPro14,3, BootROM 429.120.4.0.0, 4 processors\n";

TEST(CrashTextParserTest, ALegacyReportGivesWhoDiedWhenAndOfWhat) {
  const auto report = parse_report(kLegacy);

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.origin, ReportOrigin::imported);
  EXPECT_TRUE(report.from_text);
  EXPECT_EQ(report.process_name, "Google Chrome Helper");
  EXPECT_EQ(report.pid, 4711);
  EXPECT_EQ(report.parent_name, std::nullopt);
  EXPECT_EQ(report.parent_pid, 1);
  EXPECT_EQ(report.bundle_info->short_version, "1.0");
  EXPECT_EQ(report.bundle_info->version, "7");
  EXPECT_EQ(report.translated, false);
  EXPECT_EQ(report.os.build, "19F101");
  EXPECT_EQ(report.capture_time, "2020-08-14 09:16:04.580 +0100");
  EXPECT_EQ(report.model, "MacBookPro14,3");
  EXPECT_EQ(report.exception->signal, "SIGSEGV");
  EXPECT_EQ(report.exception->subtype, "KERN_INVALID_ADDRESS at 0x00000000000005c8");
  EXPECT_THAT(report.exception->raw_codes, ElementsAre(1, 0x5c8));
  EXPECT_EQ(report.termination->name_space, "SIGNAL");
  EXPECT_EQ(report.termination->code, 11U);
  EXPECT_EQ(report.termination->indicator, "Segmentation fault: 11");
  EXPECT_EQ(report.termination->by_process, "exc handler");
  EXPECT_EQ(report.faulting_thread, 1U);
  EXPECT_EQ(report.legacy.triggered_queue, "com.example.q");
  EXPECT_EQ(report.external_modifications->targeted.task_for_pid, 3U);
  EXPECT_THAT(report.app_specific_info[0].lines, ElementsAre("objc_msgSend() selector name: draw"));
}

TEST(CrashTextParserTest, FramesFindTheirImagesByAddress) {
  const auto report = parse_report(kLegacy);

  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[1].name, "worker");
  EXPECT_EQ(report.threads[1].queue, "com.example.q");
  EXPECT_TRUE(report.threads[1].triggered);
  const auto& frames = report.threads[1].frames;
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].symbol, "operator+(A const&, B)");
  EXPECT_EQ(frames[0].symbol_location, 32U);
  EXPECT_EQ(frames[0].source_file, "a.cpp");
  EXPECT_EQ(frames[0].source_line, 7U);
  EXPECT_EQ(frames[0].image_index, 0U);
  EXPECT_EQ(frames[0].image_offset.value, 0x1f40U);
  EXPECT_EQ(frames[1].symbol, "std::function<int (int)>::operator()(int) const");
  EXPECT_EQ(frames[2].image_index, std::nullopt);
  EXPECT_EQ(frames[2].address->value, 0xdeadbeefU);
  EXPECT_EQ(report.threads[0].frames[1].symbol, std::nullopt);
  EXPECT_EQ(report.images[0].name, "Google Chrome Helper");
  EXPECT_EQ(report.images[0].bundle_id, "com.google.Chrome.helper");
  EXPECT_EQ(report.images[0].size_bytes, 0x8000U);
  EXPECT_EQ(report.images[0].uuid->text(), "3d9e0ded-2c66-30ee-ac6c-7c426246332e");
}

TEST(CrashTextParserTest, ARegisterBehindTheNoteOfAnotherIsRead) {
  std::vector<Register> registers;

  ASSERT_TRUE(parse_register_line(
      "    x0: 0x0000000102e4c000   x1: 0x0000000000000000 (arg)  x2: 0x0000000000000002", registers));

  ASSERT_EQ(registers.size(), 3U);
  EXPECT_EQ(registers[1].description, "(arg)");
  EXPECT_EQ(registers[2].name, "x2");
  EXPECT_EQ(registers[2].value, 2U);
}

TEST(CrashTextParserTest, RegistersAndTrapBelongToTheCrashedThread) {
  const auto report = parse_report(kLegacy);

  ASSERT_TRUE(report.threads[1].state);
  const auto& state = *report.threads[1].state;
  EXPECT_EQ(state.find("rcx")->value, UINT64_MAX);
  EXPECT_EQ(state.find("rflags")->value, 0x10206U);
  EXPECT_EQ(state.find("cr2")->value, 0x5c8U);
  EXPECT_EQ(state.find("err")->value, 4U);
  EXPECT_EQ(state.find("trap")->value, 14U);
  EXPECT_EQ(state.find("trap")->description, "(no mapping for user data read)");
}

TEST(CrashTextParserTest, LostTabsAndLeadingSpacesChangeNothing) {
  std::string pasted = " ";
  for (const char* c = kLegacy; *c != '\0'; ++c) {
    pasted += *c == '\t' ? ' ' : *c;
    if (*c == '\n') pasted += ' ';
  }

  const auto report = parse_report(pasted);
  const auto original = parse_report(kLegacy);

  EXPECT_EQ(report.threads, original.threads);
  EXPECT_EQ(report.images, original.images);
  EXPECT_EQ(report.exception, original.exception);
}

TEST(CrashTextParserTest, SpacesOfAWebPageChangeNothing) {
  std::string text = kLegacy;
  for (auto at = text.find("  "); at != std::string::npos; at = text.find("  ", at)) {
    text.replace(at, 2, "\xc2\xa0 ");
  }

  EXPECT_TRUE(parse_report(text) == parse_report(kLegacy));
}

TEST(CrashTextParserTest, ATextCutInItsListOfImagesSaysSo) {
  const std::string text = kLegacy;
  const auto report = parse_report(text.substr(0, text.find("    0x7fff6a680000")));

  EXPECT_EQ(report.images.size(), 1U);
  EXPECT_THAT(report.issues, Contains(Field(&Issue::message, "frames in images that the list lacks: 1")));
  EXPECT_TRUE(parse_report(kLegacy).issues.empty());
}

TEST(CrashTextParserTest, ATextCutInTheMiddleKeepsWhatStandsBeforeTheCut) {
  const std::string text = kLegacy;

  const auto report =
      parse_report(text.substr(0, text.find("1   Google Chrome Helper          \t0x0000000100001f80")));

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.pid, 4711);
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[1].frames.size(), 1U);
  EXPECT_EQ(report.threads[1].frames[0].address->value, 0x100001f40U);
  EXPECT_EQ(report.threads[1].frames[0].image_name, "Google Chrome Helper");
  EXPECT_THAT(report.issues, Contains(Field(&Issue::message, HasSubstr("list of images is missing"))));
}

TEST(CrashTextParserTest, ATextCutBeforeItsCrashedThreadSaysSo) {
  const std::string text = kLegacy;
  const auto crashed = text.find("Crashed Thread:");
  const auto number = text.find_first_of("0123456789", crashed);
  const std::string other = text.substr(0, number) + "30" + text.substr(number + 1);

  const auto report = parse_report(other.substr(0, other.find("Thread 1")));

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.crashed_thread_index(), std::nullopt);
  EXPECT_EQ(report.crashed_thread_number(), 30U);
  EXPECT_THAT(report.issues,
              Contains(Field(&Issue::message, HasSubstr("the crashed thread, 30, is not in the text"))));
}

TEST(CrashTextParserTest, ATextThatCallsItselfAReconstructionIsOne) {
  const auto report = parse_report(std::string(kLegacy) + "\nThis log is a reconstruction from memory.\n");

  EXPECT_EQ(report.origin, ReportOrigin::reconstructed);
  EXPECT_EQ(report.kind, ReportKind::crash);
}

TEST(CrashTextParserTest, APieceOfAStackIsReconstructed) {
  const auto report = parse_report(
      "Thread 4 Crashed::  Dispatch queue: metal gpu stream\n"
      "0   libsystem_kernel.dylib        \t       0x197c36388 __pthread_kill + 8\n"
      "1   Metal                         \t       0x1a3213cb0 MTLReportFailure.cold.1 + 48\n");

  EXPECT_EQ(report.origin, ReportOrigin::reconstructed);
  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.crashed_thread_number(), 4U);
  EXPECT_EQ(report.threads[0].queue, "metal gpu stream");
  EXPECT_EQ(report.threads[0].frames[1].image_name, "Metal");
  EXPECT_EQ(report.threads[0].frames[1].address->value, 0x1a3213cb0U);
}

TEST(CrashTextParserTest, AHandMadeTableOfFramesIsRead) {
  const auto report = parse_report(
      "Exception Type:        EXC_BAD_ACCESS (SIGSEGV)\n"
      "Exception Codes:       0x0000000000000001, 0x00000000000005c8\n"
      "\n"
      "Thread 4 crashed with ARM Thread State (64-bit):\n"
      "    x0: 0x0000600003afd8c0   x1: 0x00000001fb28cd9c\n"
      "   x20: 0x0000000000000000  <-- NULL!\n"
      "   far: 0x00000000000005c8  <-- Fault address\n"
      "   esr: 0x92000006 (Data Abort) byte read Translation fault\n"
      "\n"
      "Frame  Binary                Symbol                                   Offset\n"
      "-----  -------------------   --------------------------------------   ------\n"
      "0      AGXMetalG16X          -[AGXG16XFamilyComputeContext setComputePipelineState:]   +32\n"
      "1      libtorch_cpu.dylib    at::_ops::mul_Tensor::call(...)                        +316\n");

  EXPECT_EQ(report.origin, ReportOrigin::reconstructed);
  ASSERT_EQ(report.crashed_thread_index(), 0U);
  EXPECT_EQ(report.crashed_thread_number(), 4U);
  const auto& thread = report.threads[0];
  ASSERT_EQ(thread.frames.size(), 2U);
  EXPECT_EQ(thread.frames[0].symbol, "-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  EXPECT_EQ(thread.frames[0].symbol_location, 32U);
  EXPECT_EQ(thread.state->find("x20")->value, 0U);
  EXPECT_EQ(thread.state->find("x20")->description, std::nullopt);
  EXPECT_EQ(thread.state->find("esr")->description, "(Data Abort) byte read Translation fault");
}

TEST(CrashTextParserTest, ADebuggersBacktraceIsRead) {
  const auto report = parse_report(
      "* thread #1, name = 'main', stop reason = EXC_BAD_ACCESS (code=1, address=0x20)\n"
      "  * frame #0: 0x0000000126468b78 AGXMetalG13X`AGX::RenderContext<A, B>::end(bool) + 376\n"
      "    frame #1: 0x0000000100d39c70 runner`objc::invoke(obj=0x1) at mod.rs:128:17\n");

  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_THAT(report.exception->raw_codes, ElementsAre(1, 0x20));
  ASSERT_EQ(report.crashed_thread_index(), 0U);
  const auto& frames = report.threads[0].frames;
  EXPECT_EQ(frames[0].symbol, "AGX::RenderContext<A, B>::end(bool)");
  EXPECT_EQ(frames[0].symbol_location, 376U);
  EXPECT_EQ(frames[1].source_file, "mod.rs");
  EXPECT_EQ(frames[1].source_line, 128U);
}

TEST(CrashTextParserTest, TheEmbeddedLayoutNamesThreadsOnALineOfTheirOwn) {
  const auto report = parse_report(
      "Incident Identifier: 6251125f-0919-4879-b36b-f5f2d1e6902e\n"
      "Hardware Model:      iPhone14,2\n"
      "Process:             App [1730]\n"
      "OS Version:          iPhone OS 15.5 (19F77)\n"
      "Date/Time:           2022-08-04 01:11:01.2455 +0900\n"
      "\n"
      "Exception Type:  EXC_BREAKPOINT (SIGTRAP)\n"
      "Exception Codes: 0x0000000000000001, 0x00000001ad98ab74\n"
      "Termination Reason: SIGNAL 5 Trace/BPT trap: 5\n"
      "Terminating Process: exc handler [1730]\n"
      "\n"
      "Triggered by Thread:  0\n"
      "\n"
      "Kernel Triage:\n"
      "VM - pmap_enter failed with resource shortage\n"
      "\n"
      "\n"
      "Thread 0 name:   Dispatch queue: com.apple.main-thread\n"
      "Thread 0 Crashed:\n"
      "0   App                           \t       0x104d02480 0x104d00000 + 9344\n"
      "\n"
      "Thread 1 name:  render\n"
      "Thread 1:\n"
      "\n"
      "Binary Images:\n"
      "       0x104d00000 -        0x104d07fff App arm64  <82d13d98219e3040b62a07a297007a7c> "
      "/private/App.app/App\n"
      "\n"
      "EOF\n");

  EXPECT_EQ(report.incident, "6251125F-0919-4879-B36B-F5F2D1E6902E");
  EXPECT_EQ(report.termination->name_space, "SIGNAL");
  EXPECT_EQ(report.termination->code, 5U);
  EXPECT_EQ(report.termination->indicator, "Trace/BPT trap: 5");
  EXPECT_EQ(report.kernel_triage, "VM - pmap_enter failed with resource shortage\n");
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[0].queue, "com.apple.main-thread");
  EXPECT_EQ(report.threads[0].name, std::nullopt);
  EXPECT_EQ(report.threads[1].name, "render");
  EXPECT_EQ(report.threads[0].frames[0].image_offset.value, 9344U);
  EXPECT_EQ(report.images[0].arch, "arm64");
}

TEST(CrashTextParserTest, ATerminationGivesItsReasonsLineByLine) {
  const auto report = parse_report(
      "Process:               tool [830]\n"
      "Exception Type:        EXC_CRASH (SIGABRT)\n"
      "Termination Reason:    Namespace DYLD, Code 1 Library missing\n"
      "Library not loaded: @rpath/liba.dylib\n"
      "Referenced from: <UUID> /tool\n"
      "(terminated at launch; ignore backtrace)\n"
      "Terminating Process:   tool [830]\n");

  EXPECT_EQ(report.termination->name_space, "DYLD");
  EXPECT_EQ(report.termination->indicator, "Library missing");
  EXPECT_THAT(report.termination->reasons,
              ElementsAre("Library not loaded: @rpath/liba.dylib", "Referenced from: <UUID> /tool"));
  EXPECT_THAT(report.termination->details, ElementsAre("(terminated at launch; ignore backtrace)"));
  EXPECT_EQ(report.termination->by_pid, 830);
}

TEST(CrashTextParserTest, ATextUnderAJsonHeaderIsReadWithThatHeader) {
  const auto report = parse_report(
      "{\"app_name\":\"helper\",\"bug_type\":\"109\",\"os_version\":\"iPhone OS 14.8 (18H17)\","
      "\"incident_id\":\"13917FF0-E1B1-4652-84C2-85516D101DFE\"}\n" +
      std::string(kLegacy));

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_TRUE(report.from_text);
  EXPECT_EQ(report.header.bug_type, "109");
  EXPECT_EQ(report.incident, "13917FF0-E1B1-4652-84C2-85516D101DFE");
  EXPECT_EQ(report.pid, 4711);
  EXPECT_EQ(report.threads.size(), 2U);
}

TEST(CrashTextParserTest, SimulatedAndResourceTextsAreNoCrashes) {
  EXPECT_EQ(parse_report("Process: a [1]\nException Type: EXC_BREAKPOINT\n"
                         "Exception Note: SIMULATED (this is NOT a crash) requested by Safari\n")
                .kind,
            ReportKind::non_fatal);
  EXPECT_EQ(parse_report("Command:          a\nPID:              7\nEvent:            cpu usage\n").kind,
            ReportKind::resource);
  EXPECT_EQ(
      parse_report(
          "Analysis of sampling x (pid 7) every 1 millisecond\nProcess:         x [7]\n"
          "Analysis Tool:   /usr/bin/sample\n\nCall graph:\n    1 Thread_1\n      1 start  (in x) + 1\n")
          .kind,
      ReportKind::profile);
}

TEST(CrashTextParserTest, APanicLogGivesTaskAndExtensions) {
  const auto report = parse_report(
      "panic(cpu 12 caller 0xffffff80148e7356): nvme: \"Loss of MMIO space\" @IONVMeController.cpp:6153\n"
      "Panicked task 0xffffff8b8c2f19d8: 291 threads: pid 0: kernel_task\n"
      "      Kernel Extensions in backtrace:\n"
      "         "
      "com.apple.iokit.IONVMeFamily(2.1)[ACB69E5A-7CDD-37BE-A604-24607E01A805]@0xffffff80148e0000->0xf\n"
      "            dependency: com.apple.iokit.IOPCIFamily(2.9)[X]@0x1->0x2\n"
      "\n"
      "Mac OS version:\n"
      "23G93\n");

  EXPECT_EQ(report.kind, ReportKind::panic);
  EXPECT_EQ(report.system_event->panicked_task, "kernel_task");
  EXPECT_EQ(report.system_event->panicked_pid, 0);
  EXPECT_THAT(report.system_event->kexts, ElementsAre(Pair("com.apple.iokit.IONVMeFamily", "2.1")));
  EXPECT_EQ(report.os.build, "23G93");
}

struct FrameLine {
  const char* line;
  const char* image;
  std::uint64_t address;
  const char* symbol;     // Empty: none.
  std::int64_t location;  // -1: none.
};

class FrameLineTest : public testing::TestWithParam<FrameLine> {};

TEST_P(FrameLineTest, IsTakenApart) {
  const auto& expected = GetParam();
  const auto frame = parse_frame_line(expected.line);

  ASSERT_TRUE(frame) << expected.line;
  EXPECT_EQ(frame->image, expected.image);
  EXPECT_EQ(frame->address->value, expected.address);
  EXPECT_EQ(frame->frame.symbol.value_or(""), expected.symbol);
  EXPECT_EQ(frame->frame.symbol_location ? static_cast<std::int64_t>(*frame->frame.symbol_location) : -1,
            expected.location);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, FrameLineTest,
    testing::Values(
        // The image's name holds spaces; no tab.
        FrameLine{"0   Google Chrome Helper    0x1000 main + 4", "Google Chrome Helper", 0x1000, "main", 4},
        // The symbol holds ` + `.
        FrameLine{"12  A  \t 0x10 a + b(int) + 12", "A", 0x10, "a + b(int)", 12},
        // Objective-C and lambdas.
        FrameLine{"3   M\t0x10 -[A(B) c:d:] + 8", "M", 0x10, "-[A(B) c:d:]", 8},
        FrameLine{"3   M\t0x10 f()::'lambda'(int)::operator()(int) const + 8", "M", 0x10,
                  "f()::'lambda'(int)::operator()(int) const", 8},
        // Offsets in hex (macOS 10), and the symbol as a comment (iOS 11).
        FrameLine{"0   CoreUI \t0x189699354 0x189622000 + 0x77354\t// -[C d] + 1788", "CoreUI", 0x189699354,
                  "-[C d]", 1788},
        FrameLine{"0   App \t0x0005b724 0x54000 + 30500 (-[Crasher crash] + 24)", "App", 0x5b724,
                  "-[Crasher crash]", 24},
        // Nothing known.
        FrameLine{"0   ???                           \t    0x7ff8944269a8 ???", "???", 0x7ff8944269a8, "",
                  -1},
        FrameLine{"0   ???                           \t000000000000000000 0 + 0", "???", 0, "", -1},
        // A symbol without offset.
        FrameLine{"1   App  \t0x10 App.run() (in App) (App.swift:87)", "App", 0x10, "App.run()", -1}));

TEST(FrameLineTest, OtherLinesAreNoFrames) {
  for (const auto* line :
       {"", "Thread 0:", "0x1000 - 0x2fff A (1) <X> /a", "12 monkeys", "  task_for_pid: 0", "7"}) {
    EXPECT_FALSE(parse_frame_line(line)) << line;
  }
}

TEST(ImageLineTest, VersionsWithParenthesesAndNamesWithSpacesAreRead) {
  const auto image = parse_image_line(
      "       0x100a0000 -        0x100a3fff org.python.python (3.11.15, (c) 2001-2023 Python Software "
      "Foundation.) "
      "<0b8e4d7c-1111-3222-8333-444455556666> /opt/Python Framework/Python");

  ASSERT_TRUE(image);
  EXPECT_EQ(image->bundle_id, "org.python.python");
  EXPECT_EQ(image->name, "Python");
  EXPECT_EQ(image->bundle_short_version, "3.11.15, (c) 2001-2023 Python Software Foundation.");
  EXPECT_EQ(image->path, "/opt/Python Framework/Python");
  EXPECT_EQ(image->size_bytes, 0x4000U);
}

TEST(ImageLineTest, TheAbsolutePseudoImageIsKnownByItsRange) {
  const auto image = parse_image_line(
      "               0x0 - 0xffffffffffffffff ??? (*) <00000000-0000-0000-0000-000000000000> ???");

  ASSERT_TRUE(image);
  EXPECT_EQ(image->source, "A");
  EXPECT_EQ(image->size_bytes, 0U);
  EXPECT_EQ(image->uuid, std::nullopt);
  EXPECT_EQ(image->path, std::nullopt);
}

}  // namespace
}  // namespace faultline
