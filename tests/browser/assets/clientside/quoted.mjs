// SPDX-License-Identifier: MIT
export const quoted = value => `"${value}"`;
