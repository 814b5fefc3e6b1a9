# write_recipe(<number> <target> <program>... ) writes down how the programs of a lab are compiled and linked, one word
# and its value a line, into <build>/recipes/NN.txt. `grade class` builds submissions by it: never by what a submission
# itself says, and with the very flags of the labs.
function(write_recipe number target)
  set(libraries $<TARGET_FILE:net>)
  get_property(of_lab GLOBAL PROPERTY lab_${number}_LIBRARIES)
  foreach(library IN LISTS of_lab)
    list(PREPEND libraries $<TARGET_FILE:${library}>)
    get_target_property(needed ${library} INTERFACE_LINK_LIBRARIES)
    foreach(other IN LISTS needed)
      if(TARGET ${other} AND NOT other STREQUAL net)
        list(APPEND libraries $<TARGET_LINKER_FILE:${other}>)
      endif()
    endforeach()
  endforeach()
  separate_arguments(always UNIX_COMMAND "${CMAKE_CXX_FLAGS}")
  separate_arguments(always_linked UNIX_COMMAND "${CMAKE_EXE_LINKER_FLAGS}")
  separate_arguments(threads UNIX_COMMAND "${CMAKE_THREAD_LIBS_INIT}")
  get_property(sources GLOBAL PROPERTY lab_${number}_SOURCES)
  set(text "compiler ${CMAKE_CXX_COMPILER}\nversion ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\narchiver ${CMAKE_AR}\n")
  foreach(word_and_values IN ITEMS
      "flag;${always};${CMAKE_CXX20_EXTENSION_COMPILE_OPTION};$<TARGET_PROPERTY:${target},COMPILE_OPTIONS>"
      "include;$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>"
      "link;${always_linked};$<TARGET_PROPERTY:${target},LINK_OPTIONS>"
      "library;${libraries};${threads}"
      "program;${ARGN}"
      "source;${sources}")
    list(POP_FRONT word_and_values word)
    list(REMOVE_ITEM word_and_values "")
    string(APPEND text "${word} $<JOIN:$<REMOVE_DUPLICATES:${word_and_values}>,\n${word} >\n")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/recipes/${number}.txt CONTENT "${text}" TARGET ${target})
endfunction()
