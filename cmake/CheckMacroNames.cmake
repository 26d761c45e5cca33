# The test "macro_names": no `::` before a POSIX name that a system may make a macro. Darwin's headers do so with the
# names below; there `::sigemptyset(&set)` becomes `::(*(&set) = 0, 0)`, which no compiler takes.
# Run as: cmake -DROOT=<source folder> -P CheckMacroNames.cmake
cmake_minimum_required(VERSION 3.25)

set(names
  sigemptyset sigfillset sigaddset sigdelset sigismember sigmask              # signal.h
  htons htonl htonll ntohs ntohl ntohll                                       # machine/endian.h
  major minor makedev                                                         # sys/types.h
  "W(IFEXITED|EXITSTATUS|IFSIGNALED|TERMSIG|COREDUMP|IFSTOPPED|STOPSIG|IFCONTINUED)"  # sys/wait.h
  "S_IS(BLK|CHR|DIR|FIFO|LNK|REG|SOCK)" "FD_(SET|CLR|ISSET|ZERO|COPY)" "CMSG_[A-Z]+"  # sys/stat.h, select.h, socket.h
  "timer(add|sub|clear|cmp|isset)" pthread_cleanup_push pthread_cleanup_pop assert errno
  getc_unlocked putc_unlocked getchar_unlocked putchar_unlocked)
list(JOIN names "|" names)
# A name of a class or a namespace may stand before the colons, and is then not POSIX's.
set(pattern "(^|[^A-Za-z0-9_>])::(${names})([^A-Za-z0-9_]|$)")

set(found 0)
set(seen 0)
foreach(part IN ITEMS core collector analyzer db reports app cli samples tests benchmarks)
  file(GLOB_RECURSE sources RELATIVE ${ROOT} ${ROOT}/${part}/*.cpp ${ROOT}/${part}/*.h ${ROOT}/${part}/*.m ${ROOT}/${part}/*.mm)
  list(FILTER sources EXCLUDE REGEX "/(node_modules|darwin_stubs)/")
  foreach(source IN LISTS sources)
    math(EXPR seen "${seen} + 1")
    file(STRINGS "${ROOT}/${source}" lines REGEX "${pattern}")
    foreach(line IN LISTS lines)
      string(STRIP "${line}" line)
      message("${source}: `::` before a name that is a macro on Darwin: ${line}")
      math(EXPR found "${found} + 1")
    endforeach()
  endforeach()
endforeach()
if(seen EQUAL 0)
  message(FATAL_ERROR "no sources found in ${ROOT}: the check looked in the wrong place")
endif()
if(found GREATER 0)
  message(FATAL_ERROR "${found} uses of `::` before names that may be macros; write the name alone")
endif()
message("macro names: ${seen} files, none with `::` before one")
