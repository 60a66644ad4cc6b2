// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'ignored_too with library' : 'ignored_too');
