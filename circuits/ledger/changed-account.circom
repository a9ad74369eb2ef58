// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/account-change.circom";
include "ledger/account-leaf.circom";
include "ledger/ledger-path.circom";
include "ledger/slot-order.circom";
include "ledger/slot.circom";

/**
 * @title ChangedAccount
 * @notice Opens one account under the ledger root and applies a change to it (docs/spec.md §6).
 * @param MAX_POSITIONS 1 … 64, counted after the change
 * @input owner, nonce, frozen, riskReducingOnly, quoteE6, balanceE8[3] as in AccountLeaf, before the change
 * @input underlying, kind, expiry, strikeE4, lots [MAX_POSITIONS] as in Slot, after the change
 * @input addedUnderlying, addedKind, addedExpiry, addedStrikeE4, addedLots the added slot
 * @input isInserted, removedAsset, removedAmount, isCredited as in AccountChange
 * @input leafIndex, accountCount, children[12][4] as in LedgerPath
 * @output ledgerRoot of the ledger with the account before the change
 * @output change the word
 * @output quoteAfterE6, balanceAfterE8[3]
 * @output isPerpetual, isFuture, isCall, isPut, isNegative [MAX_POSITIONS] flags of Slot
 * Assumes nothing. Guarantees that the outputs and the slots are those of the committed account after
 * the change of that word.
 * Cost: 6,334 constraints with 4 positions, 8,680 with 16.
 */
template ChangedAccount(MAX_POSITIONS) {
    signal input owner;
    signal input nonce;
    signal input frozen;
    signal input riskReducingOnly;
    signal input quoteE6;
    signal input balanceE8[3];
    signal input underlying[MAX_POSITIONS];
    signal input kind[MAX_POSITIONS];
    signal input expiry[MAX_POSITIONS];
    signal input strikeE4[MAX_POSITIONS];
    signal input lots[MAX_POSITIONS];
    signal input addedUnderlying;
    signal input addedKind;
    signal input addedExpiry;
    signal input addedStrikeE4;
    signal input addedLots;
    signal input isInserted;
    signal input removedAsset;
    signal input removedAmount;
    signal input isCredited;
    signal input leafIndex;
    signal input accountCount;
    signal input children[12][4];
    signal output ledgerRoot;
    signal output change;
    signal output quoteAfterE6;
    signal output balanceAfterE8[3];
    signal output {binary} isPerpetual[MAX_POSITIONS];
    signal output {binary} isFuture[MAX_POSITIONS];
    signal output {binary} isCall[MAX_POSITIONS];
    signal output {binary} isPut[MAX_POSITIONS];
    signal output {binary} isNegative[MAX_POSITIONS];

    // 1. Slots after the change, in order.
    component slot[MAX_POSITIONS];
    component order = SlotOrder(MAX_POSITIONS);
    component changing = AccountChange(MAX_POSITIONS);
    for (var i = 0; i < MAX_POSITIONS; i++) {
        slot[i] = Slot();
        slot[i].underlying <== underlying[i];
        slot[i].kind <== kind[i];
        slot[i].expiry <== expiry[i];
        slot[i].strikeE4 <== strikeE4[i];
        slot[i].lots <== lots[i];
        isPerpetual[i] <== slot[i].isPerpetual;
        isFuture[i] <== slot[i].isFuture;
        isCall[i] <== slot[i].isCall;
        isPut[i] <== slot[i].isPut;
        isNegative[i] <== slot[i].isNegative;
        order.key[i] <== slot[i].key;
        order.occupied[i] <== slot[i].occupied;
        changing.slot[i] <== slot[i].packed;
        changing.occupied[i] <== slot[i].occupied;
    }

    // 2. The change, undone.
    component added = Slot();
    added.underlying <== addedUnderlying;
    added.kind <== addedKind;
    added.expiry <== addedExpiry;
    added.strikeE4 <== addedStrikeE4;
    added.lots <== addedLots;
    _ <== added.isPerpetual;
    _ <== added.isFuture;
    _ <== added.isCall;
    _ <== added.isPut;
    _ <== added.isNegative;
    changing.addedSlot <== added.packed;
    changing.addedKey <== added.key;
    changing.addedOccupied <== added.occupied;
    changing.addedLots <== addedLots;
    changing.isInserted <== isInserted;
    changing.removedAsset <== removedAsset;
    changing.removedAmount <== removedAmount;
    changing.isCredited <== isCredited;
    changing.quoteE6 <== quoteE6;
    changing.balanceE8 <== balanceE8;
    change <== changing.change;
    quoteAfterE6 <== changing.quoteAfterE6;
    balanceAfterE8 <== changing.balanceAfterE8;

    // 3. The leaf of the account before it.
    component account = AccountLeaf(MAX_POSITIONS);
    account.owner <== owner;
    account.nonce <== nonce;
    account.frozen <== frozen;
    account.riskReducingOnly <== riskReducingOnly;
    account.quoteE6 <== quoteE6;
    account.balanceE8 <== balanceE8;
    account.slot <== changing.previousSlot;
    account.pageOccupied <== changing.previousPageOccupied;

    // 4. Path.
    component path = LedgerPath(12);
    path.leaf <== account.leaf;
    path.leafIndex <== leafIndex;
    path.accountCount <== accountCount;
    path.children <== children;
    ledgerRoot <== path.ledgerRoot;
}
