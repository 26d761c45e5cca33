# What leaves the house: scrubbing, the check after it, hashes and archives.
faultline_library(faultline_scrub
  archive_file.cpp
  leak_check.cpp
  private_text.cpp
  scrub.cpp
  text_folding.cpp)
target_link_libraries(faultline_scrub
  PUBLIC faultline_core
  PRIVATE fmt::fmt PkgConfig::libarchive)

# The documents of a bundle for a vendor; their templates are files that a team can replace.
file(READ templates/FEEDBACK.md FEEDBACK_MD)
file(READ templates/FEEDBACK.txt FEEDBACK_TXT)
file(READ templates/FOLLOW-UP.txt FOLLOW_UP_TXT)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  templates/FEEDBACK.md templates/FEEDBACK.txt templates/FOLLOW-UP.txt)
configure_file(feedback_templates.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/feedback_templates.cpp @ONLY)
faultline_library(faultline_feedback
  feedback.cpp
  feedback_ladder.cpp
  feedback_prose.cpp
  feedback_template.cpp
  feedback_text.cpp
  manifest.cpp
  ${CMAKE_CURRENT_BINARY_DIR}/feedback_templates.cpp)
target_link_libraries(faultline_feedback
  PUBLIC faultline_core faultline_reports
  PRIVATE faultline_crash_page fmt::fmt llvm_parts nlohmann_json::nlohmann_json tomlplusplus::tomlplusplus)
