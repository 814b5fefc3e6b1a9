# How a lab's tests are declared, with everything that proves them right.
#
# Catch2 3 comes from the system's package; where there is none, CMake fetches the pinned release.
find_package(Catch2 3 CONFIG QUIET)
if(NOT Catch2_FOUND)
  message(STATUS "No package has Catch2 3 here: fetching its release 3.7.1 (once, about a minute to build)")
  include(FetchContent)
  FetchContent_Declare(Catch2
    URL https://github.com/catchorg/Catch2/archive/refs/tags/v3.7.1.tar.gz
    DOWNLOAD_EXTRACT_TIMESTAMP ON)
  FetchContent_MakeAvailable(Catch2)
  list(APPEND CMAKE_MODULE_PATH ${catch2_SOURCE_DIR}/extras)
endif()
include(Catch)

# Alternatives may be written in C, or in Python where the programs under test will find it on their clean PATH.
if(EXISTS ${PROJECT_SOURCE_DIR}/solutions)
  include(CheckLanguage)
  check_language(C)
  if(CMAKE_C_COMPILER)
    enable_language(C)
  else()
    message(STATUS "There is no C compiler: the alternatives written in C are left out")
  endif()
  find_program(LAB_PYTHON python3 PATHS /usr/local/bin /usr/bin /bin NO_DEFAULT_PATH)
  if(NOT LAB_PYTHON)
    message(STATUS "There is no python3: the alternatives written in Python are left out")
  endif()
endif()

# add_lab_tests([LONG_PROOF] [LIBRARIES <target>...])
#
# Declares the tests of the lab in the current folder, which is named NN-name, and what belongs to them:
#
#   tests-NN       the test program, from every .cpp file of this folder
#   labNN          the board: builds the learner's programs and judges them
#   variants-NN    every recorded mistake (mistakes/*.patch, a patch of the reference with a header that says what
#                  is wrong and which test must catch it) and every alternative (alternatives/*/, right programs
#                  that are written quite differently)
#
# and to ctest: `lab` tests, which judge the learner's programs one test case at a time, and a `proof` test, which
# judges the tests by the reference, the skeleton, the mistakes and the alternatives.
#
# LIBRARIES are what these tests are written with besides the harness. A lab that was left out has no tests either, and
# its board says why.
function(add_lab_tests)
  cmake_parse_arguments(PARSE_ARGV 0 tests "LONG_PROOF" "" "LIBRARIES")
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR FILENAME stem)
  string(SUBSTRING ${stem} 0 2 number)
  get_property(left_out GLOBAL PROPERTY lab_${number}_LEFT_OUT)
  if(left_out)
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/left-out "${left_out}\n")
    add_custom_target(lab${number}
      COMMAND ${CMAKE_COMMAND} -E echo "Lab ${number} is left out: ${left_out}. sh common/setup.sh installs what is missing."
      COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
    return()
  endif()
  file(REMOVE ${CMAKE_CURRENT_BINARY_DIR}/left-out)
  file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  add_executable(tests-${number} ${sources})
  set_target_properties(tests-${number} PROPERTIES OUTPUT_NAME tests)
  target_link_libraries(tests-${number} PRIVATE harness ${tests_LIBRARIES})

  add_custom_target(lab${number} COMMAND $<TARGET_FILE:grade> board lab${number} USES_TERMINAL VERBATIM)
  add_dependencies(lab${number} grade tests-${number})
  add_dependencies(all-lab-tests tests-${number})
  add_lab_ctests(${number} ${stem})

  if(TARGET solutions-${number})
    add_lab_proof(${number} ${stem} ${tests_LONG_PROOF})
  endif()
endfunction()

# The proof in `ctest --preset test`, with its programs. A long one leaves its recorded mistakes to `--preset proof`.
function(add_lab_proof number stem long)
  add_custom_target(mistakes-${number})
  add_custom_target(alternatives-${number})
  add_mistakes(${number} ${stem})
  add_alternatives(${number} ${stem})
  add_custom_target(variants-${number})
  add_dependencies(variants-${number} mistakes-${number} alternatives-${number})
  add_dependencies(proof-programs labs-${number} solutions-${number} alternatives-${number})
  add_references(${number} ${stem})
  add_dependencies(long-proof-programs proof-programs mistakes-${number} references-${number})
  if(long)
    add_test(NAME proof.lab${number}.right COMMAND grade proof lab${number} --without-mistakes)
    set_tests_properties(proof.lab${number}.right PROPERTIES LABELS proof TIMEOUT 900)
    add_test(NAME proof.lab${number} COMMAND grade proof lab${number})
    set_tests_properties(proof.lab${number} PROPERTIES LABELS long-proof TIMEOUT 1800)
  else()
    add_dependencies(proof-programs mistakes-${number})
    add_test(NAME proof.lab${number} COMMAND grade proof lab${number})
    set_tests_properties(proof.lab${number} PROPERTIES LABELS proof TIMEOUT 900)
  endif()
endfunction()

# The reference as others might build it, with what it needs of common/: without sanitizers and optimized; with the
# thread sanitizer. For the long proof alone.
function(add_references number stem)
  find_package(Threads REQUIRED)
  set(reference ${PROJECT_SOURCE_DIR}/solutions/${stem})
  get_property(programs GLOBAL PROPERTY lab_${number}_PROGRAMS)
  get_property(shared GLOBAL PROPERTY lab_${number}_SOURCES)
  get_property(libraries GLOBAL PROPERTY lab_${number}_LIBRARIES)
  list(TRANSFORM shared PREPEND ${reference}/)
  get_target_property(helper net SOURCES)
  if(net_tls IN_LIST libraries)
    list(APPEND helper ${PROJECT_SOURCE_DIR}/common/tls.cpp)
  endif()
  set(plain_options -O2)
  set(thread_options -O1 -g -fsanitize=thread)
  add_custom_target(references-${number})
  foreach(build IN ITEMS plain thread)
    add_library(references-${number}-${build} STATIC EXCLUDE_FROM_ALL ${helper} ${shared})
    target_include_directories(references-${number}-${build} PUBLIC ${PROJECT_SOURCE_DIR}/common)
    target_compile_options(references-${number}-${build} PUBLIC ${${build}_options} -w)
    target_link_options(references-${number}-${build} PUBLIC ${${build}_options})
    target_link_libraries(references-${number}-${build} PUBLIC project_flags Threads::Threads)
    if(net_tls IN_LIST libraries)
      target_link_libraries(references-${number}-${build} PUBLIC OpenSSL::SSL OpenSSL::Crypto)
    endif()
    foreach(program IN LISTS programs)
      set(target reference-${number}-${build}-${program})
      add_executable(${target} EXCLUDE_FROM_ALL ${reference}/${program}.cpp)
      set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/references/${build})
      target_link_libraries(${target} PRIVATE references-${number}-${build})
      add_dependencies(references-${number} ${target})
    endforeach()
  endforeach()
endfunction()

# `ctest --preset labNN` builds the learner's programs and fails when one of the lab's tests fails.
function(add_lab_ctests number stem)
  add_test(NAME lab${number}.build COMMAND ${CMAKE_COMMAND} --build ${CMAKE_BINARY_DIR} --target labs-${number} -- -k 0)
  set_tests_properties(lab${number}.build PROPERTIES LABELS lab${number} FIXTURES_SETUP lab${number} RESOURCE_LOCK build)
  catch_discover_tests(tests-${number}
    DISCOVERY_MODE PRE_TEST
    EXTRA_ARGS --programs ${CMAKE_BINARY_DIR}/labs/${stem}
    PROPERTIES LABELS lab${number} TIMEOUT 60 FIXTURES_REQUIRED lab${number})
endfunction()

# Every patch of mistakes/ becomes a folder mistakes/NAME/ in the build tree that holds all programs of the lab: the
# patched ones compiled, the others linked to the reference's.
function(add_mistakes number stem)
  file(GLOB patches CONFIGURE_DEPENDS mistakes/*.patch)
  set(reference ${PROJECT_SOURCE_DIR}/solutions/${stem})
  get_property(programs GLOBAL PROPERTY lab_${number}_PROGRAMS)
  get_property(shared GLOBAL PROPERTY lab_${number}_SOURCES)
  foreach(patch IN LISTS patches)
    cmake_path(GET patch STEM mistake)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/mistakes/${mistake})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${patch})
    file(STRINGS ${patch} changed REGEX "^[+][+][+] ")
    list(TRANSFORM changed REPLACE "^[+][+][+] (b/)?([^ \t]+).*" "\\2")

    # A changed header changes every file, so then all of the sources move, and the other headers too: one that includes
    # the changed one would find the reference's beside itself.
    set(moved ${changed})
    if(changed MATCHES "\\.hpp")
      file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${reference} ${reference}/*.hpp)
      list(APPEND moved ${headers} ${shared})
      foreach(program IN LISTS programs)
        list(APPEND moved ${program}.cpp)
      endforeach()
      list(REMOVE_DUPLICATES moved)
    endif()
    list(TRANSFORM moved PREPEND ${reference}/ OUTPUT_VARIABLE originals)
    list(TRANSFORM moved PREPEND ${folder}/source/ OUTPUT_VARIABLE copies)
    add_custom_command(
      OUTPUT ${copies}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}/source
      COMMAND ${CMAKE_COMMAND} -E copy ${originals} ${folder}/source
      COMMAND patch -s -p1 -d ${folder}/source -i ${patch}
      DEPENDS ${patch} ${originals}
      COMMENT "Making the mistake ${mistake} of lab ${number}"
      VERBATIM)

    # A changed file that all programs share stands in for the reference's, which then stays in its library.
    list(FILTER copies INCLUDE REGEX "\\.cpp$")
    set(changed_shared ${copies})
    foreach(program IN LISTS programs)
      list(REMOVE_ITEM changed_shared ${folder}/source/${program}.cpp)
    endforeach()
    foreach(program IN LISTS programs)
      set(main ${reference}/${program}.cpp)
      set(own FALSE)
      if(${program}.cpp IN_LIST moved)
        set(main ${folder}/source/${program}.cpp)
        set(own TRUE)
      endif()
      if(changed_shared)
        set(own TRUE)
      endif()
      set(target mistake-${number}-${mistake}-${program})
      add_variant_program(mistakes ${number} ${target} ${program} ${folder} ${own} "${main};${changed_shared}")
      if(own AND shared)
        target_link_libraries(${target} PRIVATE solutions-${number}-shared)
      endif()
    endforeach()
  endforeach()
endfunction()

# Every folder of alternatives/ holds programs of the lab (.cpp, .c or .py), or files that stand in for those of the
# reference. One in a language that this machine has not is left out, and the proof says so.
function(add_alternatives number stem)
  file(GLOB folders CONFIGURE_DEPENDS alternatives/*)
  get_property(programs GLOBAL PROPERTY lab_${number}_PROGRAMS)
  foreach(source_folder IN LISTS folders)
    cmake_path(GET source_folder FILENAME alternative)
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/alternatives/${alternative})
    file(REMOVE ${folder}/left-out)
    file(GLOB in_c CONFIGURE_DEPENDS ${source_folder}/*.c)
    file(GLOB in_python CONFIGURE_DEPENDS ${source_folder}/*.py)
    if(in_c AND NOT CMAKE_C_COMPILER)
      file(WRITE ${folder}/left-out "there is no C compiler\n")
      continue()
    elseif(in_python AND NOT LAB_PYTHON)
      file(WRITE ${folder}/left-out "there is no python3\n")
      continue()
    endif()
    file(GLOB extra CONFIGURE_DEPENDS ${source_folder}/*.cpp)
    foreach(program IN LISTS programs)
      list(REMOVE_ITEM extra ${source_folder}/${program}.cpp)
    endforeach()
    foreach(program IN LISTS programs)
      set(target alternative-${number}-${alternative}-${program})
      if(EXISTS ${source_folder}/${program}.c)
        add_c_program(alternatives ${number} ${target} ${program} ${folder} ${source_folder}/${program}.c)
        continue()
      elseif(EXISTS ${source_folder}/${program}.py)
        if(IS_SYMLINK ${folder}/${program})
          file(REMOVE ${folder}/${program})  # to write through it would be to write the reference's
        endif()
        configure_file(${source_folder}/${program}.py ${folder}/${program} COPYONLY
          FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
        continue()
      endif()
      set(main ${PROJECT_SOURCE_DIR}/solutions/${stem}/${program}.cpp)
      set(own FALSE)
      if(EXISTS ${source_folder}/${program}.cpp)
        set(main ${source_folder}/${program}.cpp)
        set(own TRUE)
      endif()
      if(extra)
        set(own TRUE)
      endif()
      add_variant_program(alternatives ${number} ${target} ${program} ${folder} ${own} "${main};${extra}")
      if(own AND TARGET solutions-${number}-shared)
        target_link_libraries(${target} PRIVATE solutions-${number}-shared)
      endif()
    endforeach()
  endforeach()
endfunction()

# One program of a variant that is written in C: with the learner's flags, without the helper in common/.
function(add_c_program kind number target program folder source)
  add_executable(${target} EXCLUDE_FROM_ALL ${source})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${program} RUNTIME_OUTPUT_DIRECTORY ${folder} C_STANDARD 11)
  target_link_libraries(${target} PRIVATE learner_flags)
  get_property(libraries GLOBAL PROPERTY lab_${number}_LIBRARIES)
  if("net_tls" IN_LIST libraries)
    target_link_libraries(${target} PRIVATE OpenSSL::SSL)
  endif()
  add_dependencies(${kind}-${number} ${target})
endfunction()

# One program of a variant in `folder`: compiled from `sources` if it is the variant's own, else the reference's.
function(add_variant_program kind number target program folder own sources)
  if(own)
    add_lab_program(${target} ${program} ${sources})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${folder})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/solutions/${stem})
    get_property(libraries GLOBAL PROPERTY lab_${number}_LIBRARIES)
    target_link_libraries(${target} PRIVATE ${libraries})
    # A mistake may well be one that the compiler warns of; the proof is about the tests.
    target_compile_options(${target} PRIVATE -w)
  else()
    file(MAKE_DIRECTORY ${folder})
    file(CREATE_LINK ${CMAKE_BINARY_DIR}/solutions/${stem}/${program} ${folder}/${program} SYMBOLIC)
    add_custom_target(${target})
    add_dependencies(${target} solutions-${number}-${program})
  endif()
  add_dependencies(${kind}-${number} ${target})
endfunction()
