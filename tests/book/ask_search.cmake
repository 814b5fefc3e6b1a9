# cmake -D BROWSER=<program> -D FOLDER=<html folder> -D QUESTIONS=<file> -D SCRATCH=<folder> -P ask_search.cmake
#
# Asks the book's search what questions.txt holds, one `page|question` a line, in a browser without a window. The page
# (or one of them, where several will do) must be among the first three answers.
cmake_minimum_required(VERSION 3.25)
file(STRINGS ${QUESTIONS} lines)
set(questions "")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([^|]+)[|](.*)$" line "${line}")
  string(APPEND questions "  ['${CMAKE_MATCH_1}', '${CMAKE_MATCH_2}'],\n")
endforeach()
file(WRITE ${SCRATCH}/search.html
  "<!DOCTYPE html>\n<pre id=\"answers\"></pre>\n"
  "<script src=\"file://${FOLDER}/search-index.js\"></script>\n"
  "<script src=\"file://${FOLDER}/search.js\"></script>\n"
  "<script>\n"
  "const entries = searchIndex.map(prepare);\n"
  "const answers = [\n${questions}].map(([pages, question]) => {\n"
  "  const first = findEntries(question, entries).slice(0, 3).map((entry) => entry.page);\n"
  "  const found = pages.split(' ').some((page) => first.includes(page));\n"
  "  return [found ? 'found' : 'NOT FOUND', pages, 'by', question, 'in', ...first].join(' ');\n"
  "});\n"
  "document.getElementById('answers').textContent = answers.join('\\n') + '\\nasked ' + answers.length;\n"
  "</script>\n")
execute_process(
  COMMAND ${BROWSER} --headless --no-sandbox --disable-gpu --user-data-dir=${SCRATCH}/profile
    --dump-dom file://${SCRATCH}/search.html
  OUTPUT_VARIABLE page ERROR_VARIABLE complaint TIMEOUT 60)
string(REGEX MATCH "<pre id=\"answers\">([^<]*)</pre>" answers "${page}")
set(answers "${CMAKE_MATCH_1}")
message("${answers}")
list(LENGTH lines count)
if(NOT answers MATCHES "asked ${count}$")
  message(FATAL_ERROR "The browser did not answer: ${page}\n${complaint}")
elseif(answers MATCHES "NOT FOUND")
  message(FATAL_ERROR "The search does not find what it should")
endif()
