// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'after with library' : 'after');
