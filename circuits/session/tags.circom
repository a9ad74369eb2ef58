// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Tags of docs/spec.md §10. Apart from those of HashWords, so that who does not use them is not rebuilt.
function TAG_SESSION_TERMS() { return 15; }
function TAG_SESSION_ROWS() { return 16; }
function TAG_SESSION_NETS() { return 17; }
function TAG_SESSION_BATCH() { return 18; }
function TAG_SESSION_CHAIN() { return 19; }
function TAG_SESSION_CHALLENGE() { return 20; }
function TAG_SESSION_LINKS() { return 21; }
function TAG_SESSION() { return 22; }
function TAG_BATCH_STATE() { return 23; }
function TAG_ARRAYS_STATE() { return 24; }
