// Writes the fuzz targets' seeds: small reports of every kind, made from text here.

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "core/files/text_file.h"
#include "reports/documents/apple_text.h"
#include "tests/collector/reporter/watch/sample_fixture.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using Seeds = std::vector<std::pair<std::string, std::string>>;

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A report with every member that has a form of its own.
IpsBuilder full_report() {
  IpsBuilder builder;
  builder.body("asi", R"({"libsystem_c.dylib":["abort() called"]})")
      .body("asiBacktraces", R"(["0   A  0x1 f + 2\n"])")
      .body("exceptionReason", R"({"composed_message":"m","arguments":["k"],"class":"NSException"})")
      .body("lastExceptionBacktrace", "[" + ips_frame(0, 32, "thrower", 4) + "]")
      .body("ktriageinfo", R"("VM - x\n")")
      .body("instructionByteStream", R"({"beforePC":"AQID","atPC":"\/w=="})")
      .body("vmRegionInfo", "\"0x5c8 is not in any region.\"")
      .body("reportNotes", R"(["note"])")
      .body("workQueueLimits", R"({"cooperative":64})")
      .body("extMods", R"({"caller":{"task_for_pid":3},"targeted":{},"system":{},"warnings":1})")
      .body("vmSummary", "\"TOTAL 1\\n\"")
      .body("logWritingSignature", "\"0123\"");
  IpsThread odd;
  odd.frames = {
      R"({"imageOffset":1,"symbol":"f","inline":true,"sourceFile":"a.h","sourceLine":7,"region":"r"})",
      R"([0,"0x10",{"symbol":"g"}])"};
  odd.state =
      R"({"flavor":"x86_THREAD_STATE","rip":{"value":1},"rosetta":{"tmp0":{"value":7}},"trap":{"value":14,"description":"d"}})";
  builder.thread(odd);
  return builder;
}

void add_reports(Seeds& seeds) {
  const auto plain = IpsBuilder().text();
  const auto full = full_report().text();
  seeds.emplace_back("plain.ips", plain);
  seeds.emplace_back("full.ips", full);
  seeds.emplace_back("cut.ips", plain.substr(0, plain.size() * 2 / 3));
  seeds.emplace_back("no_header.ips", IpsBuilder().body_text());
  seeds.emplace_back("invalid_utf8.ips", replace_all(plain, "zsh", "z\xff"));
  seeds.emplace_back("large_number.ips", IpsBuilder().body("uptime", "99999999999999999999999").text());
  seeds.emplace_back("quoted.ips", "> " + replace_all(plain, "\n", "\n> "));
  seeds.emplace_back("html.ips",
                     "<p>" + replace_all(replace_all(plain, "\"", "&quot;"), "\n", "<br>\n") + "</p><p>");
  seeds.emplace_back("fenced.ips", "words\n```\n" + plain + "```\n");
  seeds.emplace_back("version1.ips",
                     IpsBuilder()
                         .body("threads", R"([{"frames":[[0,4096,{"symbol":"main"}]]}])")
                         .body("usedImages", R"([["11111111-1111-3111-8111-111111111111",4096,"P"]])")
                         .body("legacyInfo", R"({"imageExtraInfo":[{"name":"a","size":7}]})")
                         .text());
  seeds.emplace_back("fragment.json", plain.substr(plain.find("\"frames\"") - 40, 300));
  for (const auto* type : {"298", "288", "210", "284", "145", "308", "109"}) {
    seeds.emplace_back("type" + std::string(type) + ".ips",
                       IpsBuilder().header("bug_type", "\"" + std::string(type) + "\"").text());
  }
}

void add_texts(Seeds& seeds) {
  const auto layout = [](const char* train, const char* platform) {
    return render_apple_text(
        parse_report(full_report()
                         .body("osVersion", R"({"train":")" + std::string(train) + R"(","build":"1A1"})")
                         .header("os_version", "\"" + std::string(train) + " (1A1)\"")
                         .header("platform", platform)
                         .text()));
  };
  seeds.emplace_back("macos12.crash", layout("macOS 12.6", "1"));
  seeds.emplace_back("macos26.crash", layout("macOS 26.1", "1"));
  seeds.emplace_back("embedded.crash", layout("iPhone OS 18.5", "2"));
  seeds.emplace_back("twin.crash", layout("macOS 15.7", "1") + "-----------\nFull Report\n-----------\n\n" +
                                       IpsBuilder().text());
  seeds.emplace_back("header_and_text.ips",
                     "{\"bug_type\":\"109\",\"incident_id\":\"79BC4A1F-0000-4000-8000-000000000001\"}\n" +
                         layout("macOS 12.6", "1"));
  seeds.emplace_back("sample.txt", sample_text());
  seeds.emplace_back("debugger.txt",
                     "* thread #1, stop reason = EXC_BAD_ACCESS (code=1, address=0x20)\n"
                     "  * frame #0: 0x10 A`B::c(bool) + 376 at a.rs:128:17\n");
  seeds.emplace_back(
      "table.txt", "Exception Codes: 0x1, 0x5c8\nFrame  Binary  Symbol  Offset\n0      A   -[B c:]   +32\n");
  seeds.emplace_back("panic.txt",
                     "panic(cpu 1 caller 0x1): x\nPanicked task 0x1: 0 pages: pid 0: kernel_task\n"
                     "   Kernel Extensions in backtrace:\n      com.apple.A(1.2)[U]@0x1->0x2\n");
  seeds.emplace_back(
      "legacy.crash",
      "Process: a b [1]\nCode Type: X86-64 (Native)\nCrashed Thread: 0  n  Dispatch queue: q\n"
      "Exception Type: EXC_BAD_ACCESS (SIGSEGV)\nException Codes: KERN_INVALID_ADDRESS at 0x1\n"
      "Termination Reason: Namespace DYLD, Code 1\nno library\n(details)\n\n"
      "Thread 0 Crashed:: n Dispatch queue: q\n0   A B  \t0x1000 f + 2 (a.c:3) [inlined]\n\n"
      "Thread 0 crashed with X86 Thread State (64-bit):\n  rax: 0x1  rip: <unavailable>  rfl: 0x2\n"
      "Trap Number: 14\n\nThread 0 instruction stream:\n  00 01[02]-03  ....\t<==\n\n"
      "Binary Images:\n 0x1000 - 0x1fff +a.b (1.0 - 2) <11111111-1111-3111-8111-111111111111> /a b\n");
}

/// What runtimes print, and MetricKit's forms.
void add_printed(Seeds& seeds) {
  seeds.emplace_back(
      "asan.txt",
      "==7==ERROR: AddressSanitizer: SEGV on unknown address 0x18 (pc 0x1 bp 0x2 sp 0x3 T0)\n"
      "==7==The signal is caused by a WRITE memory access.\n"
      "    #0 0x55 in f(int) /a.cc:12:3\n    #1 0x56 in g+0x1 (/l.so:arm64+0x2) (BuildId: 1)\n\n"
      "freed by thread T0 here:\n    #0 0x57 in free <null> (l.so+0x3)\n"
      "SUMMARY: AddressSanitizer: SEGV /a.cc:12:3 in f(int)\n");
  const std::string race =
      "==================\nWARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 4 at 0x1 by thread "
      "T1:\n"
      "    #0 f /a.cc:7 (p+0x4)\n\nSUMMARY: ThreadSanitizer: data race /a.cc:7 in f\n==================\n";
  seeds.emplace_back("tsan_twice.txt", race + race);
  seeds.emplace_back(
      "faulthandler.txt",
      "Fatal Python error: Segmentation fault\n\nThread 0x1f [n] (most recent call first):\n"
      "  File \"a.py\", line 7 in w\n\nCurrent thread 0x2f (most recent call first):\n"
      "  File \"b.py\", line 3 in f\n\nCurrent thread's C stack trace (most recent call first):\n"
      "  Binary file \"/l.so\", at boom+0x1f [0x7f]\n");
  seeds.emplace_back(
      "swift.txt",
      "a/b.swift:4: Fatal error: x\n\n*** Program crashed: Bad pointer dereference at 0x4 ***\n\n"
      "Platform: arm64 macOS 14.5 (23F79)\n\nThread 0 \"m\" crashed:\n\n"
      "0 [inlined] [system] 0x10 f() in p at /a.swift:3:15\n1 [ra] 0x11 main + 16 in p at /<x>\n\n"
      "Registers:\n\nx0 0x0000000000000001  1\nsp 0x2 00 01\n\nImages (1 omitted):\n\n"
      "0x10\xe2\x80\x93"
      "0x20 dd73ed2e1d9b32fbb7e5a8b1f0d1ab1d p /src/p\n");
  const std::string uuid = R"("4456DC21-E091-3F13-9B30-C76B9DDABEB1")";
  const std::string frames = R"([{"binaryUUID":)" + uuid +
                             R"(,"binaryName":"a","offsetIntoBinaryTextSegment":32,"address":4128,)"
                             R"("subFrames":[{"binaryUUID":)" +
                             uuid + R"(,"address":4160},{"address":1}]}])";
  const std::string one =
      R"j({"diagnosticMetaData":{"exceptionType":1,"signal":11,"osVersion":"macOS 14 (1A1)"},)j"
      R"("callStackTree":{"callStacks":[{"threadAttributed":true,"callStackRootFrames":)" +
      frames + "}]}}";
  seeds.emplace_back("metrickit.json", R"({"timeStampEnd":"2026-01-01","crashDiagnostics":[)" + one + "," +
                                           one + R"(],"hangDiagnostics":[)" + one + "]}");
  seeds.emplace_back("metrickit_one.json", one + "\n" + one);
  seeds.emplace_back(
      "metrickit_codable.json",
      R"([{"timeRange":{"start":800000000.5,"duration":0},"environment":{"osVersion":{"platform":"macOS",)"
      R"("number":"27.0","buildNumber":"26A1"}},"result":{"crash":{"_0":{"exceptionType":1,"signal":11,)"
      R"("terminationReason":{"code":11},"callStackTree":{"binaryInfo":[)" +
          uuid + R"(,{"name":"a","uuid":)" + uuid +
          R"(}],"callStackThreads":[{"threadAttributed":true,"rootFrames":)" + frames + "}]}}}}}]");
}

}  // namespace
}  // namespace faultline

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  faultline::Seeds seeds;
  faultline::add_reports(seeds);
  faultline::add_texts(seeds);
  faultline::add_printed(seeds);
  for (const auto& [name, text] : seeds) {
    const auto written = faultline::write_file_atomically(folder / name, text);
    if (!written) {
      std::fprintf(stderr, "%s\n", written.error().text().c_str());
      return 1;
    }
  }
  std::printf("%zu seeds in %s\n", seeds.size(), folder.c_str());
  return 0;
}
