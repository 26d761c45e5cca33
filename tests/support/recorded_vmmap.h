// What macOS says of a process's memory, for tests on systems that have no such tool.

#pragma once

namespace faultline {

/// vmmap -w of a process on macOS 15, its lines shortened: a framework's image lies in the shared cache.
inline constexpr const char* kRecordedVmmap = R"(Process:         python3.12 [4711]
Path:            /opt/homebrew/*/python3.12
Load Address:    0x1045a8000

==== Non-writable regions for process 4711
REGION TYPE                    START - END         [ VSIZE  RSDNT  DIRTY   SWAP] PRT/MAX SHRMOD PURGE    REGION DETAIL
__TEXT                      1045a8000-1045ac000    [   16K    16K     0K     0K] r-x/r-x SM=COW          /opt/homebrew/bin/python3.12
__DATA_CONST                1045ac000-1045b0000    [   16K    16K     0K     0K] r--/rw- SM=COW          /opt/homebrew/bin/python3.12
__TEXT                      18a1b2000-18a1f6000    [  272K   272K     0K     0K] r-x/r-x SM=COW          /System/Library/Frameworks/Metal.framework/Versions/A/Metal
__TEXT                      1f2000000-1f2a00000    [  10.0M  6544K    0K     0K] r-x/r-x SM=COW          /System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X
__TEXT                      104900000-104904000    [   16K    16K     0K     0K] r-x/r-x SM=COW          /Users/USER/my tools/lib fix.dylib
mapped file                 104a00000-104a04000    [   16K    16K     0K     0K] r--/r-- SM=COW          /usr/share/zoneinfo/UTC
)";

}  // namespace faultline
