# SPDX-License-Identifier: MIT

# ekiden_add_app(NAME SOURCE... [ASSETS dir] [DATA dir] [FOLDER dir] [DESCRIPTION text])
#
# Builds the app module NAME.so, and puts NAME.assets/ and NAME.data/ beside it, in FOLDER. If that
# is not given, modules go to <build>/apps inside this repository; elsewhere to the current binary
# directory. The description is what `ekiden apps` says about it: one line.
function(ekiden_add_app name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "ASSETS;DATA;FOLDER;DESCRIPTION" "")
  if(NOT arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "ekiden_add_app(${name}): no source files given")
  endif()
  add_library(${name} MODULE ${arg_UNPARSED_ARGUMENTS})
  if(TARGET ekiden_api)
    target_link_libraries(${name} PRIVATE ekiden_api ekiden_generated_api ekiden_options)
    set(folder ${PROJECT_BINARY_DIR}/apps)
  else()
    target_link_libraries(${name} PRIVATE ekiden::api)
    set(folder ${CMAKE_CURRENT_BINARY_DIR})
  endif()
  if(arg_FOLDER)
    set(folder ${arg_FOLDER})
  endif()
  set_target_properties(${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${folder})
  if(arg_DESCRIPTION)
    file(GENERATE OUTPUT ${folder}/${name}.description CONTENT "${arg_DESCRIPTION}\n")
  endif()
  foreach(kind ASSETS DATA)
    string(TOLOWER ${kind} suffix)
    if(arg_${kind})
      cmake_path(ABSOLUTE_PATH arg_${kind} BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
      file(GLOB_RECURSE files CONFIGURE_DEPENDS ${arg_${kind}}/*)
      add_custom_command(OUTPUT ${folder}/${name}.${suffix}.stamp
        COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder}/${name}.${suffix}
        COMMAND ${CMAKE_COMMAND} -E copy_directory ${arg_${kind}} ${folder}/${name}.${suffix}
        COMMAND ${CMAKE_COMMAND} -E touch ${folder}/${name}.${suffix}.stamp
        DEPENDS ${files} VERBATIM)
      add_custom_target(${name}_${suffix} ALL DEPENDS ${folder}/${name}.${suffix}.stamp)
      add_dependencies(${name} ${name}_${suffix})
    endif()
  endforeach()
endfunction()
