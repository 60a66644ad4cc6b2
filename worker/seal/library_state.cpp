// SPDX-License-Identifier: MIT
// State that the C++ library's headers leave in whoever includes them, and write to whenever they
// are used: in an app module it would be sealed. Modules find the program's first, which is not.
#include <syncstream>

// Of std::osyncstream: the mutexes of the buffers that it writes to.
template class std::basic_syncbuf<char>;
template class std::basic_syncbuf<wchar_t>;
