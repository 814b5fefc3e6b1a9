# The two INTERFACE targets that say how this project is compiled.
#
#   project_flags    C++20 and every warning we promise not to raise: for all code
#   learner_flags    project_flags, debug information and, where the compiler has them, the address and
#                    undefined-behaviour sanitizers: for the programs under test
include(CheckCXXSourceCompiles)

add_library(project_flags INTERFACE)
target_compile_features(project_flags INTERFACE cxx_std_20)
target_compile_options(project_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)

add_library(learner_flags INTERFACE)
target_link_libraries(learner_flags INTERFACE project_flags)
target_compile_options(learner_flags INTERFACE -g -O1 -fno-omit-frame-pointer)

# Not vptr: to look at an object it opens a pipe, and reports an error where there is none when descriptors have run out.
set(sanitize -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined)
set(CMAKE_REQUIRED_FLAGS "-fsanitize=address,undefined")
check_cxx_source_compiles("int main() { return 0; }" HAVE_SANITIZERS)
unset(CMAKE_REQUIRED_FLAGS)
if(HAVE_SANITIZERS)
  target_compile_options(learner_flags INTERFACE ${sanitize})
  target_link_options(learner_flags INTERFACE -fsanitize=address,undefined)
else()
  message(STATUS "This compiler has no sanitizers: memory errors will show as crashes, or not at all")
endif()
