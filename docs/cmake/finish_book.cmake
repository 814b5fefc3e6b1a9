# cmake -D FOLDER=<html folder> -P finish_book.cmake
#
# Makes a book of the pages that Doxygen has written: the sidebar, "on this page", previous and next, the index for the
# search, and the page for print. The order of the book is the order of the lists in docs/index.md.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/book/text.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/book/outline.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/book/page.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/book/search_index.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/book/print_page.cmake)

remove_unused_files()
read_outline()

file(GLOB pages RELATIVE ${FOLDER} ${FOLDER}/*.html)
foreach(page IN LISTS pages)
  finish_page(${page})
endforeach()
write_search_index()
write_print_page()
