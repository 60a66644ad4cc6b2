# SPDX-License-Identifier: MIT

# ekiden_add_app(NAME SOURCE... [ASSETS dir] [DATA dir] [FOLDER dir] [DESCRIPTION text])
#
# Builds the app module NAME.so, and puts NAME.assets/ and NAME.data/ beside it, in FOLDER. If that
# is not given, modules go to <build>/apps inside this repository; elsewhere to the current binary
# directory. The description is what `ekiden apps` says about it: one line.
#
# Ekiden's headers are compiled beforehand, once for all apps of a build folder that have the same
# flags. DISABLE_PRECOMPILE_HEADERS of the target, or CMAKE_DISABLE_PRECOMPILE_HEADERS, turns it off.
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
  # Later, because the project may go on to give the app flags and libraries.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL _ekiden_precompile_headers [[${name}]])")
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

# What a precompiled header depends on. Folders of headers are not among it, so that libraries that
# bring nothing else, such as component packages, do not cost one.
set(_EKIDEN_HEADER_FLAGS COMPILE_OPTIONS COMPILE_DEFINITIONS COMPILE_FEATURES COMPILE_FLAGS
    CXX_STANDARD CXX_EXTENSIONS CXX_VISIBILITY_PRESET VISIBILITY_INLINES_HIDDEN
    INTERPROCEDURAL_OPTIMIZATION)

# _ekiden_precompile_headers(APP): lets the app use the precompiled headers for its flags, which the
# first app that has these makes.
function(_ekiden_precompile_headers app)
  get_target_property(disabled ${app} DISABLE_PRECOMPILE_HEADERS)
  get_target_property(own ${app} PRECOMPILE_HEADERS)
  if(disabled OR own)
    return()
  endif()
  get_target_property(libraries ${app} LINK_LIBRARIES)
  foreach(library IN LISTS libraries)
    if(TARGET ${library})
      get_target_property(is_package ${library} EKIDEN_COMPONENT_PACKAGE)
      if(is_package)
        list(REMOVE_ITEM libraries ${library})
      endif()
    endif()
  endforeach()
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  set(flags "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${build_type}} ${libraries}")
  set(properties)
  foreach(property ${_EKIDEN_HEADER_FLAGS})
    get_property(is_set TARGET ${app} PROPERTY ${property} SET)
    if(is_set)
      get_target_property(value ${app} ${property})
      string(APPEND flags " ${property}=${value}")
      list(APPEND properties ${property})
    endif()
  endforeach()
  string(SHA256 hash "${flags}")
  string(SUBSTRING ${hash} 0 8 hash)
  set(headers ekiden_app_headers_${hash})
  if(NOT TARGET ${headers})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${headers}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "")
    add_library(${headers} OBJECT EXCLUDE_FROM_ALL ${source})
    set_target_properties(${headers} PROPERTIES POSITION_INDEPENDENT_CODE ON)  # as modules are
    # ccache takes headers that differ in comments only for the same; but the compiler knows headers
    # that are in there again by all their bytes, and else reads them twice.
    set_target_properties(${headers} PROPERTIES CXX_COMPILER_LAUNCHER "")
    target_link_libraries(${headers} PRIVATE ${libraries})
    foreach(property ${properties})
      get_target_property(value ${app} ${property})
      set_property(TARGET ${headers} PROPERTY ${property} ${value})
    endforeach()
    target_precompile_headers(${headers} PRIVATE <ekiden/app.hpp> <ekiden/dcc.hpp>
      <ekiden/figure.hpp> <ekiden/frame.hpp> <ekiden/html.hpp> <ekiden/memoize.hpp>)
  endif()
  target_precompile_headers(${app} REUSE_FROM ${headers})
endfunction()
