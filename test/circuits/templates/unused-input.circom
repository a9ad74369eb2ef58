// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Wrong on purpose: nothing constrains `context`, so anybody could change it. The build must refuse.
template UnusedInput() {
    signal input value;
    signal input context;
    signal output square;
    square <== value * value;
}
