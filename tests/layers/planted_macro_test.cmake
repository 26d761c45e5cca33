# The test of the test "macro_names": in a small tree, each planted use is found and named, also those that once
# stood in this project; the same names without `::`, and names of our own, pass.
# Run as: cmake -DCHECK=<CheckMacroNames.cmake> -DWORK=<folder of ours> -P planted_macro_test.cmake
cmake_minimum_required(VERSION 3.25)

# expect(WANTED TEXT): a source of that text passes (WANTED is passes), or is found.
function(expect wanted text)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/core/process/source.cpp" "${text}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CHECK}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(FIND "${output}" "core/process/source.cpp: " position)
  if(wanted STREQUAL "passes" AND NOT status EQUAL 0)
    message(FATAL_ERROR "failed, but nothing is wrong with it: ${text}\n${output}")
  elseif(wanted STREQUAL "found" AND (status EQUAL 0 OR position EQUAL -1))
    message(FATAL_ERROR "not found: ${text}\n${output}")
  endif()
  message("${wanted}: ${text}")
endfunction()

# As the first versions of the tool process and of the stop signals had them.
expect(found "  ::sigemptyset(&none);")
expect(found "  sigset_t defaults{}; ::sigaddset(&defaults, SIGINT);")
expect(found "    ::sigemptyset(&action.sa_mask);")
expect(found "::sigfillset(&all);")
expect(found "  if (::sigismember(&set, SIGINT)) return;")
expect(found "  address.sin_port = ::htons(80);")
expect(found "  return (::major(device)) == 1;")
expect(found "  const int code = ::WEXITSTATUS(status);")
expect(passes "  sigemptyset(&none); if (WIFEXITED(status)) return;")
expect(passes "  const auto part = Version::major(text); ::sigaction(SIGINT, &action, nullptr);")
