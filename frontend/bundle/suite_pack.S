// SPDX-License-Identifier: MIT
// The front-end files, read-only in the program. EKIDEN_SUITE_PACK is the path of suite.pack.
  .section .rodata.ekiden_suite_pack, "a", %progbits
  .global ekiden_suite_pack
  .hidden ekiden_suite_pack
  .type ekiden_suite_pack, %object
  .balign 64
ekiden_suite_pack:
  .incbin EKIDEN_SUITE_PACK
  .size ekiden_suite_pack, . - ekiden_suite_pack

  .section .note.GNU-stack, "", %progbits
