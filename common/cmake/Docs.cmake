# add_book(<target> <folder> [INSTRUCTOR])
#
# A target that builds an edition of the book into <folder> of the build tree: the chapters of docs/ and the interface
# of common/. The edition for instructors has docs/instructor/ and the interface of tests/harness/ besides, and what
# stands between `@cond INSTRUCTOR` and `@endcond`. A warning fails it (a public name without a word is one), and so
# does a link that leads nowhere.
function(add_book target folder)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${folder})
  set(docs ${PROJECT_SOURCE_DIR}/docs)
  set(DOXYGEN_VERBATIM_VARS DOXYGEN_ALIASES DOXYGEN_FILTER_PATTERNS)
  set(DOXYGEN_ALIASES
    [[man{2}="<a href=\"https://man7.org/linux/man-pages/man\2/\1.\2.html\">\1(\2)</a>"]]
    [[sslman{1}="<a href=\"https://docs.openssl.org/3.0/man3/\1/\">\1(3)</a>"]]
    [[hint{1}="@htmlonly[block]<details><summary>\1</summary>@endhtmlonly"]]
    [[endhint="@htmlonly[block]</details>@endhtmlonly"]]
    # @figure, @htmlinclude[block] of a picture, @caption{...}
    [[figure="@htmlonly[block]<figure class=\"chart\" style=\"overflow-x: auto\">@endhtmlonly"]]
    [[caption{1}="@htmlonly[block]<figcaption>\1</figcaption></figure>@endhtmlonly"]])
  set(DOXYGEN_PROJECT_NAME "Socket Labs")
  set(DOXYGEN_PROJECT_BRIEF "Learn network programming in C++ by doing it")
  set(DOXYGEN_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  set(DOXYGEN_GENERATE_LATEX NO)
  set(DOXYGEN_HAVE_DOT NO)
  set(DOXYGEN_QUIET YES)

  # What is read.
  set(DOXYGEN_USE_MDFILE_AS_MAINPAGE ${docs}/index.md)
  set(DOXYGEN_EXAMPLE_PATH ${PROJECT_SOURCE_DIR})
  set(DOXYGEN_STRIP_FROM_PATH ${PROJECT_SOURCE_DIR})
  set(DOXYGEN_FILE_PATTERNS *.md *.hpp)
  set(DOXYGEN_FILTER_PATTERNS "*.md=\"${CMAKE_COMMAND} -P ${docs}/cmake/inline_code.cmake\"")
  set(DOXYGEN_JAVADOC_AUTOBRIEF YES)
  set(DOXYGEN_AUTOLINK_SUPPORT NO)
  set(DOXYGEN_STRIP_CODE_COMMENTS NO)
  set(DOXYGEN_DISTRIBUTE_GROUP_DOC YES)
  set(DOXYGEN_WARN_AS_ERROR FAIL_ON_WARNINGS)
  set(DOXYGEN_WARN_IF_UNDOCUMENTED YES)
  set(DOXYGEN_WARN_NO_PARAMDOC NO)
  set(DOXYGEN_WARN_IF_INCOMPLETE_DOC NO)
  set(tables "")
  set(harness "")
  if("INSTRUCTOR" IN_LIST ARGN)
    set(DOXYGEN_ENABLED_SECTIONS INSTRUCTOR)
    set(DOXYGEN_PROJECT_NAME "Socket Labs for instructors")
    # Some of its pages are made from the tests.
    set(tables ${CMAKE_CURRENT_BINARY_DIR}/instructor)
    file(MAKE_DIRECTORY ${tables})
    # What tests are written with; how the harness sees and tells it is not part of it.
    set(harness ${PROJECT_SOURCE_DIR}/tests/harness)
    set(DOXYGEN_EXCLUDE ${harness}/tests)
    foreach(inside IN ITEMS apart calls diagnosis error_pages evidence fence json recording reporter sockets)
      list(APPEND DOXYGEN_EXCLUDE ${harness}/${inside}.hpp)
    endforeach()
    add_custom_target(${target}-tables
      COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D FOLDER=${tables}
        -D PROOF=${CMAKE_BINARY_DIR}/proof/report.md -P ${docs}/instructor/tables.cmake)
  else()
    set(DOXYGEN_EXCLUDE ${docs}/instructor)
  endif()

  # What it looks like: nothing of Doxygen's own page, style sheet and scripts.
  set(DOXYGEN_HTML_OUTPUT ${folder})
  set(DOXYGEN_HTML_HEADER ${docs}/theme/header.html)
  set(DOXYGEN_HTML_FOOTER ${docs}/theme/footer.html)
  set(DOXYGEN_HTML_EXTRA_FILES ${docs}/theme/book.css ${docs}/theme/theme.js ${docs}/theme/search.js
    ${docs}/theme/book.js)
  set(DOXYGEN_GENERATE_TREEVIEW NO)
  set(DOXYGEN_DISABLE_INDEX YES)
  set(DOXYGEN_SEARCHENGINE NO)
  set(DOXYGEN_CLASS_GRAPH NO)

  # Pages of an earlier build would stay and be found by readers.
  add_custom_target(${target}-clean COMMAND ${CMAKE_COMMAND} -E rm -rf ${output})
  doxygen_add_docs(${target}-html ${docs} ${PROJECT_SOURCE_DIR}/common ${harness} ${tables})
  add_dependencies(${target}-html ${target}-clean)
  if(tables)
    add_dependencies(${target}-html ${target}-tables)
  endif()
  add_custom_target(${target}
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${output} -P ${docs}/cmake/finish_book.cmake
    COMMAND ${CMAKE_COMMAND} -D FOLDER=${output} -P ${docs}/cmake/check_links.cmake
    COMMAND ${CMAKE_COMMAND} -E echo "The book: ${output}/index.html"
    VERBATIM)
  add_dependencies(${target} ${target}-html)
  foreach(example IN LISTS examples)
    cmake_path(GET example STEM name)
    add_dependencies(${target} example-${name})
  endforeach()
endfunction()
