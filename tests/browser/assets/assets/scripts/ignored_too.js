// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'ignored_too with library' : 'ignored_too');
