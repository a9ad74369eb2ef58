// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/signed-fold.circom";

/**
 * @title UncoveredOptions
 * @notice Lots of options that are written and not covered by others of their group (docs/spec.md §5).
 * A group is what shares underlying, kind and expiry: neighbours, because slots are sorted by that,
 * then by strike. Calls: max(0, −Σ lots). Puts the same, but nothing where Σ lots · strike ≥ 0: then
 * the group pays when the underlying is worth nothing.
 * @param COUNT number of positions, 1 … 64
 * @input underlying, expiry, strikeE4, lots, isPerpetual, isFuture, isCall, isPut [COUNT] of Slot
 * @input isOpenOption[COUNT] 1 for an option that is not settled
 * @output uncoveredLots[COUNT] of the group, at its last slot; 0 at the others
 * Assumes slots in their order (SlotOrder), their widths, and that what is settled follows from
 * underlying and expiry, so that a group is so wholly or not at all. Guarantees the lots, exactly:
 * nothing here is a hint but the signs, and SignedFold has one sign for every number.
 * Cost with B = bits of COUNT − 1: COUNT · (106 + 2 · B) − 5 constraints.
 */
template UncoveredOptions(COUNT) {
    assert(COUNT >= 1 && COUNT <= 64);
    // |Σ lots| ≤ COUNT · 2^26, |Σ lots · strike| < COUNT · 2^66, the first of them reached from below.
    var COUNT_BITS = 0;
    for (var rest = COUNT - 1; rest > 0; rest = rest \ 2) {
        COUNT_BITS++;
    }

    signal input underlying[COUNT];
    signal input expiry[COUNT];
    signal input strikeE4[COUNT];
    signal input lots[COUNT];
    signal input {binary} isPerpetual[COUNT];
    signal input {binary} isFuture[COUNT];
    signal input {binary} isCall[COUNT];
    signal input {binary} isPut[COUNT];
    signal input isOpenOption[COUNT];
    signal output uncoveredLots[COUNT];

    // 1. Whether a slot is of the group of the slot before it: expiry | kind | underlying, 36 bits.
    component continues[COUNT];
    var group[COUNT];
    for (var i = 0; i < COUNT; i++) {
        var kind = isPerpetual[i] + 3 * isFuture[i] + 5 * isCall[i] + 7 * isPut[i];
        group[i] = underlying[i] + kind * 2 + expiry[i] * 16;
        if (i > 0) {
            continues[i] = IsZero();
            continues[i].in <== group[i] - group[i - 1];
        }
    }

    // 2. Sums over the group up to each slot.
    signal strikeLots[COUNT];
    signal groupLots[COUNT];
    signal groupStrikeLots[COUNT];
    for (var i = 0; i < COUNT; i++) {
        strikeLots[i] <== lots[i] * strikeE4[i];
        if (i == 0) {
            groupLots[i] <== lots[i];
            groupStrikeLots[i] <== strikeLots[i];
        } else {
            groupLots[i] <== lots[i] + continues[i].out * groupLots[i - 1];
            groupStrikeLots[i] <== strikeLots[i] + continues[i].out * groupStrikeLots[i - 1];
        }
    }

    // 3. At the last slot of the group the sums are its own.
    component net[COUNT];
    component atZero[COUNT];
    signal written[COUNT];
    signal isExempt[COUNT];
    signal isLast[COUNT];
    signal isCharged[COUNT];
    for (var i = 0; i < COUNT; i++) {
        net[i] = SignedFold(26 + COUNT_BITS);
        net[i].in <== groupLots[i];
        _ <== net[i].magnitude;
        for (var b = 0; b < 26 + COUNT_BITS; b++) {
            _ <== net[i].bit[b];
        }
        atZero[i] = SignedFold(66 + COUNT_BITS);
        atZero[i].in <== groupStrikeLots[i];
        _ <== atZero[i].magnitude;
        for (var b = 0; b < 66 + COUNT_BITS; b++) {
            _ <== atZero[i].bit[b];
        }

        written[i] <== -net[i].negative * groupLots[i];
        isExempt[i] <== isPut[i] * (1 - atZero[i].negative);
        var next = i + 1 < COUNT ? continues[i + 1].out : 0;
        isLast[i] <== isOpenOption[i] * (1 - next);
        isCharged[i] <== isLast[i] * (1 - isExempt[i]);
        uncoveredLots[i] <== isCharged[i] * written[i];
    }
}
