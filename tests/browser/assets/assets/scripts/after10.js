// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'after10 with library' : 'after10');
