// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'after1 with library' : 'after1');
