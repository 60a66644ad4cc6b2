# SPDX-License-Identifier: MIT
# Lets apps outside this repository build: against an installed Ekiden, or straight against a build
# folder (CMAKE_PREFIX_PATH=<build>).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(EKIDEN_GENERATED_INCLUDE ${PROJECT_BINARY_DIR}/frontend/include)

# The build folder's own package.
set(EKIDEN_PACKAGE_INCLUDES "\"${PROJECT_SOURCE_DIR}/worker/include\" \
\"${PROJECT_BINARY_DIR}/worker/include\" \"${EKIDEN_GENERATED_INCLUDE}\"")
set(EKIDEN_PACKAGE_PROGRAM "\"${PROJECT_BINARY_DIR}/ekiden\"")
set(EKIDEN_PACKAGE_CMAKE "${PROJECT_SOURCE_DIR}/config/cmake")
set(EKIDEN_PACKAGE_FRONTEND "\"${EKIDEN_FRONTEND_SCRIPTS}\"")
set(EKIDEN_PACKAGE_CACHE "\"${EKIDEN_FRONTEND_CACHE}\"")
configure_package_config_file(config/cmake/ekidenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ekidenConfig.cmake INSTALL_DESTINATION ${PROJECT_BINARY_DIR})

# The installed one.
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ekiden)
set(EKIDEN_PACKAGE_INCLUDES "\"\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_INCLUDEDIR}\"")
set(EKIDEN_PACKAGE_PROGRAM "\"\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_BINDIR}/ekiden\"")
set(EKIDEN_PACKAGE_CMAKE "\${CMAKE_CURRENT_LIST_DIR}")
set(EKIDEN_PACKAGE_FRONTEND "\"\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_DATADIR}/ekiden/frontend\"")
set(EKIDEN_PACKAGE_CACHE "\"\${CMAKE_BINARY_DIR}/ekiden-frontend\"")
configure_package_config_file(config/cmake/ekidenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/install/ekidenConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/ekidenConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

install(TARGETS ekiden RUNTIME)
install(FILES config/bash-completion/ekiden DESTINATION share/bash-completion/completions)
install(DIRECTORY worker/include/ekiden ${PROJECT_BINARY_DIR}/worker/include/ekiden TYPE INCLUDE)
install(DIRECTORY ${EKIDEN_GENERATED_INCLUDE}/ekiden TYPE INCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/install/ekidenConfig.cmake
              ${PROJECT_BINARY_DIR}/install/ekidenConfigVersion.cmake
              config/cmake/EkidenAddApp.cmake config/cmake/EkidenAddComponentPackage.cmake
        DESTINATION ${package_folder})
# What generates the components of further packages.
set(frontend_folder ${CMAKE_INSTALL_DATADIR}/ekiden/frontend)
install(FILES frontend/package.json frontend/package-lock.json frontend/install.mjs
              frontend/packages.mjs DESTINATION ${frontend_folder})
install(FILES frontend/bundle/compress.mjs DESTINATION ${frontend_folder}/bundle)
install(DIRECTORY frontend/generator frontend/component_package DESTINATION ${frontend_folder}
        FILES_MATCHING PATTERN *.mjs PATTERN *.d.ts PATTERN *.test.mjs EXCLUDE)
