# What is done to every page.

# Doxygen writes more than this book shows: its own style sheet, scripts and pictures, and lists that nothing leads to.
function(remove_unused_files)
  file(GLOB unused ${FOLDER}/*.png ${FOLDER}/jquery.js ${FOLDER}/dynsections.js ${FOLDER}/clipboard.js
    ${FOLDER}/cookie.js ${FOLDER}/doxygen.css ${FOLDER}/doxygen.svg ${FOLDER}/tabs.css ${FOLDER}/doxygen_crawl.html
    ${FOLDER}/functions*.html ${FOLDER}/namespacemembers*.html ${FOLDER}/classes.html ${FOLDER}/hierarchy.html
    ${FOLDER}/pages.html ${FOLDER}/namespaces.html ${FOLDER}/*-members.html ${FOLDER}/*.svg ${FOLDER}/navtree.css
    ${FOLDER}/codefolding.js)
  if(unused)
    file(REMOVE ${unused})
  endif()
endfunction()

function(finish_page page)
  file(READ ${FOLDER}/${page} html)
  show_what_was_hidden(html)
  mend_headings(html)
  mend_code(html)
  mend_tables(html)
  mend_lists_of_names(html)
  add_sidebar(html ${page})
  add_on_this_page(html)
  add_previous_and_next(html ${page})
  file(WRITE ${FOLDER}/${page} "${html}")
endfunction()

# One h1, the title. A section is an h2 with a link to itself, and so on down.
function(mend_headings variable)
  set(html "${${variable}}")
  between("${html}" "<div class=\"contents\">" "</main>" contents)
  if(contents MATCHES "<h1")
    foreach(level IN ITEMS 4 3 2 1)
      math(EXPR lower "${level} + 1")
      string(REGEX REPLACE "<(/?)h${level}([ >])" "<\\1h${lower}\\2" html "${html}")
    endforeach()
  endif()
  string(REGEX REPLACE "<div class=\"title\">([^<]*)</div>" "<h1 class=\"title\">\\1</h1>" html "${html}")
  string(REGEX REPLACE "<h([2-5])[^>]*><a class=\"anchor\" id=\"([^\"]+)\"></a>[ \n]*([^\n]*)</h[2-5]>"
    "<h\\1 id=\"\\2\">\\3 <a class=\"self-link\" href=\"#\\2\" aria-label=\"Link to this section\">#</a></h\\1>"
    html "${html}")
  string(REGEX REPLACE "<a name=\"details\" id=\"details\"></a><h2 class=\"groupheader\">"
    "<h2 class=\"groupheader\" id=\"details\">" html "${html}")
  string(REGEX REPLACE "<h2 class=\"memtitle\">([^\n]*)</h2>" "<h3 class=\"memtitle\">\\1</h3>" html "${html}")
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

# No hidden tooltips, inline code under its own name (Doxygen 1.17 has another), and the prompt of a transcript marked,
# so that it is not copied.
function(mend_code variable)
  string(REGEX REPLACE "<div class=\"ttc\"[^\n]*\n" "" html "${${variable}}")
  string(REGEX REPLACE "<span class=\"tt\">(([^<]|<a [^>]*>|</a>)*)</span>" "<code>\\1</code>" html "${html}")
  string(REPLACE "<div class=\"line\">$ " "<div class=\"line\"><span class=\"prompt\">$ </span>" html "${html}")
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

# A wide table scrolls in a box of its own.
function(mend_tables variable)
  if(NOT "${${variable}}" MATCHES "<table class=\"(markdownTable|doxtable)\"")
    return()
  endif()
  string(REPLACE "<table class=\"doxtable\"" "<table class=\"markdownTable\"" html "${${variable}}")
  split("${html}" "<table class=\"markdownTable\"" pieces)
  set(html "")
  foreach(piece IN LISTS pieces)
    if(piece MATCHES "^<table")
      string(FIND "${piece}" "</table>" end)
      math(EXPR end "${end} + 8")
      string(SUBSTRING "${piece}" 0 ${end} table)
      string(SUBSTRING "${piece}" ${end} -1 rest)
      set(piece "<div class=\"scroll\">${table}</div>${rest}")
    endif()
    string(APPEND html "${piece}")
  endforeach()
  unmask("${html}" html)
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

# Doxygen's lists of classes and files fold with a script of its own, which this book does not load; its lists of
# members say what the page says already.
function(mend_lists_of_names variable)
  string(REGEX REPLACE "<div class=\"levels\">[^\n]*</div>(<table)" "\\1" html "${${variable}}")
  string(REGEX REPLACE "<span id=\"(arr|img)_[^>]*>[^<]*</span>" "" html "${html}")
  string(REGEX REPLACE "<img src=\"closed\\.png\"[^>]*>(&#160;)?" "" html "${html}")
  string(REPLACE "<a href=\"doxygen_crawl.html\"></a>" "" html "${html}")
  # A row of links above the title, to what stands right below it.
  between("${html}" "<div class=\"summary\">" "</div>" summary)
  string(REPLACE "<div class=\"summary\">${summary}</div>" "" html "${html}")
  string(REGEX REPLACE " onclick=\"[^\"]*\"" "" html "${html}")
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

function(add_sidebar variable page)
  string(REPLACE "<a href=\"${page}\">" "<a href=\"${page}\" aria-current=\"page\">" sidebar "${book_sidebar}")
  string(REPLACE "<!-- chapters -->" "${sidebar}" html "${${variable}}")
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

# The page's sections, before its text.
function(add_on_this_page variable)
  set(html "${${variable}}")
  between("${html}" "<div class=\"contents\">" "</main>" contents)
  split("${contents}" "<h" sections)
  set(entries "")
  set(count 0)
  foreach(section IN LISTS sections)
    if(section MATCHES "^<h[23][ >]")
      unmask("${section}" section)
      read_heading("${section}" level anchor title)
      if(anchor)
        string(REPLACE "&" "&amp;" title "${title}")
        string(REPLACE "<" "&lt;" title "${title}")
        string(APPEND entries "<li class=\"level-${level}\"><a href=\"#${anchor}\">${title}</a></li>\n")
        math(EXPR count "${count} + 1")
      endif()
    endif()
  endforeach()
  if(count GREATER 1)
    string(CONCAT list "<nav class=\"on-this-page\" aria-label=\"On this page\"><details open>"
      "<summary>On this page</summary>\n<ul>\n${entries}</ul>\n</details></nav>\n")
    string(REPLACE "<div class=\"contents\">" "${list}<div class=\"contents\">" html "${html}")
  endif()
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()

function(add_previous_and_next variable page)
  set(links "")
  list(FIND book_pages ${page} place)
  if(place GREATER_EQUAL 0)
    list(LENGTH book_pages count)
    math(EXPR before "${place} - 1")
    math(EXPR after "${place} + 1")
    if(before GREATER_EQUAL 0)
      list(GET book_pages ${before} other)
      string(APPEND links "<a class=\"previous\" rel=\"prev\" href=\"${other}\">"
        "<span>Previous</span> ${title_of_${other}}</a>\n")
    endif()
    if(after LESS count)
      list(GET book_pages ${after} other)
      string(APPEND links "<a class=\"next\" rel=\"next\" href=\"${other}\">"
        "<span>Next</span> ${title_of_${other}}</a>\n")
    endif()
    set(links "<nav class=\"turn\" aria-label=\"Previous and next page\">\n${links}</nav>")
  endif()
  string(REPLACE "<!-- previous and next -->" "${links}" html "${${variable}}")
  set(${variable} "${html}" PARENT_SCOPE)
endfunction()
