// SPDX-License-Identifier: MIT
// Carries the precompiled GoogleTest header; see tests/CMakeLists.txt.
