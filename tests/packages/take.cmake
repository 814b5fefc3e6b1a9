# take(<folder> <pattern>...)
#
# Copies the files of SOURCE that match one of the patterns into <folder>, path for path. What no pattern names stays
# out: a package is made by a list of what goes in.
function(take folder)
  foreach(pattern IN LISTS ARGN)
    file(GLOB found LIST_DIRECTORIES FALSE RELATIVE ${SOURCE} ${SOURCE}/${pattern})
    foreach(file IN LISTS found)
      cmake_path(GET file PARENT_PATH parent)
      file(COPY ${SOURCE}/${file} DESTINATION ${folder}/${parent})
    endforeach()
  endforeach()
endfunction()

# What both packages need in order to build and to grade.
set(what_grades
  CMakeLists.txt CMakePresets.json .gitignore
  common/*.cpp common/*.hpp common/*.sh common/CMakeLists.txt common/cmake/*.cmake
  labs/CMakeLists.txt labs/*/*.cpp labs/*/*.hpp labs/*/*.md labs/*/CMakeLists.txt
  tests/CMakeLists.txt
  tests/harness/*.cpp tests/harness/*.hpp tests/harness/CMakeLists.txt
  tests/recorder/*.cpp tests/recorder/*.hpp tests/recorder/CMakeLists.txt
  tests/grader/*.cpp tests/grader/*.hpp tests/grader/CMakeLists.txt
  tests/grader/class/*.cpp tests/grader/class/*.hpp tests/grader/class/*.txt tests/grader/class/*.json
  tests/grader/class/*/*.cpp tests/grader/class/*/*.hpp
  tests/??-*/*.cpp tests/??-*/*.hpp tests/??-*/parts.txt tests/??-*/CMakeLists.txt)

# Packs the contents of <folder> named by ARGN into <archive>.
function(pack archive how format folder)
  file(REMOVE ${archive})
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar ${how} ${archive} ${format} ${ARGN}
    WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
  message("${archive}")
endfunction()
