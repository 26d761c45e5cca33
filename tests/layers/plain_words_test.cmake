# Counts words of the project's old dialect in documents and in the texts of the program: there are none.
# Names in backticks, which scripts may use, are left alone.
#   cmake -DROOT=… -P plain_words_test.cmake
cmake_minimum_required(VERSION 3.20)

set(words
  "Again:" "Made by" "[Ll]edger" "deaths?" "died" "dies" "bad ends?" "ended badly" "would not die" "leaves the house"
  "stays at home" "one story" "where and how" "threads? alike" "who else was there" "waits for a turn"
  "phase of death" "begun" "run before" "what is not known" "numbers that workloads print" "own mistake" "no rows"
  "is no duration")
list(JOIN words "|" any)
set(found 0)

function(look_at place text)
  # A word ends where no letter follows.
  if(" ${text} " MATCHES "[^A-Za-z_](${any})[^A-Za-z_]")
    message("${place}: ${CMAKE_MATCH_1}: ${text}")
    math(EXPR count "${found} + 1")
    set(found ${count} PARENT_SCOPE)
  endif()
endfunction()

file(GLOB documents ${ROOT}/README.md ${ROOT}/ARCHITECTURE.md ${ROOT}/CONTRIBUTING.md ${ROOT}/CHANGELOG.md ${ROOT}/docs/*.md
     ${ROOT}/samples/README.md ${ROOT}/reports/templates/*)
foreach(document ${documents})
  file(STRINGS ${document} lines)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "`[^`]*`" "" line "${line}")
    look_at(${document} "${line}")
  endforeach()
endforeach()

# String literals of what writes for people; keys and identifiers are one word, so texts are those with a space.
file(GLOB_RECURSE sources ${ROOT}/app/*.cpp ${ROOT}/cli/*.cpp ${ROOT}/reports/*.cpp)
list(FILTER sources EXCLUDE REGEX "node_modules")
foreach(source ${sources})
  file(STRINGS ${source} lines REGEX "\"[^\"]* [^\"]*\"")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "//.*" "" line "${line}")
    string(REGEX REPLACE "[\\\\]\"" "'" line "${line}")
    string(REGEX MATCHALL "\"[^\"]*\"" literals "${line}")
    foreach(literal IN LISTS literals)
      if(literal MATCHES " ")
        look_at(${source} "${literal}")
      endif()
    endforeach()
  endforeach()
endforeach()

message("dialect words left: ${found}")
if(found GREATER 0)
  message(FATAL_ERROR "say it in plain words")
endif()
