# A run's whole report. Its HTML page is built by Node from reports/page; without Node, or before
# script/bootstrap has brought its packages, the program is built without it, and says so when asked.
find_program(NODE_PROGRAM node)
set(page_folder ${CMAKE_CURRENT_SOURCE_DIR}/page)
if(NODE_PROGRAM AND EXISTS ${page_folder}/node_modules/esbuild AND EXISTS ${page_folder}/node_modules/@observablehq/plot)
  set(page_template ${CMAKE_CURRENT_BINARY_DIR}/report_page_template.cpp)
  set(page_sources build.mjs package-lock.json template.html style.css src/dom.js src/main.js src/plots.js src/state.js src/tables.js)
  list(TRANSFORM page_sources PREPEND ${page_folder}/)
  add_custom_command(OUTPUT ${page_template}
    COMMAND ${NODE_PROGRAM} ${page_folder}/build.mjs ${page_template}
    DEPENDS ${page_sources}
    COMMENT "Building the report's HTML page")
  # The whole page is one string, longer than the standard promises; every compiler here takes it.
  set_source_files_properties(${page_template} PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON COMPILE_OPTIONS -Wno-overlength-strings)
else()
  message(STATUS "Node or the packages of reports/page are not there: building without the HTML report (script/bootstrap brings them)")
  set(page_template documents/report_page_absent.cpp)
endif()

faultline_library(faultline_campaign_report
  documents/campaign_report.cpp
  documents/report_page.cpp
  ${page_template})
target_link_libraries(faultline_campaign_report
  PUBLIC faultline_core faultline_reports
  PRIVATE faultline_crash_page fmt::fmt nlohmann_json::nlohmann_json)
