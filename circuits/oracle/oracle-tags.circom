// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Tags of docs/spec.md §2 that only sources and their reports use; a tag is never reused.

function TAG_REPORT() { return 13; }
function TAG_SOURCES() { return 14; }
