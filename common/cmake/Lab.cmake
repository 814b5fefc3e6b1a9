# How a lab is declared.
include(Flags)
include(Recipe)

# add_lab(PROGRAMS <program>... [SOURCES <file>...] [LIBRARIES <target>...])
#
# Declares the programs of the lab in the current folder, which is named NN-name. The same line stands in
# labs/NN-name/ and in solutions/NN-name/. Each program is built from <program>.cpp, from the SOURCES that
# all of them share, and from the helper in common/. The target is called <tree>-NN-<program>
# (labs-02-echo_server), and <tree>-NN builds them all. LIBRARIES are linked besides the helper (net_tls); where one of
# them could not be made, the lab is left out and says so.
#
# None of these targets is part of `all`: a lab that does not compile must not stop another.
function(add_lab)
  cmake_parse_arguments(PARSE_ARGV 0 lab "" "" "PROGRAMS;SOURCES;LIBRARIES")
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME stem)
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH tree)
  cmake_path(GET tree FILENAME tree)
  string(SUBSTRING ${stem} 0 2 number)

  foreach(library IN LISTS lab_LIBRARIES)
    if(NOT TARGET ${library})
      message(STATUS "Lab ${number} is left out of ${tree}/: it needs ${library}, which this machine cannot build")
      set_property(GLOBAL PROPERTY lab_${number}_LEFT_OUT "it needs ${library}, which this machine cannot build")
      return()
    endif()
  endforeach()

  add_custom_target(${tree}-${number})
  if(lab_SOURCES)
    add_library(${tree}-${number}-shared STATIC EXCLUDE_FROM_ALL ${lab_SOURCES})
    target_link_libraries(${tree}-${number}-shared PUBLIC learner_flags net ${lab_LIBRARIES})
  endif()
  foreach(program IN LISTS lab_PROGRAMS)
    add_lab_program(${tree}-${number}-${program} ${program} ${CMAKE_CURRENT_SOURCE_DIR}/${program}.cpp)
    target_link_libraries(${tree}-${number}-${program} PRIVATE ${lab_LIBRARIES})
    if(lab_SOURCES)
      target_link_libraries(${tree}-${number}-${program} PRIVATE ${tree}-${number}-shared)
    endif()
    add_dependencies(${tree}-${number} ${tree}-${number}-${program})
  endforeach()
  set_property(GLOBAL PROPERTY lab_${number}_PROGRAMS ${lab_PROGRAMS})
  set_property(GLOBAL PROPERTY lab_${number}_SOURCES ${lab_SOURCES})
  set_property(GLOBAL PROPERTY lab_${number}_LIBRARIES ${lab_LIBRARIES})
  if(tree STREQUAL "labs")
    list(GET lab_PROGRAMS 0 first)
    write_recipe(${number} ${tree}-${number}-${first} ${lab_PROGRAMS})
  endif()
endfunction()

# add_lab_program(<target> <program> <source>...)
#
# One executable called <program>, compiled as a learner's program is.
function(add_lab_program target program)
  add_executable(${target} EXCLUDE_FROM_ALL ${ARGN})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${program})
  target_link_libraries(${target} PRIVATE learner_flags net)
endfunction()
