// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

/**
 * @title AccountChange
 * @notice Undoes a change (docs/spec.md §6): from the slots after it to the slots that the ledger
 * commits to, and from the balances before it to those after. Going back is the cheap direction: the
 * slots that are priced are opened once, and one with a slot taken out is as canonical and as ordered.
 * @param MAX_POSITIONS 1 … 64, counted after the change
 * @input slot[MAX_POSITIONS], occupied[MAX_POSITIONS] after the change
 * @input addedSlot, addedKey, addedOccupied of the added slot; addedLots signed 27 bits
 * @input isInserted 1 when the instrument was not held before, 0 when it was or nothing is added
 * @input removedAsset 0 quote, 1 BTC, 2 ETH, 3 stETH; removedAmount E6 or E8
 * @input isCredited 1 when the amount is added to the quote balance instead of taken off
 * @input quoteE6 signed 64 bits, balanceE8[3] 56 bits, before the change
 * @output previousSlot[MAX_POSITIONS] before the change
 * @output previousPageOccupied[pages of 16] whether the page's first slot was occupied
 * @output quoteAfterE6, balanceAfterE8[3] within the same widths
 * @output change the word, 172 bits
 * @parts slot = key + lots * 2 ** 79
 * @assumes (1 - occupied[i]) * key[i] in [0, 1) for i < MAX_POSITIONS
 * @assumes occupied[i + 1] * (1 - occupied[i]) in [0, 1) for i < MAX_POSITIONS - 1
 * @assumes occupied[i + 1] * (key[i + 1] - key[i] - 1) in [0, 2 ** 76) for i < MAX_POSITIONS - 1
 * @assumes addedKey - addedOccupied in [0, 2 ** 76)
 * @assumes addedLots in [0 - 2 ** 26, 2 ** 26)
 * @ensures isMoved in [0, 2)
 * Assumes slots and flags of Slot, in strictly increasing order (SlotOrder), and balances in width.
 * Guarantees that the account after is the account before with the change applied, once, and that
 * the word is the only one of this change. Cost: 5 · MAX_POSITIONS + 174 constraints.
 */
template AccountChange(MAX_POSITIONS) {
    assert(MAX_POSITIONS >= 1 && MAX_POSITIONS <= 64);
    var PAGES = (MAX_POSITIONS + 15) \ 16;
    var EMPTY_SLOT = 2 ** 26 * 2 ** 79;

    signal input {maxbit} slot[MAX_POSITIONS];
    signal input {binary} occupied[MAX_POSITIONS];
    signal input {maxbit} addedSlot;
    signal input {maxbit} addedKey;
    signal input {binary} addedOccupied;
    signal input addedLots;
    signal input isInserted;
    signal input removedAsset;
    signal input removedAmount;
    signal input isCredited;
    signal input quoteE6;
    signal input balanceE8[3];
    signal output {maxbit} previousSlot[MAX_POSITIONS];
    signal output {binary} previousPageOccupied[PAGES];
    signal output quoteAfterE6;
    signal output balanceAfterE8[3];
    signal output change;
    assert(slot.maxbit <= 106 && addedSlot.maxbit <= 106);
    assert(addedKey.maxbit <= 76);
    // A slot of the account after, or the one that step 2 bounds.
    previousSlot.maxbit = 106;

    // 1. The place of the added instrument; none when nothing is added.
    signal isPlace[MAX_POSITIONS];
    signal atPlace[MAX_POSITIONS];
    var places = 0;
    var held = 0;
    for (var i = 0; i < MAX_POSITIONS; i++) {
        // Unique: step 2 proves that the slot has the added key, and keys increase strictly.
        isPlace[i] <-- addedOccupied == 1 && slot[i] % 2 ** 79 == addedKey ? 1 : 0;
        isPlace[i] * (isPlace[i] - 1) === 0;
        places += isPlace[i];
        atPlace[i] <== isPlace[i] * slot[i];
        held += atPlace[i];
    }
    places === addedOccupied;

    // 2. held = addedKey + (lots before + addedLots + 2^26) · 2^79 with lots before in 27 bits: below
    // 2^108 in size, so it holds in the integers, and modulo 2^79 it says that the keys are equal.
    var biasedLotsBefore = (held - addedKey) * (1 / 2 ** 79) - addedLots;
    component lotsBefore = Range(27);
    lotsBefore.in <== biasedLotsBefore;
    _ <== lotsBefore.out;

    // 3. Where the instrument was not held there were no lots of it. With nothing added, held and the
    // lots of step 2 are 0, and the flag too.
    isInserted * (isInserted - 1) === 0;
    isInserted * (lotsBefore.in - 2 ** 26) === 0;

    // 4. Back: an inserted slot is taken out and the later ones move up; else its lots are taken off.
    signal mergedLots <== (1 - isInserted) * addedLots;
    signal isMoved[MAX_POSITIONS];
    signal step[MAX_POSITIONS];
    signal takenLots[MAX_POSITIONS];
    var reached = 0;
    for (var i = 0; i < MAX_POSITIONS; i++) {
        reached += isPlace[i];
        isMoved[i] <== isInserted * reached;
        var next = i + 1 < MAX_POSITIONS ? slot[i + 1] : EMPTY_SLOT;
        step[i] <== isMoved[i] * (next - slot[i]);
        takenLots[i] <== isPlace[i] * mergedLots;
        previousSlot[i] <== slot[i] + step[i] - takenLots[i] * 2 ** 79;
    }
    for (var p = 0; p < PAGES; p++) {
        var next = 16 * p + 1 < MAX_POSITIONS ? occupied[16 * p + 1] : 0;
        previousPageOccupied[p] <== occupied[16 * p] + isMoved[16 * p] * (next - occupied[16 * p]);
    }
    for (var i = 0; i < MAX_POSITIONS; i++) {
        // Of the other slots the flag follows from their order.
        if (i % 16 > 1) {
            _ <== occupied[i];
        }
    }

    // 5. Balances. One range for all: what remains of an asset other than quote is below 2^56 when it
    // is not negative, and quote is compared as the biased number that the leaf holds.
    component asset = Num2Bits(2);
    asset.in <== removedAsset;
    isCredited * (isCredited - 1) === 0;
    isCredited * removedAsset === 0;
    signal leaving <== (1 - 2 * isCredited) * removedAmount;
    signal isThird <== asset.out[0] * asset.out[1];
    var isAsset[3] = [asset.out[0] - isThird, asset.out[1] - isThird, isThird];
    signal biasedQuote <== quoteE6 + 2 ** 63;
    signal taken[3];
    signal other[3];
    var fromAssets = 0;
    var before = biasedQuote;
    for (var c = 0; c < 3; c++) {
        taken[c] <== isAsset[c] * removedAmount;
        other[c] <== isAsset[c] * (balanceE8[c] - biasedQuote);
        balanceAfterE8[c] <== balanceE8[c] - taken[c];
        fromAssets += taken[c];
        before += other[c];
    }
    quoteAfterE6 <== quoteE6 - leaving + fromAssets;
    component remaining = Range(64);
    remaining.in <== before - leaving;
    _ <== remaining.out;

    // 6. The word: nothing moved is 0 taken off quote, and an added slot changes something.
    component amount = Range(63);
    amount.in <== removedAmount;
    _ <== amount.out;
    signal isNothing <== IsZero()(removedAmount);
    isNothing * (removedAsset + 4 * isCredited) === 0;
    signal hasNoLots <== IsZero()(addedLots);
    hasNoLots === 1 - addedOccupied;
    change <== addedSlot + removedAmount * 2 ** 106 + removedAsset * 2 ** 169
        + isCredited * 2 ** 171;
}
