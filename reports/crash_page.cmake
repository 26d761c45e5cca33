faultline_library(faultline_crash_page
  crash_json.cpp
  crash_page.cpp
  crash_page_details.cpp
  crash_page_sections.cpp
  page_blocks.cpp
  usual_crash.cpp)
target_link_libraries(faultline_crash_page
  PUBLIC faultline_core
  PRIVATE faultline_apple_text fmt::fmt nlohmann_json::nlohmann_json)
