# What a bundle discloses: scrubbing, the check after it, hashes and archives.
faultline_library(faultline_scrub
  formats/archive_file.cpp
  privacy/leak_check.cpp
  privacy/leak_forms.cpp
  privacy/network_text.cpp
  privacy/private_text.cpp
  privacy/scrub.cpp
  privacy/text_folding.cpp
  privacy/token_text.cpp)
target_link_libraries(faultline_scrub
  PUBLIC faultline_core
  PRIVATE faultline_unicode fmt::fmt PkgConfig::libarchive)

# The documents of a bundle for a vendor; their templates are files that a team can replace.
file(READ templates/FEEDBACK.md FEEDBACK_MD)
file(READ templates/FEEDBACK.txt FEEDBACK_TXT)
file(READ templates/FOLLOW-UP.txt FOLLOW_UP_TXT)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
  templates/FEEDBACK.md templates/FEEDBACK.txt templates/FOLLOW-UP.txt)
configure_file(bundles/feedback_templates.cpp.in ${CMAKE_CURRENT_BINARY_DIR}/feedback_templates.cpp @ONLY)
faultline_library(faultline_feedback
  bundles/feedback.cpp
  bundles/feedback_prose.cpp
  bundles/feedback_template.cpp
  bundles/manifest.cpp
  bundles/reproducers.cpp
  ${CMAKE_CURRENT_BINARY_DIR}/feedback_templates.cpp)
target_link_libraries(faultline_feedback
  PUBLIC faultline_core faultline_reports
  PRIVATE faultline_crash_page fmt::fmt llvm_parts nlohmann_json::nlohmann_json tomlplusplus_headers)
