# The test "layers": every #include "folder/..." against the order of the folders.
# Run as: cmake -DROOT=<source folder> -P CheckLayers.cmake
cmake_minimum_required(VERSION 3.25)  # Scripts have no policies of their own.

# One line per part, in the order of its folders: a folder may include those to its left in the same line,
# and what the table below allows its part. A file belongs to the longest folder that holds it.
set(order_core core/base core/text core/files core/process core/model core/ips)
set(order_collector collector/trial collector/plan collector/host collector/folders
  collector/reporter/process collector/reporter/images collector/reporter/watch collector/reporter/ptrace collector/reporter
  collector/run/trials collector/run/schedule collector/run/reports collector/run)
set(order_analyzer
  analyzer/names
  analyzer/parse/json analyzer/parse/text analyzer/parse/ips
  analyzer/parse/faulthandler analyzer/parse/metrickit analyzer/parse/sanitizer analyzer/parse/swift_backtrace
  analyzer/parse analyzer/instruction
  analyzer/symbolize/names analyzer/symbolize/files analyzer/symbolize/shared_cache
  analyzer/symbolize/archive analyzer/symbolize/gsym analyzer/symbolize
  analyzer/fault/facts analyzer/fault/rules analyzer/fault
  analyzer/site analyzer/statistics analyzer)
set(order_db db db/sqlite db/filter db/store db/queries)
set(order_reports reports/formats reports/privacy reports/tables reports/documents reports/bundles)
set(order_app app/host app/ingest app/jobs app/campaign app/doctor app/questions app/report app/bundle)
set(order_cli cli cli/commands)

# What a part may know beside itself.
set(allowed_core)
set(allowed_collector core)
set(allowed_analyzer core)
set(allowed_db core)
set(allowed_reports core analyzer/statistics db/queries.h)
set(allowed_app core collector analyzer db reports)
set(allowed_cli core collector analyzer db reports app)

# Lines of the analyzer that know nothing of each other: what passes between them are values of core/.
set(strangers_analyzer/parse analyzer/symbolize analyzer/fault analyzer/site analyzer/statistics)
set(strangers_analyzer/symbolize analyzer/parse analyzer/fault analyzer/site analyzer/statistics)
set(strangers_analyzer/fault analyzer/parse analyzer/symbolize analyzer/site analyzer/statistics)
set(strangers_analyzer/site analyzer/parse analyzer/symbolize analyzer/statistics)
set(strangers_analyzer/statistics analyzer/parse analyzer/symbolize analyzer/fault analyzer/site)

set(parts core collector analyzer db reports app cli)
set(violations 0)
set(seen 0)

# begins_with(OUT TEXT PREFIXES...): OUT is true where TEXT is one of the prefixes, or lies below one.
function(begins_with out text)
  set(${out} FALSE PARENT_SCOPE)
  foreach(prefix IN LISTS ARGN)
    string(FIND "${text}/" "${prefix}/" position)
    if(position EQUAL 0)
      set(${out} TRUE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# folder_of(OUT PATH PART): the longest folder of the part's line that holds PATH; empty where none does.
function(folder_of out path part)
  set(best "")
  cmake_path(GET path PARENT_PATH folder)
  foreach(candidate IN LISTS order_${part})
    begins_with(holds "${folder}" "${candidate}")
    string(LENGTH "${candidate}" length)
    string(LENGTH "${best}" best_length)
    if(holds AND length GREATER best_length)
      set(best "${candidate}")
    endif()
  endforeach()
  set(${out} "${best}" PARENT_SCOPE)
endfunction()

# complaint(OUT SOURCE HEADER PART): why SOURCE may not include HEADER; empty where it may.
function(complaint out source header part)
  set(${out} "" PARENT_SCOPE)
  string(REGEX MATCH "^[^/]+" target "${header}")
  if(NOT target STREQUAL part)
    begins_with(is_allowed "${header}" ${allowed_${part}})
    if(NOT is_allowed)
      set(${out} "${part}/ may not know ${target}/" PARENT_SCOPE)
    endif()
    return()
  endif()
  folder_of(from "${source}" ${part})
  folder_of(to "${header}" ${part})
  list(FIND order_${part} "${from}" from_rank)
  list(FIND order_${part} "${to}" to_rank)
  if(to_rank GREATER from_rank)
    set(${out} "${to} stands above ${from}" PARENT_SCOPE)
  endif()
  string(REGEX MATCH "^[^/]+/[^/]+" group "${from}")
  begins_with(is_stranger "${to}" ${strangers_${group}})
  if(is_stranger)
    set(${out} "${group} may not know ${to}" PARENT_SCOPE)
  endif()
endfunction()

foreach(part IN LISTS parts)
  file(GLOB_RECURSE sources RELATIVE "${ROOT}" "${ROOT}/${part}/*.h" "${ROOT}/${part}/*.cpp")
  foreach(source IN LISTS sources)
    math(EXPR seen "${seen} + 1")
    folder_of(folder "${source}" ${part})
    if(folder STREQUAL "")
      message("${source}: its folder is not in the order of ${part}/")
      math(EXPR violations "${violations} + 1")
    endif()
    file(STRINGS "${ROOT}/${source}" includes REGEX "^#include \"")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^#include \"([^\"]+)\".*" "\\1" header "${line}")
      complaint(why "${source}" "${header}" ${part})
      if(why)
        message("${source}: includes \"${header}\", but ${why}")
        math(EXPR violations "${violations} + 1")
      endif()
    endforeach()
  endforeach()
  # Headers are read by every part: third-party packages belong into .cpp files.
  list(FILTER sources INCLUDE REGEX "\\.h$")
  foreach(source IN LISTS sources)
    file(STRINGS "${ROOT}/${source}" heavy
         REGEX "^#include <(CLI/|llvm/|nlohmann/json.hpp|sqlite3|zstd|fmt/|boost/|elfutils/|archive|re2/|utf8proc|libpq|simdjson)")
    if(heavy)
      message("${source}: third-party headers belong into .cpp files: ${heavy}")
      math(EXPR violations "${violations} + 1")
    endif()
  endforeach()
endforeach()

if(seen LESS 1)
  message(FATAL_ERROR "no sources found below ${ROOT}: the check looked in the wrong place")
endif()
foreach(part IN LISTS parts)
  string(REPLACE ";" " < " line "${order_${part}}")
  string(REPLACE ";" ", " others "${allowed_${part}}")
  message("${line}   (may know: ${others})")
endforeach()
if(violations GREATER 0)
  message(FATAL_ERROR "${violations} includes break the layers")
endif()
message("${seen} sources keep the layers")
