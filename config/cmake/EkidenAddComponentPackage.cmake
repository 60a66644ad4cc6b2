# SPDX-License-Identifier: MIT

# ekiden_npm_package(VARIABLE NPM name VERSION x.y.z INTEGRITY sha512-...)
#
# Brings the files of one npm package, at build time, to the folder that VARIABLE then names; what
# uses them depends on the file VARIABLE_STAMP. Version and hash are exact, so nothing else is ever
# built in; `npm view name@x.y.z dist.integrity` prints the hash. The package's dependencies are not
# installed.
function(ekiden_npm_package variable)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NPM;VERSION;INTEGRITY" "")
  foreach(needed NPM VERSION INTEGRITY)
    if(NOT arg_${needed})
      message(FATAL_ERROR "ekiden_npm_package(${variable}): ${needed} is missing; "
              "`npm view name@version dist.integrity` prints a package's INTEGRITY")
    endif()
  endforeach()
  _ekiden_front_end_tools()
  string(SHA256 hash "${arg_INTEGRITY}")
  string(SUBSTRING ${hash} 0 12 hash)
  string(REPLACE "/" "+" folder "${arg_NPM}")
  set(folder ${EKIDEN_FRONTEND_CACHE}/npm/${folder}-${arg_VERSION}-${hash})
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${variable}-${hash}.stamp)
  if(NOT EXISTS ${folder})
    file(REMOVE ${stamp})
  endif()
  set(script ${EKIDEN_FRONTEND_SCRIPTS}/component_package/download.mjs)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${EKIDEN_FLOCK} ${EKIDEN_FRONTEND_CACHE}/npm.lock ${EKIDEN_NODE} ${script}
            --npm ${arg_NPM} --version ${arg_VERSION} --integrity ${arg_INTEGRITY} --out ${folder}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${script}
    COMMENT "Fetching ${arg_NPM} ${arg_VERSION} from npm" VERBATIM)
  set(${variable} ${folder} PARENT_SCOPE)
  set(${variable}_STAMP ${stamp} PARENT_SCOPE)
endfunction()

# ekiden_add_component_package(NAME name NPM package VERSION x.y.z INTEGRITY sha512-...
#                              [NAMESPACE cpp] [BUNDLES file...] [FILES glob...])
#
# Makes the target NAME of a package of Dash components. An app that links it has the typed builders
# of <ekiden/NAME.hpp>, in the C++ namespace ekiden::NAMESPACE (default: NAME), and its pages load
# the package's bundles. NAME must be what the package calls itself in the browser, usually its
# Python name. BUNDLES are the files the page loads, in this order (default: NAME.min.js, where
# packages usually have it), FILES further ones in the same folder that these ask for by name
# (async-*.js always are).
function(ekiden_add_component_package)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;NPM;VERSION;INTEGRITY;NAMESPACE" "BUNDLES;FILES")
  if(NOT arg_NAME MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "ekiden_add_component_package: NAME \"${arg_NAME}\" is not an identifier")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
            "ekiden_add_component_package(${arg_NAME}): unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_NAMESPACE)
    set(arg_NAMESPACE ${arg_NAME})
  endif()
  ekiden_npm_package(package NPM "${arg_NPM}" VERSION "${arg_VERSION}"
                     INTEGRITY "${arg_INTEGRITY}")
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME})
  set(options)
  foreach(bundle ${arg_BUNDLES})
    list(APPEND options --bundle ${bundle})
  endforeach()
  foreach(file ${arg_FILES})
    list(APPEND options --file ${file})
  endforeach()
  set(header ${out}/include/ekiden/${arg_NAME}.hpp)
  file(GLOB scripts CONFIGURE_DEPENDS ${EKIDEN_FRONTEND_SCRIPTS}/component_package/*.mjs
       ${EKIDEN_FRONTEND_SCRIPTS}/generator/*.mjs)
  list(FILTER scripts EXCLUDE REGEX "\\.test\\.mjs$")
  add_custom_command(
    OUTPUT ${header} ${out}/builders.cpp ${out}/package.cpp ${out}/package.pack
           ${out}/components.json
    COMMAND ${EKIDEN_FLOCK} ${EKIDEN_FRONTEND_CACHE}/lock
            ${EKIDEN_NODE} ${EKIDEN_FRONTEND_SCRIPTS}/component_package/component_package.mjs
            --packages ${_ekiden_tools} --package ${package} --name ${arg_NAME}
            --namespace ${arg_NAMESPACE} --cache ${EKIDEN_FRONTEND_CACHE}/compressed --out ${out}
            ${options}
    DEPENDS ${package_STAMP} ekiden_packages ${scripts}
    COMMENT "Generating the components of ${arg_NPM} ${arg_VERSION}" VERBATIM)
  set_source_files_properties(${out}/package.cpp PROPERTIES OBJECT_DEPENDS ${out}/package.pack)

  # The package registers itself when the module is loaded; nothing refers to it by name, so that it
  # must be linked as an object, where the builders may come from an archive.
  add_library(${arg_NAME} STATIC ${out}/builders.cpp ${header})
  add_library(${arg_NAME}_package OBJECT ${out}/package.cpp)
  foreach(target ${arg_NAME} ${arg_NAME}_package)
    if(TARGET ekiden_api)
      target_link_libraries(${target} PUBLIC ekiden_api PRIVATE ekiden_options)
    else()
      target_link_libraries(${target} PUBLIC ekiden::api)
    endif()
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    add_dependencies(${target} ekiden_packages)
  endforeach()
  add_dependencies(${arg_NAME}_package ${arg_NAME})
  target_include_directories(${arg_NAME} PUBLIC ${out}/include)
  target_link_libraries(${arg_NAME} INTERFACE $<TARGET_OBJECTS:${arg_NAME}_package>)
  set_target_properties(${arg_NAME} PROPERTIES EKIDEN_COMPONENT_PACKAGE ON)
endfunction()

# The programs and npm packages that generate components. Inside this repository the front end's
# own target installs the latter; elsewhere they are installed for the first package that is added,
# to EKIDEN_FRONTEND_CACHE, which projects may share.
macro(_ekiden_front_end_tools)
  find_program(EKIDEN_NODE node REQUIRED)
  find_program(EKIDEN_NPM npm REQUIRED)
  find_program(EKIDEN_FLOCK flock REQUIRED)
  file(MAKE_DIRECTORY ${EKIDEN_FRONTEND_CACHE})
  file(SHA256 ${EKIDEN_FRONTEND_SCRIPTS}/package-lock.json _ekiden_lock_hash)
  string(SUBSTRING ${_ekiden_lock_hash} 0 12 _ekiden_lock_hash)
  set(_ekiden_tools ${EKIDEN_FRONTEND_CACHE}/packages-${_ekiden_lock_hash})
  set(_ekiden_tools ${_ekiden_tools} PARENT_SCOPE)
  if(NOT TARGET ekiden_packages)
    add_custom_target(ekiden_packages
      COMMAND ${EKIDEN_FLOCK} ${EKIDEN_FRONTEND_CACHE}/lock
              ${EKIDEN_NODE} ${EKIDEN_FRONTEND_SCRIPTS}/install.mjs --packages ${_ekiden_tools}
      COMMENT "Installing the npm packages that generate components" VERBATIM)
  endif()
endmacro()
