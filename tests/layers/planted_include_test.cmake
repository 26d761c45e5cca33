# The test of the test "layers": in a small tree, each planted include that a folder may not have is found and
# named, and the same tree without it passes.
# Run as: cmake -DCHECK=<CheckLayers.cmake> -DWORK=<folder of ours> -P planted_include_test.cmake
cmake_minimum_required(VERSION 3.25)

# expect(NAME WANTED SOURCE TEXT): a tree with SOURCE holding TEXT passes (WANTED empty), or fails saying WANTED.
function(expect name wanted source text)
  file(REMOVE_RECURSE "${WORK}")
  file(WRITE "${WORK}/core/base/result.h" "#pragma once\n")
  file(WRITE "${WORK}/${source}" "${text}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${WORK} -P ${CHECK}
                  RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  string(FIND "${output}" "${wanted}" position)
  if(wanted STREQUAL "" AND NOT status EQUAL 0)
    message(FATAL_ERROR "${name}: failed, but nothing is wrong with it:\n${output}")
  elseif(NOT wanted STREQUAL "" AND (status EQUAL 0 OR position EQUAL -1))
    message(FATAL_ERROR "${name}: not found (wanted \"${wanted}\"):\n${output}")
  endif()
  message("${name}: as wanted")
endfunction()

expect("downward" "" collector/run/trials/outcome.cpp "#include \"collector/trial/status.h\"")
expect("another stage" "analyzer/ may not know db/" analyzer/site/site.cpp "#include \"db/store.h\"")
expect("upward in core" "core/model stands above core/base" core/base/hash.cpp "#include \"core/model/trial.h\"")
expect("upward in the collector" "collector/run/trials stands above collector/plan"
       collector/plan/schedule.cpp "#include \"collector/run/trials/outcome.h\"")
expect("upward from below a subfolder" "analyzer/parse/ips stands above analyzer/parse/json"
       analyzer/parse/json/value.cpp "#include \"analyzer/parse/ips/ips_parser.h\"")
expect("upward in the reports" "reports/documents stands above reports/formats"
       reports/formats/table.cpp "#include \"reports/documents/document.h\"")
expect("siblings of the analyzer" "analyzer/fault may not know analyzer/parse"
       analyzer/fault/rules/rule.cpp "#include \"analyzer/parse/parse_report.h\"")
expect("the command line from the application" "app/ may not know cli/"
       app/ingest/ingest.cpp "#include \"cli/terminal.h\"")
expect("a folder without a place" "its folder is not in the order" reports/elsewhere/x.cpp "")
expect("a package in a header" "third-party headers belong into .cpp files" core/base/x.h "#include <fmt/format.h>")
