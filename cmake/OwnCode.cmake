# What every target of ours is built with: language, warnings, sanitizers.
# Packages are imported as SYSTEM and see none of this.

option(FAULTLINE_TESTS "Build the tests" ON)
option(FAULTLINE_SAMPLES "Build the sample workloads" ON)
option(FAULTLINE_BENCHMARKS "Build the benchmarks" OFF)
option(FAULTLINE_WARNINGS_AS_ERRORS "Treat our own warnings as errors" OFF)
option(FAULTLINE_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
option(FAULTLINE_PRECOMPILED_HEADERS "Precompile the headers that nearly every file includes" ON)
set(FAULTLINE_SANITIZE "" CACHE STRING "Sanitizers, as given to -fsanitize=")
option(FAULTLINE_COVERAGE "Instrument for coverage" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(own_warnings INTERFACE)
target_compile_options(own_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wextra-semi
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op;-Wduplicated-cond>
  # What GCC 12 derives while it optimises `"x" + std::string` is often not so (GCC bugs 105651, 105329, 80635): the
  # noisiest are off, the others no errors. clang-tidy and the sanitizers look after both.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict;-Wno-maybe-uninitialized>
  $<$<BOOL:${FAULTLINE_WARNINGS_AS_ERRORS}>:-Werror>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-error=array-bounds;-Wno-error=stringop-overflow;-Wno-error=stringop-overread;-Wno-error=free-nonheap-object;-Wno-error=dangling-pointer;-Wno-error=use-after-free;-Wno-error=nonnull>)

add_library(own_settings INTERFACE)
target_include_directories(own_settings INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(own_settings INTERFACE -ffunction-sections -fdata-sections)
target_compile_definitions(own_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(FAULTLINE_SANITIZE)
  target_compile_options(own_settings INTERFACE -fsanitize=${FAULTLINE_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(own_settings INTERFACE -fsanitize=${FAULTLINE_SANITIZE})
  target_compile_definitions(own_settings INTERFACE FAULTLINE_SANITIZED)
endif()
if(FAULTLINE_COVERAGE)
  target_compile_options(own_settings INTERFACE --coverage)
  target_link_options(own_settings INTERFACE --coverage)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
  target_link_options(own_settings INTERFACE -Wl,-dead_strip)
else()
  # A position-dependent program with LLVM inside starts in half the time.
  target_link_options(own_settings INTERFACE -Wl,--gc-sections)
  # Some thirty programs carry parts of LLVM: lld links each in a tenth of the time that ld takes.
  find_program(FAULTLINE_LLD ld.lld HINTS /usr/lib/llvm-19/bin)
  if(FAULTLINE_LLD)
    cmake_path(GET FAULTLINE_LLD PARENT_PATH lld_folder)
    target_link_options(own_settings INTERFACE -B${lld_folder} -fuse-ld=lld)
  endif()
  if(NOT FAULTLINE_SANITIZE)
    target_link_options(own_settings INTERFACE -no-pie)
    set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
  endif()
endif()

# A compiler cache is used where there is one. Precompiled headers need its leave for macros that they define.
find_program(FAULTLINE_CCACHE ccache)
if(FAULTLINE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${FAULTLINE_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  if(FAULTLINE_PRECOMPILED_HEADERS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()

# What nearly every file of ours includes, read by the compiler once per library.
set(FAULTLINE_COMMON_HEADERS
  <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional> <set> <span> <string>
  <string_view> <unordered_map> <utility> <variant> <vector> <tl/expected.hpp>)

# faultline_library(NAME SOURCES... ) makes the static library of one folder.
function(faultline_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC own_settings PRIVATE own_warnings)
  if(FAULTLINE_PRECOMPILED_HEADERS)
    target_precompile_headers(${name} PRIVATE ${FAULTLINE_COMMON_HEADERS})
  endif()
endfunction()
