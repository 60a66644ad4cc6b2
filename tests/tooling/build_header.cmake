# SPDX-License-Identifier: MIT
# cmake -D script=EkidenBuildHeader.cmake -D folder=EMPTY_FOLDER -P build_header.cmake
#
# The digest of the public headers changes with a header's text, name or absence, and with nothing
# else.
function(expect_digest relation before)
  list(TRANSFORM ARGN PREPEND ${folder}/ OUTPUT_VARIABLE headers)
  execute_process(COMMAND ${CMAKE_COMMAND} -D out=${folder}/build.hpp -D version=1.2.3
                          -D "headers=${headers}" -P ${script} COMMAND_ERROR_IS_FATAL ANY)
  file(READ ${folder}/build.hpp text)
  if(NOT text MATCHES "#define EKIDEN_VERSION \"1.2.3\"\n")
    message(FATAL_ERROR "no version 1.2.3 in:\n${text}")
  endif()
  if(NOT text MATCHES "#define EKIDEN_HEADERS \"([0-9a-f]+)\"\n")
    message(FATAL_ERROR "no digest in:\n${text}")
  endif()
  set(digest ${CMAKE_MATCH_1} PARENT_SCOPE)
  string(COMPARE ${relation} "${CMAKE_MATCH_1}" "${before}" holds)
  if(NOT holds)
    message(FATAL_ERROR "${ARGN}: expected ${CMAKE_MATCH_1} ${relation} ${before}")
  endif()
endfunction()

file(REMOVE_RECURSE ${folder})
file(WRITE ${folder}/a.hpp "struct A { int x; };\n")
file(WRITE ${folder}/b.hpp "struct B {};\n")
expect_digest(NOTEQUAL "none" a.hpp b.hpp)
set(first ${digest})
expect_digest(EQUAL ${first} b.hpp a.hpp)
file(COPY_FILE ${folder}/a.hpp ${folder}/c.hpp)
foreach(headers "a.hpp" "c.hpp;b.hpp" "a.hpp;b.hpp;c.hpp")
  expect_digest(NOTEQUAL ${first} ${headers})
endforeach()
file(WRITE ${folder}/a.hpp "struct A { int x, y; };\n")
expect_digest(NOTEQUAL ${first} a.hpp b.hpp)
