// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/account-leaf.circom";
include "ledger/ledger-path.circom";
include "ledger/slot-order.circom";
include "ledger/slot.circom";

/**
 * @title AccountOpening
 * @notice Opens one account under the ledger root: its balances and positions are those committed.
 * @param MAX_POSITIONS 1 … 64
 * @input owner, nonce, frozen, riskReducingOnly, quoteE6, balanceE8[3] as in AccountLeaf
 * @input underlying, kind, expiry, strikeE4, lots [MAX_POSITIONS] as in Slot; empty slots all 0
 * @input leafIndex, accountCount, children[12][4] as in LedgerPath
 * @output ledgerRoot
 * @output isPerpetual, isFuture, isCall, isPut, isNegative [MAX_POSITIONS] flags of Slot
 * Assumes nothing. Guarantees that every input but the children is the committed one and canonical.
 * Cost: 4,941 constraints + 415 per page of 16 + 189 per slot (7 positions: 6,601).
 */
template AccountOpening(MAX_POSITIONS) {
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
    signal input leafIndex;
    signal input accountCount;
    signal input children[12][4];
    signal output ledgerRoot;
    signal output {binary} isPerpetual[MAX_POSITIONS];
    signal output {binary} isFuture[MAX_POSITIONS];
    signal output {binary} isCall[MAX_POSITIONS];
    signal output {binary} isPut[MAX_POSITIONS];
    signal output {binary} isNegative[MAX_POSITIONS];

    // 1. Slots.
    component slot[MAX_POSITIONS];
    component order = SlotOrder(MAX_POSITIONS);
    component account = AccountLeaf(MAX_POSITIONS);
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
        account.slot[i] <== slot[i].packed;
        order.key[i] <== slot[i].key;
        order.occupied[i] <== slot[i].occupied;
        if (i % 16 == 0) {
            account.pageOccupied[i \ 16] <== slot[i].occupied;
        }
    }

    // 2. Leaf.
    account.owner <== owner;
    account.nonce <== nonce;
    account.frozen <== frozen;
    account.riskReducingOnly <== riskReducingOnly;
    account.quoteE6 <== quoteE6;
    account.balanceE8 <== balanceE8;

    // 3. Path.
    component path = LedgerPath(12);
    path.leaf <== account.leaf;
    path.leafIndex <== leafIndex;
    path.accountCount <== accountCount;
    path.children <== children;
    ledgerRoot <== path.ledgerRoot;
}
