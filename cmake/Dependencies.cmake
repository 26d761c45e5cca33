# Every package we use, found in one place. README.md says why each.

list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-19 /opt/homebrew/opt/llvm@19 /usr/local/opt/llvm@19
     /opt/homebrew/opt/libarchive /usr/local/opt/libarchive)

# A package runs on Linuxes that have few libraries, and others' versions of those: then archives go before shared
# libraries, and with them what they need themselves.
option(FAULTLINE_PORTABLE "On Linux, link statically all but the C library" OFF)
if(FAULTLINE_PORTABLE AND NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(FAULTLINE_PORTABLE OFF)
endif()
if(FAULTLINE_PORTABLE)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a .so)
endif()

find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus QUIET)
find_package(LLVM 19.1 REQUIRED CONFIG)
# LLVM asks for zstd by the name of the shared one, whichever was found.
if(TARGET zstd::libzstd_static AND NOT TARGET zstd::libzstd_shared)
  add_library(zstd::libzstd_shared ALIAS zstd::libzstd_static)
endif()
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
# Its headers alone: its shared library would be loaded at every start.
add_library(tomlplusplus_headers INTERFACE)
target_include_directories(tomlplusplus_headers SYSTEM INTERFACE
  $<TARGET_PROPERTY:tomlplusplus::tomlplusplus,INTERFACE_INCLUDE_DIRECTORIES>)

# Boost.Math is header-only; the folder is all that is needed.
find_path(BOOST_MATH_INCLUDE boost/math/distributions/beta.hpp REQUIRED
          PATHS /opt/homebrew/include /usr/local/include)
add_library(boost_math INTERFACE)
target_include_directories(boost_math SYSTEM INTERFACE ${BOOST_MATH_INCLUDE})

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  pkg_check_modules(elfutils REQUIRED IMPORTED_TARGET libdw libelf)
endif()

if(FAULTLINE_PORTABLE)
  find_package(ZLIB REQUIRED)
  foreach(name bz2 lzma lz4 nettle)
    find_library(FAULTLINE_ARCHIVE_${name} ${name} REQUIRED)
  endforeach()
  target_link_libraries(PkgConfig::elfutils INTERFACE
    ${FAULTLINE_ARCHIVE_bz2} ${FAULTLINE_ARCHIVE_lzma} ZLIB::ZLIB)
  # libxml2 and libacl are not among them: we use nothing of libarchive that needs either.
  target_link_libraries(PkgConfig::libarchive INTERFACE
    ${FAULTLINE_ARCHIVE_nettle} ${FAULTLINE_ARCHIVE_lz4} ${FAULTLINE_ARCHIVE_bz2} ${FAULTLINE_ARCHIVE_lzma}
    PkgConfig::zstd ZLIB::ZLIB)
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
