// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Tags of docs/spec.md §9. Apart from those of HashWords, so that who does not use them is not rebuilt.
function TAG_MARGIN_RULE() { return 10; }
function TAG_MARGIN_STATE() { return 11; }
function TAG_MARGIN_INPUTS() { return 12; }
