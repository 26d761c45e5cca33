// Real processes die under the real reporter; what the reports say is compared with what was done.

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "tests/collector/reporter/trial_fixture.h"

namespace faultline {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class CrashCaptureTest : public TrialTest {
 protected:
  void SetUp() override { REQUIRE_OR_SKIP(can_capture(), "ptrace is refused here"); }

  /// Runs it and gives the one report that it must leave.
  ReportFile crash(std::vector<std::string> argv) {
    status = run(std::move(argv));
    EXPECT_THAT(status.reports, SizeIs(1)) << status.capture_note;
    if (status.reports.size() != 1) return {};
    return read_report(status.reports[0].path);
  }

  TrialStatus status;
};

struct DeathCase {
  const char* how;
  const char* type;
  const char* signal;
  std::vector<std::uint64_t> codes;
  const char* subtype;  // Empty: none.
  const char* top_frame;
};

TEST_F(CrashCaptureTest, EachDeathHasItsExceptionItsAddressAndItsFunction) {
  const bool is_x86 =
#ifdef __x86_64__
      true;
#else
      false;
#endif
  const std::vector<DeathCase> cases{
      {"read-null",
       "EXC_BAD_ACCESS",
       "SIGSEGV",
       {1, 0x5c8},
       "KERN_INVALID_ADDRESS at 0x00000000000005c8",
       "child_read_null"},
      {"write-null",
       "EXC_BAD_ACCESS",
       "SIGSEGV",
       {1, 0x184},
       "KERN_INVALID_ADDRESS at 0x0000000000000184",
       "child_write_null"},
      // The pc itself is nowhere: the caller is the second frame.
      {"call-null", "EXC_BAD_ACCESS", "SIGSEGV", {1, 0}, "KERN_INVALID_ADDRESS at 0x0000000000000000", "?"},
      {"call-wild",
       "EXC_BAD_ACCESS",
       "SIGSEGV",
       {1, 0x1234},
       "KERN_INVALID_ADDRESS at 0x0000000000001234",
       "?"},
      {"abort", "EXC_CRASH", "SIGABRT", {0, 0}, "", nullptr},
      // Sent by kill(2): siginfo holds a pid where a fault's address would be.
      {"self-kill", "EXC_CRASH", "SIGSEGV", {0, 0}, "", nullptr},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.how);
    const auto report = crash(child(expected.how));
    const auto& exception = report.body.at("exception");
    EXPECT_EQ(exception.at("type"), expected.type);
    EXPECT_EQ(exception.at("signal"), expected.signal);
    EXPECT_EQ(exception.at("rawCodes").get<std::vector<std::uint64_t>>(), expected.codes);
    EXPECT_EQ(exception.value("subtype", ""), expected.subtype);
    if (expected.top_frame != nullptr) {
      EXPECT_EQ(report.symbols().at(0), expected.top_frame);
    }
    if (std::string(expected.how).starts_with("call")) {
      EXPECT_EQ(report.symbols().at(1), "child_call");
    }
    EXPECT_THAT(report.symbols(), Contains("main"));
    EXPECT_THAT(status.crash_deaths, ElementsAre(CrashDeath{status.pid, *status.term_signal, false}));
  }
  if (is_x86) {
    // A general protection fault has no address: zero here is not a NULL.
    const auto report = crash(child("non-canonical"));
    EXPECT_EQ(report.body["exception"]["rawCodes"].dump(), "[13,0]");
    EXPECT_EQ(report.body["exception"]["subtype"], "UNKNOWN_0xD at 0x0000000000000000");
    EXPECT_FALSE(report.faulting_thread().at("threadState").contains("cr2"));
    EXPECT_FALSE(report.body.contains("vmRegionInfo"));
    EXPECT_EQ(crash(child("divide")).body["exception"]["type"], "EXC_ARITHMETIC");
  }
}

TEST_F(CrashCaptureTest, ReportSaysWhoDiedWhereAndWhen) {
  spec.boot_session = "unused";

  const auto report = crash(child("read-null"));

  const auto& body = report.body;
  EXPECT_EQ(report.header.at("bug_type"), "309");
  EXPECT_EQ(report.header.at("incident_id"), body.at("incident"));
  EXPECT_EQ(body.at("incident"), status.reports[0].incident);
  EXPECT_EQ(report.header.at("app_name"), "crash_child");
  EXPECT_THAT(report.header.at("os_version").get<std::string>(), StartsWith("Linux "));
  EXPECT_EQ(body.at("pid"), status.pid);
  EXPECT_EQ(body.at("procName"), "crash_child");
  EXPECT_EQ(std::filesystem::weakly_canonical(body.at("procPath").get<std::string>()),
            std::filesystem::weakly_canonical(FAULTLINE_CRASH_CHILD));
  EXPECT_EQ(body.at("parentProc"), "faultline-repor");  // comm(5) is cut to 15 bytes.
  const auto captured = parse_report_time(body.at("captureTime").get<std::string>());
  const auto launched = parse_report_time(body.at("procLaunch").get<std::string>());
  ASSERT_TRUE(captured && launched);
  EXPECT_GE(*captured, status.started_at - std::chrono::milliseconds(1));
  EXPECT_LE(*launched, *captured);
  EXPECT_LE(body.at("procStartAbsTime").get<std::uint64_t>(),
            body.at("procExitAbsTime").get<std::uint64_t>());
  EXPECT_EQ(body.at("termination").at("indicator"), "Segmentation fault: 11");
  EXPECT_EQ(body.at("termination").at("byProc"), "exc handler");
  EXPECT_THAT(body.at("vmRegionInfo").get<std::string>(),
              StartsWith("0x5c8 is not in any region.  Bytes before"));
}

TEST_F(CrashCaptureTest, RegistersHaveTheirRealNamesAndNothingUnseen) {
  const auto report = crash(child("read-null"));

  const auto& state = report.faulting_thread().at("threadState");
#ifdef __x86_64__
  EXPECT_EQ(state.at("flavor"), "x86_THREAD_STATE");
  EXPECT_EQ(state.at("cr2").at("value"), 0x5c8);
  for (const auto* name : {"rax", "rdi", "rsp", "r15", "rip", "rflags"})
    EXPECT_TRUE(state.contains(name)) << name;
  for (const auto* name : {"err", "trap", "esr", "pc"}) EXPECT_FALSE(state.contains(name)) << name;
  const auto pc = state.at("rip").at("value").get<std::uint64_t>();
  EXPECT_EQ(state.at("rip").at("matchesCrashFrame"), 1);
#else
  EXPECT_EQ(state.at("flavor"), "ARM_THREAD_STATE64");
  EXPECT_EQ(state.at("x").size(), 29U);
  EXPECT_EQ(state.at("far").at("value"), 0x5c8);
  EXPECT_FALSE(state.contains("esr"));
  const auto pc = state.at("pc").at("value").get<std::uint64_t>();
#endif
  const auto& frame = report.faulting_thread().at("frames").at(0);
  const auto& image = report.body.at("usedImages").at(frame.at("imageIndex").get<std::size_t>());
  EXPECT_EQ(image.at("base").get<std::uint64_t>() + frame.at("imageOffset").get<std::uint64_t>(), pc);
  EXPECT_EQ(image.at("name"), "crash_child");
  EXPECT_EQ(image.at("buildId").get<std::string>().size(), 40U);
  EXPECT_EQ(image.at("uuid"), report.header.at("slice_uuid"));
  EXPECT_EQ(report.body.at("instructionByteStream").at("atPC").get<std::string>().size(), 56U);  // 40 bytes.
}

TEST_F(CrashCaptureTest, EightThreadsThatFaultTogetherNeverMixUpTheirAddresses) {
  std::set<std::uint64_t> addresses;
  for (int i = 0; i < 40; ++i) {
    const auto report = crash(child("threads-fault", "8"));
    const auto name = report.faulting_thread().at("name").get<std::string>();
    ASSERT_THAT(name, StartsWith("faulter-"));
    // The thread's number is in its name, and its address in its number.
    const auto expected = 0x1000 + 0x10 * std::stoull(name.substr(8));
    const auto address = report.body.at("exception").at("rawCodes").at(1).get<std::uint64_t>();
    ASSERT_EQ(address, expected);
    addresses.insert(address);
    EXPECT_EQ(status.term_signal, SIGSEGV);
    EXPECT_THAT(status.crash_deaths, SizeIs(1));
    for (const auto& thread : report.body.at("threads")) {
      if (thread.contains("atOwnFault")) {
        EXPECT_FALSE(thread.contains("triggered"));
        EXPECT_THAT(thread.at("name").get<std::string>(), StartsWith("faulter-"));
      }
    }
  }
}

TEST_F(CrashCaptureTest, AssertionsAndExceptionsKeepTheirWords) {
  const auto libc = crash(child("assert"));
  EXPECT_THAT(libc.body.at("asi").dump(), HasSubstr("no two words are alike"));

  const auto driver = crash(child("driver-assert"));
  EXPECT_EQ(driver.body.at("asi").at("crash_child").at(0),
            "-[Buffer tryCoalescing:]:1091: failed assertion `A command encoder is already encoding'");

  const auto uncaught = crash(child("throw"));
  EXPECT_THAT(uncaught.body.at("asi").dump(), HasSubstr("nobody catches this"));

  // Words of an earlier complaint are no reason for a later fault.
  const auto fault = crash(shell("exec 2>&1; echo 'failed assertion `x` (ignored)'; exec " +
                                 std::string(FAULTLINE_CRASH_CHILD) + " read-null"));
  EXPECT_FALSE(fault.body.contains("asi"));
}

TEST_F(CrashCaptureTest, StackOverflowIsNamedAndItsStackIsCut) {
  const auto report = crash(child("overflow"));

  EXPECT_EQ(report.body.at("exception").at("message"),
            "Thread stack size exceeded due to excessive recursion");
  EXPECT_THAT(report.symbols(), SizeIs(512));
  EXPECT_EQ(report.symbols().at(100), "child_overflow");
  EXPECT_THAT(report.body.at("reportNotes").dump(), HasSubstr("more than the 512 frames"));
  EXPECT_THAT(report.body.at("vmRegionInfo").get<std::string>(), HasSubstr("      Stack   "));
}

TEST_F(CrashCaptureTest, HandlerThatDiesOnTopOfTheFaultLeavesTheFaultItself) {
  for (const auto* how : {"reraise", "handler-aborts"}) {
    SCOPED_TRACE(how);
    const auto report = crash(child(how));
    EXPECT_EQ(report.body.at("exception").at("rawCodes").dump(), "[1,1480]");
    EXPECT_EQ(report.symbols().at(0), "child_read_null");
    EXPECT_THAT(report.body.at("reportNotes").dump(), HasSubstr("a handler took SIGSEGV first"));
  }
  // How it ended stays true, too.
  EXPECT_EQ(status.term_signal, SIGABRT);
}

TEST_F(CrashCaptureTest, HandledFaultIsNoCrash) {
  const auto end = run(child("handled"));

  EXPECT_EQ(end.exit_code, 0);
  EXPECT_THAT(end.reports, IsEmpty());
  EXPECT_THAT(end.crash_deaths, IsEmpty());
}

TEST_F(CrashCaptureTest, ChildrenAreCapturedWhereverTheyWent) {
  const std::string program = FAULTLINE_CRASH_CHILD;
  for (const auto& argv : {child("fork-fault"), child("setsid-fault"), shell(program + " read-null; exit 3"),
                           shell(program + " read-null | cat")}) {
    SCOPED_TRACE(argv.back());
    const auto report = crash(argv);
    EXPECT_EQ(report.symbols().at(0), "child_read_null");
    EXPECT_NE(status.reports[0].pid, status.pid);
    EXPECT_THAT(status.crash_deaths, ElementsAre(CrashDeath{status.reports[0].pid, SIGSEGV, false}));
    EXPECT_TRUE(status.exit_code.has_value());
  }
}

TEST_F(CrashCaptureTest, WithoutFollowingOnlyTheCommandItselfIsCaptured) {
  spec.follow_children = false;

  EXPECT_THAT(run(child("fork-fault")).reports, IsEmpty());
  EXPECT_THAT(run(child("read-null")).reports, SizeIs(1));
}

TEST_F(CrashCaptureTest, CaptureOffLeavesOnlyTheDeath) {
  spec.capture = CaptureMode::off;

  const auto end = run(child("read-null"));

  EXPECT_THAT(end.reports, IsEmpty());
  EXPECT_FALSE(end.capture_refused);
  EXPECT_EQ(end.term_signal, SIGSEGV);
  EXPECT_THAT(end.crash_deaths, ElementsAre(CrashDeath{end.pid, SIGSEGV, false}));
}

TEST_F(CrashCaptureTest, TerminationByOthersIsNoCrash) {
  const auto end = run(child("term"));

  EXPECT_EQ(end.term_signal, SIGTERM);
  EXPECT_THAT(end.reports, IsEmpty());
  EXPECT_THAT(end.crash_deaths, IsEmpty());
}

TEST_F(CrashCaptureTest, TwoReportsOfOneSecondHaveTwoNamesAndNothingHiddenStays) {
  const std::string program = FAULTLINE_CRASH_CHILD;
  const auto end =
      run(shell(program + " read-null; " + program + " write-null; " + program + " abort; exit 0"));

  EXPECT_THAT(end.reports, SizeIs(3));
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(spec.report_folder)) {
    names.insert(entry.path().filename().string());
  }
  EXPECT_THAT(names, SizeIs(3));
  for (const auto& name : names) EXPECT_THAT(name, StartsWith("crash_child-"));
}

TEST_F(CrashCaptureTest, CommandThatIsStoppedForAWhileGoesOn) {
  const auto end = run(shell("(sleep 0.1; kill -CONT $$) & kill -STOP $$; exit 5"));

  EXPECT_EQ(end.exit_code, 5);
}

TEST_F(CrashCaptureTest, StuckCommandLeavesAHangReportWithItsStacks) {
  spec.timeout = std::chrono::milliseconds(300);

  const auto report = crash(child("stuck"));

  EXPECT_TRUE(status.timed_out);
  EXPECT_TRUE(status.stuck);
  EXPECT_EQ(status.term_signal, SIGABRT);
  EXPECT_THAT(status.crash_deaths, ElementsAre(CrashDeath{status.pid, SIGABRT, true}));
  EXPECT_EQ(report.header.at("bug_type"), "310");
  EXPECT_EQ(report.body.at("hangKind"), "stuck");
  EXPECT_FALSE(report.body.contains("exception"));
  EXPECT_FALSE(report.body.contains("faultingThread"));
  std::vector<std::string> names;
  for (const auto& frame : report.body.at("threads").at(0).at("frames"))
    names.push_back(frame.value("symbol", "?"));
  EXPECT_THAT(names, Contains(HasSubstr("hold_a_lock_twice")));
}

TEST_F(CrashCaptureTest, SlowCommandIsToldFromAStuckOne) {
  spec.timeout = std::chrono::milliseconds(300);

  const auto report = crash(child("slow"));

  EXPECT_TRUE(status.timed_out);
  EXPECT_FALSE(status.stuck);
  EXPECT_EQ(report.body.at("hangKind"), "slow");
}

TEST_F(CrashCaptureTest, HangBehindAShellShowsTheProcessThatHangs) {
  spec.timeout = std::chrono::milliseconds(300);

  status = run(shell(std::string(FAULTLINE_CRASH_CHILD) + " stuck; exit 0"));

  std::set<std::string> names;
  for (const auto& report : status.reports) names.insert(read_report(report.path).body.at("procName"));
  EXPECT_THAT(names, Contains("crash_child"));
  EXPECT_TRUE(status.stuck);
}

}  // namespace
}  // namespace faultline
