// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'first with library' : 'first');
