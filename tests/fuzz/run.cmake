# Builds one target with libFuzzer and runs it: cmake -DCOMPILER= -DNAME= -DCORPUS= -DFLAGS= -P run.cmake
if(NOT COMPILER)
  message(FATAL_ERROR "Fuzzing needs clang++ with libFuzzer (Debian: clang and libclang-rt-dev); this machine has none. "
    "The corpora are replayed without it by `cmake --workflow --preset test`.")
endif()
execute_process(COMMAND ${COMPILER} -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined,float-cast-overflow
    -fno-sanitize=vptr -fno-sanitize-recover=undefined,float-cast-overflow ${FLAGS} -pthread -o fuzz-${NAME} RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${COMPILER} could not build it. Is its libFuzzer installed (Debian: libclang-rt-dev)?")
endif()
set(seconds 60)
if(DEFINED ENV{FUZZ_SECONDS})
  set(seconds $ENV{FUZZ_SECONDS})
endif()
# What is only new, not wrong, stays in the build tree.
file(MAKE_DIRECTORY corpus-${NAME})
execute_process(
  COMMAND ./fuzz-${NAME} corpus-${NAME} ${CORPUS} -max_total_time=${seconds} -timeout=10 -rss_limit_mb=1024
    -print_final_stats=1 -artifact_prefix=${CORPUS}/
  RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${NAME}: the bytes that did it are in ${CORPUS}. Mend what is wrong and give them a name that says it.")
endif()
