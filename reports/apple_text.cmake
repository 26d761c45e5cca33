# The text that macOS shows for a report.
faultline_library(faultline_apple_text
  documents/apple_text.cpp
  documents/apple_text_parts.cpp
  documents/apple_text_stacks.cpp
  documents/frame_text.cpp)
target_link_libraries(faultline_apple_text PUBLIC faultline_core PRIVATE fmt::fmt)
