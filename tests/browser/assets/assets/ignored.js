// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'ignored with library' : 'ignored');
