# cmake -D BROWSER=<program> -D FOLDER=<html folder> -D SCRATCH=<folder> -P measure_widths.cmake
#
# Opens every page as wide as a phone, 390 pixels, in a browser without a window: none of them may be wider than that,
# so that nobody must scroll sideways to read a line. (What is wide by nature scrolls in a box of its own.)
cmake_minimum_required(VERSION 3.25)
file(GLOB pages RELATIVE ${FOLDER} ${FOLDER}/*.html)
set(frames "")
foreach(page IN LISTS pages)
  string(APPEND frames
    "<iframe src=\"file://${FOLDER}/${page}\" title=\"${page}\" width=\"390\" height=\"800\"></iframe>\n")
endforeach()
file(WRITE ${SCRATCH}/widths.html
  "<!DOCTYPE html>\n<style>iframe { border: 0; }</style>\n<pre id=\"widths\"></pre>\n${frames}"
  "<script>\n"
  "addEventListener('load', () => {\n"
  "  const widths = [...document.querySelectorAll('iframe')].map((frame) =>\n"
  "    frame.contentDocument.documentElement.scrollWidth + ' ' + frame.title);\n"
  "  document.getElementById('widths').textContent = widths.join('\\n') + '\\nmeasured ' + widths.length;\n"
  "});\n"
  "</script>\n")
execute_process(
  COMMAND ${BROWSER} --headless --no-sandbox --disable-gpu --disable-web-security --allow-file-access-from-files
    --user-data-dir=${SCRATCH}/profile --dump-dom file://${SCRATCH}/widths.html
  OUTPUT_VARIABLE page ERROR_VARIABLE complaint TIMEOUT 90)
string(REGEX MATCH "<pre id=\"widths\">([^<]*)</pre>" widths "${page}")
set(widths "${CMAKE_MATCH_1}")
list(LENGTH pages count)
if(NOT widths MATCHES "measured ${count}$")
  message(FATAL_ERROR "The browser did not answer: ${complaint}")
endif()
string(REPLACE "\n" ";" widths "${widths}")
foreach(line IN LISTS widths)
  if(line MATCHES "^([0-9]+) (.*)$" AND CMAKE_MATCH_1 GREATER 390)
    message(SEND_ERROR "${CMAKE_MATCH_2} is ${CMAKE_MATCH_1} pixels wide")
  endif()
endforeach()
message("${count} pages measured")
