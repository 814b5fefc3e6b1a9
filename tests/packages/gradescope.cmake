# Makes the autograder packages for Gradescope, one for each lab: autograder-labNN.zip. -D SOURCE=... -D OUTPUT=...
#
# A package holds the tree that grades, with the recorded mistakes (a guess at them is part of the feedback) and the
# hidden tests, and without the solutions. setup.sh and run_autograder stand at its top, as the platform wants them.
include(${CMAKE_CURRENT_LIST_DIR}/take.cmake)
set(package ${OUTPUT}/package)
file(REMOVE_RECURSE ${package})

take(${package}/socket-labs ${what_grades} tests/??-*/mistakes/*.patch tests/??-*/mistakes/*.txt)
set(scripts ${CMAKE_CURRENT_LIST_DIR}/gradescope)
file(COPY ${scripts}/setup.sh ${scripts}/run_autograder DESTINATION ${package}
  FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

file(GLOB labs RELATIVE ${SOURCE}/tests ${SOURCE}/tests/??-*/parts.txt)
foreach(lab IN LISTS labs)
  string(SUBSTRING ${lab} 0 2 number)
  file(WRITE ${package}/lab "lab${number}\n")
  pack(${OUTPUT}/autograder-lab${number}.zip cf --format=zip ${package} setup.sh run_autograder lab socket-labs)
endforeach()
