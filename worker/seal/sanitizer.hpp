// SPDX-License-Identifier: MIT
#pragma once

/// 1 in builds with AddressSanitizer or ThreadSanitizer, whose malloc and hooks on throws have to
/// stay in place.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EKIDEN_HAS_SANITIZER_MALLOC 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define EKIDEN_HAS_SANITIZER_MALLOC 1
#endif
#endif
#ifndef EKIDEN_HAS_SANITIZER_MALLOC
#define EKIDEN_HAS_SANITIZER_MALLOC 0
#endif
