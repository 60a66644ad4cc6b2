// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.library ? 'after2 with library' : 'after2');
