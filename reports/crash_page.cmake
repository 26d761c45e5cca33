faultline_library(faultline_crash_page
  crash_json.cpp)
target_link_libraries(faultline_crash_page
  PUBLIC faultline_core
  PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
