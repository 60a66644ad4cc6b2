// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'first with library' : 'first');
