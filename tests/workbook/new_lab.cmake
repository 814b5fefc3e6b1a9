# cmake -D SOURCE=<clone> -D BUILT=<its build folder> -D SCRATCH=<folder> -P new_lab.cmake
#
# Does what the instructor's page "Writing a new lab" says, in a copy: adds the lab 08 of new_lab/, configures and builds
# it, and looks whether the boards say what that page promises.
cmake_minimum_required(VERSION 3.25)
set(copy ${SCRATCH}/new-lab)
file(REMOVE_RECURSE ${copy})
file(COPY ${SOURCE}/CMakeLists.txt ${SOURCE}/CMakePresets.json ${SOURCE}/common DESTINATION ${copy})
file(COPY ${SOURCE}/labs/CMakeLists.txt DESTINATION ${copy}/labs)
file(COPY ${SOURCE}/solutions/CMakeLists.txt DESTINATION ${copy}/solutions)

# Step 1: the folders.
file(COPY ${CMAKE_CURRENT_LIST_DIR}/new_lab/ DESTINATION ${copy})

# Step 2: the presets, a line of each kind beside that of lab 07.
file(READ ${copy}/CMakePresets.json presets)
string(REGEX MATCHALL "[^\n]*\"name\": \"lab07\"[^\n]*\n" lines "${presets}")
foreach(line IN LISTS lines)
  string(REPLACE "07" "08" new "${line}")
  string(REPLACE "${line}" "${line}${new}" presets "${presets}")
endforeach()
# The last of a list has no comma behind it.
string(REGEX REPLACE "(\"lab0[0-9]\"[^\n]*})(\n[^\n]*\"lab08\")" "\\1,\\2" presets "${presets}")
string(REGEX REPLACE ",,(\n)" ",\\1" presets "${presets}")
file(WRITE ${copy}/CMakePresets.json "${presets}")

configure_file(${CMAKE_CURRENT_LIST_DIR}/built_harness.cmake.in ${copy}/tests/CMakeLists.txt @ONLY)
set(ENV{SOCKET_LABS_SOURCE} ${copy})
set(ENV{SOCKET_LABS_BUILD} ${copy}/.build)

function(run out)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${copy} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed with ${status}:\n${output}")
  endif()
  set(${out} "${output}" PARENT_SCOPE)
endfunction()

function(expect text what)
  if(NOT text MATCHES "${what}")
    message(FATAL_ERROR "expected '${what}' in:\n${text}")
  endif()
endfunction()

run(configured ${CMAKE_COMMAND} --preset lab08 -D CMAKE_CXX_COMPILER=${CXX})
run(skeleton ${CMAKE_COMMAND} --build --preset lab08)
expect("${skeleton}" "not started")
expect("${skeleton}" "[^0-9]0 of 100")
run(reference ${BUILT}/grade board lab08 --solutions)
expect("${reference}" "100 of 100")
run(built ${CMAKE_COMMAND} --build .build --target variants-08)
run(proof ${BUILT}/grade proof lab08)
message("The board of the new lab:\n${skeleton}\nIts reference:\n${reference}\nIts proof:\n${proof}")
file(REMOVE_RECURSE ${copy})
