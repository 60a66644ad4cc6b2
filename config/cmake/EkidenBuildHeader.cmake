# SPDX-License-Identifier: MIT
# cmake -D out=FILE -D version=x.y.z -D "headers=a.hpp;b.hpp" -P EkidenBuildHeader.cmake
#
# Writes <ekiden/build.hpp>: the version, and a digest of the public headers, by which a program
# knows modules that were compiled against other ones.
set(contents)
foreach(header IN LISTS headers)
  cmake_path(GET header FILENAME name)
  file(SHA256 ${header} digest)
  list(APPEND contents "${name} ${digest}")
endforeach()
list(SORT contents)
string(SHA256 digest "${contents}")
string(SUBSTRING ${digest} 0 16 digest)
file(CONFIGURE OUTPUT ${out} CONTENT [[
// SPDX-License-Identifier: MIT
#pragma once

/// Version of the API that a module is compiled against.
#define EKIDEN_VERSION "@version@"
/// Digest of all public headers, the generated ones included.
#define EKIDEN_HEADERS "@digest@"
]] @ONLY NEWLINE_STYLE UNIX)
