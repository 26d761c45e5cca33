faultline_tests(NAME scrub_tests LABELS unit
  SOURCES privacy/leak_check_test.cpp privacy/scrub_test.cpp privacy/secret_classes_test.cpp
          privacy/text_folding_test.cpp
  LIBRARIES faultline_scrub faultline_apple_text)
faultline_tests(NAME feedback_tests LABELS unit
  SOURCES bundles/feedback_test.cpp documents/wrapped_text_test.cpp
  LIBRARIES faultline_feedback)
faultline_tests(NAME campaign_report_tests LABELS unit
  SOURCES documents/campaign_report_test.cpp documents/document_test.cpp
  LIBRARIES faultline_campaign_report nlohmann_json::nlohmann_json)
target_compile_definitions(campaign_report_tests PRIVATE FAULTLINE_NODE="${NODE_PROGRAM}")
