// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/slot-order.circom";
include "ledger/slot.circom";
include "margin/uncovered-options.circom";

// UncoveredOptions on canonical slots in their order, as the statements give them.
template UncoveredSlots(COUNT) {
    signal input underlying[COUNT];
    signal input kind[COUNT];
    signal input expiry[COUNT];
    signal input strikeE4[COUNT];
    signal input lots[COUNT];
    signal input isSettled[COUNT];
    signal output uncoveredLots[COUNT];

    component slot[COUNT];
    component order = SlotOrder(COUNT);
    component uncovered = UncoveredOptions(COUNT);
    for (var i = 0; i < COUNT; i++) {
        slot[i] = Slot();
        slot[i].underlying <== underlying[i];
        slot[i].kind <== kind[i];
        slot[i].expiry <== expiry[i];
        slot[i].strikeE4 <== strikeE4[i];
        slot[i].lots <== lots[i];
        order.key[i] <== slot[i].key;
        order.occupied[i] <== slot[i].occupied;
        _ <== slot[i].packed;
        _ <== slot[i].isNegative;
        uncovered.isPerpetual[i] <== slot[i].isPerpetual;
        uncovered.isFuture[i] <== slot[i].isFuture;
        uncovered.isCall[i] <== slot[i].isCall;
        uncovered.isPut[i] <== slot[i].isPut;
        uncovered.isOpenOption[i] <== (slot[i].isCall + slot[i].isPut) * (1 - isSettled[i]);
    }
    uncovered.underlying <== underlying;
    uncovered.expiry <== expiry;
    uncovered.strikeE4 <== strikeE4;
    uncovered.lots <== lots;
    uncoveredLots <== uncovered.uncoveredLots;
}
