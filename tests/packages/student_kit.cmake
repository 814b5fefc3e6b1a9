# Makes the kit for students: the workbook without solutions, recorded mistakes, alternatives, hidden tests, proofs and
# pages for instructors. It builds and grades on its own. -D SOURCE=... -D OUTPUT=...
include(${CMAKE_CURRENT_LIST_DIR}/take.cmake)
set(kit ${OUTPUT}/socket-labs)
file(REMOVE_RECURSE ${kit})

take(${kit} ${what_grades}
  README.md .clang-format .clang-tidy .editorconfig
  docs/CMakeLists.txt docs/*.md docs/cmake/*.cmake docs/cmake/*.sh docs/cmake/*/* docs/theme/* docs/pictures/*
  docs/examples/*.cpp docs/examples/*.hpp docs/examples/*.py docs/examples/*.sh docs/examples/*.txt)
file(GLOB hidden ${kit}/tests/??-*/hidden*_tests.cpp)
if(hidden)
  file(REMOVE ${hidden})
endif()

# Commands about what is not in the kit.
set(not_here "solutions|proof|mutants|bench|fuzz|docs-instructor|student-kit|gradescope")

# Presets stand a line each.
file(READ ${SOURCE}/CMakePresets.json presets)
string(REGEX REPLACE "\n *{ \"name\": \"(${not_here})\"[^\n]*" "" presets "${presets}")
string(REGEX REPLACE ",(\n *])" "\\1" presets "${presets}")
string(JSON count LENGTH "${presets}" workflowPresets)
file(WRITE ${kit}/CMakePresets.json "${presets}")

file(READ ${SOURCE}/README.md readme)
string(REGEX REPLACE "\n[^\n]*--preset (${not_here})[^\n]*" "" readme "${readme}")
string(REPLACE "`solutions/` you compare, " "" readme "${readme}")
string(REPLACE "\n## Which systems" "
This copy has no solutions. Where the book starts a program of `.build/solutions/`, start your own of `.build/labs/`.

## Which systems" readme "${readme}")
file(WRITE ${kit}/README.md "${readme}")

# What the chapters tell instructors alone.
file(GLOB pages ${kit}/docs/*.md)
foreach(page IN LISTS pages)
  file(READ ${page} text)
  string(FIND "${text}" "@cond INSTRUCTOR" start)
  while(NOT start EQUAL -1)
    string(SUBSTRING "${text}" 0 ${start} before)
    string(SUBSTRING "${text}" ${start} -1 after)
    string(FIND "${after}" "@endcond" end)
    if(end EQUAL -1)
      message(FATAL_ERROR "${page}: @cond INSTRUCTOR without @endcond")
    endif()
    math(EXPR end "${end} + 8")
    string(SUBSTRING "${after}" ${end} -1 after)
    set(text "${before}${after}")
    file(WRITE ${page} "${text}")
    string(FIND "${text}" "@cond INSTRUCTOR" start)
  endwhile()
endforeach()

pack(${OUTPUT}/socket-labs-student-kit.tar.gz czf --format=gnutar ${OUTPUT} socket-labs)
