// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'after with library' : 'after');
