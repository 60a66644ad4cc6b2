# SPDX-License-Identifier: MIT
# Compiles `source`. Its first line is "// expects: <part of the message>" or "// compiles".
# One mistake must be one error, or the sentence drowns.
file(STRINGS ${source} first LIMIT_COUNT 1)
execute_process(COMMAND ${compiler} -std=c++20 -fsyntax-only -Wall -Wextra -I ${include}
                        -I ${built_include} ${source}
                RESULT_VARIABLE result ERROR_VARIABLE messages)

if(first STREQUAL "// compiles")
  if(NOT result EQUAL 0 OR NOT messages STREQUAL "")
    message(FATAL_ERROR "expected to compile without a message, got:\n${messages}")
  endif()
  return()
endif()

if(NOT first MATCHES "^// expects: (.+)$")
  message(FATAL_ERROR "${source}: the first line says neither '// expects: …' nor '// compiles'")
endif()
set(expected "${CMAKE_MATCH_1}")
if(result EQUAL 0)
  message(FATAL_ERROR "compiled, but should fail with: ${expected}")
endif()
string(FIND "${messages}" "${expected}" position)
if(position EQUAL -1)
  message(FATAL_ERROR "expected: ${expected}\ngot:\n${messages}")
endif()
string(REGEX MATCHALL "[^\n]* error: " errors "${messages}")
list(LENGTH errors count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "expected one error, got ${count}:\n${messages}")
endif()
