# Every package we use, found in one place. README.md says why each.

list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-19 /opt/homebrew/opt/llvm@19 /usr/local/opt/llvm@19
     /opt/homebrew/opt/libarchive /usr/local/opt/libarchive)

find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus QUIET)
find_package(LLVM 19.1 REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(libarchive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
if(NOT TARGET tomlplusplus::tomlplusplus)
  pkg_check_modules(tomlplusplus_pc REQUIRED IMPORTED_TARGET tomlplusplus)
  add_library(tomlplusplus::tomlplusplus ALIAS PkgConfig::tomlplusplus_pc)
endif()

# Boost.Math is header-only; the folder is all that is needed.
find_path(BOOST_MATH_INCLUDE boost/math/distributions/beta.hpp REQUIRED
          PATHS /opt/homebrew/include /usr/local/include)
add_library(boost_math INTERFACE)
target_include_directories(boost_math SYSTEM INTERFACE ${BOOST_MATH_INCLUDE})

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  pkg_check_modules(elfutils REQUIRED IMPORTED_TARGET libdw libelf)
endif()

# LLVM static libraries: a shared libLLVM costs some 10 ms at every start.
separate_arguments(llvm_definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
llvm_map_components_to_libnames(llvm_libraries
  symbolize debuginfogsym debuginfodwarf object
  aarch64disassembler aarch64desc aarch64info
  x86disassembler x86desc x86info
  mc mcdisassembler demangle support)
add_library(llvm_parts INTERFACE)
target_include_directories(llvm_parts SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_compile_definitions(llvm_parts INTERFACE ${llvm_definitions})
target_link_libraries(llvm_parts INTERFACE ${llvm_libraries})
