// Texts as `sample` prints them, written for the tests.

#pragma once

#include <string>

namespace faultline {

/// A process of two threads: one waits for a lock in `render`, below a driver; the other sleeps.
/// `sleep_lines` are the lines of the second one's stack, from `nap` on.
inline std::string sample_text(const std::string& sleep_lines =
                                   "        800 nap  (in painter) + 20  [0x100001014]  nap.c:7\n"
                                   "          800 __semwait_signal  (in libsystem_kernel.dylib) + 8  "
                                   "[0x190002008]\n") {
  return "Sampling process 4242 for 1 second with 1 millisecond of run time between samples\n"
         "Sampling completed, processing symbols...\n"
         "Analysis of sampling painter (pid 4242) every 1 millisecond\n"
         "Process:         painter [4242]\n"
         "Path:            /Users/USER/*/painter\n"
         "Load Address:    0x100000000\n"
         "Code Type:       ARM64\n"
         "Platform:        macOS\n"
         "Parent Process:  my shell [4200]\n"
         "\n"
         "Date/Time:       2026-03-01 10:00:02.500 +0100\n"
         "Launch Time:     2026-03-01 10:00:00.250 +0100\n"
         "OS Version:      macOS 15.7.3 (24G419)\n"
         "Analysis Tool:   /usr/bin/sample\n"
         "----\n"
         "\n"
         "Call graph:\n"
         "    800 Thread_901: Main Thread   DispatchQueue_1: com.example.paint  (serial)\n"
         "    + 800 main  (in painter) + 52  [0x100001234]\n"
         "    +   800 render  (in painter) + 16  [0x100001110]\n"
         "    +     800 ???  (in Driver)  load address 0x1a0000000 + 0x40  [0x1a0000040]\n"
         "    +       800 __psynch_mutexwait  (in libsystem_kernel.dylib) + 8  [0x190001008]\n"
         "    800 Thread_902: napper\n"
         "      800 thread_start  (in libsystem_pthread.dylib) + 8  [0x191000008]\n" +
         sleep_lines +
         "\n"
         "Total number in stack (recursive counted multiple, when >=5):\n"
         "        5       main  (in painter) + 0  [0x100001200]\n"
         "\n"
         "Sort by top of stack, same collapsed (when >= 5):\n"
         "        __psynch_mutexwait  (in libsystem_kernel.dylib)        800\n"
         "\n"
         "Binary Images:\n"
         "       0x100000000 -        0x100003fff +painter (0) <11111111-2222-3333-4444-555555555555> "
         "/Users/USER/*/painter\n"
         "       0x190000000 -        0x19003ffff  libsystem_kernel.dylib (10063.1) "
         "<22222222-2222-3333-4444-555555555555> /usr/lib/system/libsystem_kernel.dylib\n"
         "       0x191000000 -        0x19100ffff  libsystem_pthread.dylib (519) "
         "<33333333-2222-3333-4444-555555555555> /usr/lib/system/libsystem_pthread.dylib\n"
         "       0x1a0000000 -        0x1a00fffff  com.example.driver (3.4 - 340.6) "
         "<44444444-2222-3333-4444-555555555555> /System/Library/My Extensions/Driver.bundle/Driver\n"
         "Sample analysis of process 4242 written to file /dev/stdout\n";
}

}  // namespace faultline
