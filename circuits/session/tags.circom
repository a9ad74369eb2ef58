// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Tags of docs/spec.md §10. Apart from those of HashWords, so that who does not use them is not rebuilt.
function TAG_SESSION_ROWS() { return 16; }
function TAG_SESSION_NETS() { return 17; }
function TAG_SESSION_CHALLENGE() { return 20; }
function TAG_SESSION() { return 22; }
function TAG_ARRAYS_STATE() { return 24; }
