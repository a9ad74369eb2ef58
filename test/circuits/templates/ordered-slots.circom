// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/slot.circom";
include "ledger/slot-order.circom";

// Slots in the order of an account: the tags of SlotOrder's inputs come from Slot.
template OrderedSlots(SLOTS) {
    signal input underlying[SLOTS];
    signal input kind[SLOTS];
    signal input expiry[SLOTS];
    signal input strikeE4[SLOTS];
    signal input lots[SLOTS];
    signal output packed[SLOTS];

    component slot[SLOTS];
    component order = SlotOrder(SLOTS);
    for (var i = 0; i < SLOTS; i++) {
        slot[i] = Slot();
        slot[i].underlying <== underlying[i];
        slot[i].kind <== kind[i];
        slot[i].expiry <== expiry[i];
        slot[i].strikeE4 <== strikeE4[i];
        slot[i].lots <== lots[i];
        order.key[i] <== slot[i].key;
        order.occupied[i] <== slot[i].occupied;
        packed[i] <== slot[i].packed;
        _ <== slot[i].isPerpetual;
        _ <== slot[i].isFuture;
        _ <== slot[i].isCall;
        _ <== slot[i].isPut;
        _ <== slot[i].isNegative;
    }
}
