faultline_library(faultline_crash_page
  documents/crash_brief.cpp
  documents/crash_json.cpp
  documents/crash_page.cpp
  documents/crash_page_details.cpp
  documents/crash_page_sections.cpp
  documents/document.cpp
  documents/document_html.cpp
  documents/document_json.cpp
  documents/document_markdown.cpp
  documents/document_text.cpp
  documents/site_baseline.cpp
  documents/wrapped_text.cpp)
target_link_libraries(faultline_crash_page
  PUBLIC faultline_core faultline_reports
  PRIVATE faultline_apple_text fmt::fmt nlohmann_json::nlohmann_json)
