// SPDX-License-Identifier: MIT
(window.loaded ??= []).push(window.vendor ? 'after2 with library' : 'after2');
