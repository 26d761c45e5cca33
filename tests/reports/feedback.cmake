faultline_tests(NAME scrub_tests LABELS unit
  SOURCES leak_check_test.cpp scrub_test.cpp
  LIBRARIES faultline_scrub faultline_apple_text)
faultline_tests(NAME feedback_tests LABELS unit
  SOURCES feedback_test.cpp feedback_text_test.cpp
  LIBRARIES faultline_feedback)
faultline_tests(NAME campaign_report_tests LABELS unit
  SOURCES campaign_report_test.cpp
  LIBRARIES faultline_campaign_report nlohmann_json::nlohmann_json)
target_compile_definitions(campaign_report_tests PRIVATE FAULTLINE_NODE="${NODE_PROGRAM}")
