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
