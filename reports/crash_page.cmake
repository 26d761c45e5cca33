faultline_library(faultline_crash_page
  documents/crash_json.cpp
  documents/crash_page.cpp
  documents/crash_page_details.cpp
  documents/crash_page_sections.cpp
  documents/document.cpp
  documents/site_baseline.cpp)
target_link_libraries(faultline_crash_page
  PUBLIC faultline_core faultline_reports
  PRIVATE faultline_apple_text fmt::fmt nlohmann_json::nlohmann_json)
