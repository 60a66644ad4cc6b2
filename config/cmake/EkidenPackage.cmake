# SPDX-License-Identifier: MIT
# Lets apps outside this repository build: against an installed Ekiden, or straight against a build
# folder (CMAKE_PREFIX_PATH=<build>).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(EKIDEN_GENERATED_INCLUDE ${PROJECT_BINARY_DIR}/frontend/include)

# The build folder's own package.
set(EKIDEN_PACKAGE_INCLUDES "\"${PROJECT_SOURCE_DIR}/worker/include\" \"${EKIDEN_GENERATED_INCLUDE}\"")
set(EKIDEN_PACKAGE_PROGRAM "\"${PROJECT_BINARY_DIR}/ekiden\"")
set(EKIDEN_PACKAGE_CMAKE "${PROJECT_SOURCE_DIR}/config/cmake")
configure_package_config_file(config/cmake/ekidenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ekidenConfig.cmake INSTALL_DESTINATION ${PROJECT_BINARY_DIR})

# The installed one.
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/ekiden)
set(EKIDEN_PACKAGE_INCLUDES "\"\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_INCLUDEDIR}\"")
set(EKIDEN_PACKAGE_PROGRAM "\"\${PACKAGE_PREFIX_DIR}/${CMAKE_INSTALL_BINDIR}/ekiden\"")
set(EKIDEN_PACKAGE_CMAKE "\${CMAKE_CURRENT_LIST_DIR}")
configure_package_config_file(config/cmake/ekidenConfig.cmake.in
  ${PROJECT_BINARY_DIR}/install/ekidenConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/install/ekidenConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)

install(TARGETS ekiden RUNTIME)
install(DIRECTORY worker/include/ekiden TYPE INCLUDE)
install(DIRECTORY ${EKIDEN_GENERATED_INCLUDE}/ekiden TYPE INCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/install/ekidenConfig.cmake
              ${PROJECT_BINARY_DIR}/install/ekidenConfigVersion.cmake
              config/cmake/EkidenAddApp.cmake DESTINATION ${package_folder})
