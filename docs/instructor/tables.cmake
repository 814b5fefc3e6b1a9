# cmake -D SOURCE=<clone> -D FOLDER=<where to> -D PROOF=<report.md> -P tables.cmake
#
# Writes three of the instructor's pages: the rubric from the tags of the test cases, the kill matrix from the headers of
# the recorded mistakes, and what `grade proof` has found, here or when its report was kept. That each header tells the
# truth is what it checks.
cmake_minimum_required(VERSION 3.25)

# So that Doxygen takes `text` as it is, also in a cell of a table.
function(escape out text)
  string(REPLACE "\\" "\\\\" text "${text}")
  foreach(special IN ITEMS "<" ">" "@" "%" "*" "|" "--" "::" "#" "&")
    string(REPLACE "${special}" "\\${special}" text "${text}")
  endforeach()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Semicolons and brackets would be taken for CMake's own.
function(read out file)
  file(READ ${file} text)
  string(REGEX REPLACE "[][]" " " text "${text}")
  string(REPLACE ";" "," text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(rubric "# Points {#instructor-rubric}

What each part is worth, from the tests' own tags. *Core* is what a learner of modest C++ can do in the time that the chapter
names, *extra* is the rest of the 100, *bonus* comes on top. A part's points are those of its tests, and only a test that
passes earns them.

")
set(matrix "# Which test catches which mistake {#instructor-kill-matrix}

Each lab's tests are proven by programs that are wrong on purpose, each a small change of the reference. `grade proof lab02`
builds and judges all of them: the tests named here must fail, with a message that gives the reason, and tests that have
nothing to do with it must pass. A test that no mistake fails is not allowed.

")
file(GLOB labs RELATIVE ${SOURCE}/tests ${SOURCE}/tests/[0-9][0-9]-*)
foreach(lab IN LISTS labs)
  string(SUBSTRING ${lab} 0 2 number)
  read(text ${SOURCE}/tests/${lab}/parts.txt)
  string(REGEX MATCHALL "[^\n]+" parts "${text}")
  list(POP_FRONT parts title)
  set(tests)
  file(GLOB files ${SOURCE}/tests/${lab}/*.cpp)
  foreach(file IN LISTS files)
    read(text ${file})
    string(REGEX MATCHALL "TEST_CASE\\(\"[0-9.]+ [^\n]*[\n ]*\"[^\"]*points:[^\"]*\"" found "${text}")
    list(APPEND tests ${found})
  endforeach()

  string(APPEND rubric "## Lab ${number} ${title} {#instructor-rubric-lab${number}}\n\n| part | core | extra | bonus | tests |\n| --- | ---: | ---: | ---: | ---: |\n")
  foreach(kind IN ITEMS core extra bonus)
    set(sum_${kind} 0)
  endforeach()
  foreach(part IN LISTS parts)
    string(REGEX REPLACE " .*" "" id "${part}")
    string(REPLACE "." "[.]" pattern "${id}")
    set(count 0)
    set(core 0)
    set(extra 0)
    set(bonus 0)
    foreach(test IN LISTS tests)
      if(test MATCHES "^TEST_CASE.\"${pattern}[.][0-9]+ " AND test MATCHES "points:([0-9]+)")
        set(points ${CMAKE_MATCH_1})
        set(kind core)
        if(test MATCHES " (extra|bonus) ")
          set(kind ${CMAKE_MATCH_1})
        endif()
        math(EXPR ${kind} "${${kind}} + ${points}")
        math(EXPR sum_${kind} "${sum_${kind}} + ${points}")
        math(EXPR count "${count} + 1")
      endif()
    endforeach()
    escape(name "${part}")
    string(APPEND rubric "| ${name} | ${core} | ${extra} | ${bonus} | ${count} |\n")
  endforeach()
  string(APPEND rubric "| **all** | **${sum_core}** | **${sum_extra}** | **${sum_bonus}** | |\n\n")
  math(EXPR hundred "${sum_core} + ${sum_extra}")
  if(NOT hundred EQUAL 100)
    message(SEND_ERROR "the points of lab ${number} add up to ${hundred}, not to 100")
  endif()

  file(GLOB patches ${SOURCE}/tests/${lab}/mistakes/*.patch)
  list(LENGTH patches count)
  string(APPEND matrix "## Lab ${number} ${title}: ${count} mistakes {#instructor-kill-matrix-lab${number}}\n\n| mistake | what is wrong | what the learner sees | caught by |\n| --- | --- | --- | --- |\n")
  foreach(patch IN LISTS patches)
    cmake_path(GET patch STEM name)
    read(text ${patch})
    foreach(key IN ITEMS What Sees "Caught by")
      set(value "")
      if(text MATCHES "(^|\n)${key}: ([^\n]*)")
        set(value "${CMAKE_MATCH_2}")
      else()
        message(SEND_ERROR "${patch} does not say '${key}:'")
      endif()
      escape(value "${value}")
      string(REPLACE " " "_" key "${key}")
      set(value_${key} "${value}")
    endforeach()
    string(APPEND matrix "| ${name} | ${value_What} | ${value_Sees} | ${value_Caught_by} |\n")
  endforeach()
  string(APPEND matrix "\n")
endforeach()
file(WRITE ${FOLDER}/rubric.md "${rubric}")
file(WRITE ${FOLDER}/kill-matrix.md "${matrix}")

set(page "# Is the grader right? {#instructor-proof}

Programs that are known to be right and programs that are known to be wrong are judged in every state that a machine may be in, and every verdict
must stay the same. `cmake --workflow --preset proof` does it, and takes hours; `.build/grade proof lab02 --condition busy --out report` is a part
of it. *Not killed* are mistakes that a test should have caught and did not, *false alarms* right programs that lost a
point, *flakes* verdicts that changed from one run to another (but for those that a mistake's header leaves open),
*near misses* waits that used more than half of their limit. It may be interrupted: what has been judged is kept, and
the next call goes on from there. In the states that have a single processor two calls may share the work of a machine with
two, each with labs of its own and the same folder: `taskset -c 1 .build/grade proof lab03 --condition tenfold --out .build/proof`.

")
# What has been found here; else the last report that was kept with the tests.
if(NOT EXISTS "${PROOF}")
  set(PROOF ${SOURCE}/docs/instructor/last-proof.txt)
  string(APPEND page "Nothing has been judged in this build yet, so this is the last report that was kept.\n\n")
endif()
read(report ${PROOF})
string(REGEX MATCHALL "[^\n]+" lines "${report}")
foreach(line IN LISTS lines)
  # A table stays one; what a remark quotes is no markup.
  if(line MATCHES "^- (.*)")
    escape(line "${CMAKE_MATCH_1}")
    set(line "\n- ${line}")
  elseif(NOT line MATCHES "^[|]")
    set(line "${line}\n")
  endif()
  string(APPEND page "${line}\n")
endforeach()
file(READ ${SOURCE}/docs/instructor/last-bench.txt bench)
string(APPEND page "
## How fast is it? {#instructor-proof-speed}

`cmake --workflow --preset bench` measures it on your machine, and draws it in `.build/bench-report/index.html`. The last
text that was kept says (the ratios are what counts; seconds belong to that machine):

```
${bench}```
")
file(WRITE ${FOLDER}/proof.md "${page}")
