#!/usr/bin/env bash
# The check of the macOS sources must refuse what a Mac would: each mistake below, with its own message.
set -euo pipefail
check=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong=0

# rejects TEXT [NAME]: the source on stdin, called NAME, is refused, and the compiler says TEXT.
rejects() {
  local source=$work/${2:-source_mac.cpp} status=0
  cat >"$source"
  "$check" "$source" >"$work/said" 2>&1 || status=$?
  if [ "$status" -eq 77 ]; then cat "$work/said"; exit 77; fi
  if [ "$status" -eq 0 ] || ! grep -qF -- "$1" "$work/said"; then
    echo "not refused with \"$1\" (status $status):"
    cat "$source" "$work/said"
    wrong=1
  fi
}

# On a Mac the check does nothing: the build has the real headers.
[ "$(uname -s)" = Linux ] || exit 0

rejects "use of undeclared identifier 'sysctlbynam'" <<'END'
#include <sys/sysctl.h>
int size_of_nothing() { return sysctlbynam("hw.model", nullptr, nullptr, nullptr, 0); }
END

rejects "'pipe2'" <<'END'  # Linux only.
#include <fcntl.h>
#include <unistd.h>
int open_both(int* ends) { return ::pipe2(ends, O_CLOEXEC); }
END

rejects "no member named 'st_mtim'" <<'END'  # Darwin: st_mtimespec.
#include <sys/stat.h>
long seconds_of(const struct stat& facts) { return facts.st_mtim.tv_sec; }
END

rejects "no member named 'pbi_started'" <<'END'
#include <libproc.h>
unsigned long long start_of(const proc_bsdinfo& info) { return info.pbi_started; }
END

rejects "no matching function for call to 'max'" <<'END'  # uint64_t and size_t are one type on Linux only.
#include <algorithm>
#include <cstddef>
#include <cstdint>
std::uint64_t larger(std::uint64_t a, std::size_t b) { return std::max(a, b); }
END

rejects "requires 3 arguments, but 2 were provided" <<'END'
#include <libproc.h>
int children_of(pid_t parent) { return proc_listchildpids(parent, nullptr); }
END

rejects "file not found" <<'END'
#include <sys/prctl.h>
END

rejects "'commandbuffer'" sample.m <<'END'
#import <Metal/Metal.h>
id<MTLCommandBuffer> buffer_of(id<MTLCommandQueue> queue) { return [queue commandbuffer]; }
END

# The same with the names right is accepted; else everything above would prove nothing.
cat >"$work/right_mac.cpp" <<'END'
#include <sys/stat.h>
#include <sys/sysctl.h>
long seconds_of(const struct stat& facts) { return facts.st_mtimespec.tv_sec; }
int size_of_nothing() { return sysctlbyname("hw.model", nullptr, nullptr, nullptr, 0); }
END
"$check" "$work/right_mac.cpp" || wrong=1
exit "$wrong"
