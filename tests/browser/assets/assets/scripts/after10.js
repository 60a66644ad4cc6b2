// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'after10 with library' : 'after10');
