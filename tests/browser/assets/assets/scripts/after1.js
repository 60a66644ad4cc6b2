// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'after1 with library' : 'after1');
