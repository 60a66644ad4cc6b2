// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'ignored with library' : 'ignored');
