// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "ledger/applied-message.circom";
include "ledger/hash-words.circom";
include "ledger/leaf-update.circom";
include "ledger/message-fields.circom";

/**
 * @title Takeover
 * @notice The ledger under nextLedgerRoot is the one under previousLedgerRoot with one inbox message
 * applied: one leaf changes as the message says and nothing else in the tree. By it anybody applies the
 * engine's messages when the sequencer does not. Positions stay behind their pages' hashes: the size of
 * the account does not matter.
 * @input, @output see the banners; docs/spec.md §6 and §7
 * Assumes a previous root of a ledger: every leaf below the count is an account's, every other is 0.
 * Guarantees that for every such root and every message of a kind that MessageFields knows there is
 * exactly one next root and one outcome with a witness. Who is not addressed (another nonce, an account
 * that does not exist, a deposit to a frozen account) leaves the root as it is, with outcome 0.
 * Cost: 9,809 constraints.
 */
template Takeover() {
    // ---- PUBLIC ----
    signal output previousLedgerRoot; // hashWords(LEDGER, [accountCount, treeRoot])
    signal output nextLedgerRoot;     // the same with the message applied
    signal output consumed;           // message (128) | appliedE6 (64) | isApplied (1)
    signal output messageAddress;     // second word of the message
    signal input context;             // keccak256(chain id, contract, action, beneficiary) mod r

    // ---- PRIVATE ----
    signal input messageWord;         // kind (8) | accountIndex (24) | settlementNonce (32) | amountE6 (64)
    signal input addressWord;
    signal input identityWord;        // of the leaf before
    signal input balancesWord;
    signal input page[4];             // hashes of the positions, or 0
    signal input accountCount;
    signal input children[12][4];     // of every node on the path, before

    // 1. The message.
    component fields = MessageFields();
    fields.word <== messageWord;

    // 2. Whether the account exists. Below 2^25 when 0 ≤ accountCount ≤ 2^24, and the top bit tells the
    // sign of accountCount − 1 − accountIndex.
    component presence = Num2Bits(25);
    presence.in <== accountCount - 1 - fields.accountIndex + 2 ** 24;
    for (var i = 0; i < 24; i++) {
        _ <== presence.out[i];
    }
    signal {binary} isPresent <== presence.out[24];

    // 3. The account's words after it.
    component applied = AppliedMessage();
    applied.identityWord <== identityWord;
    applied.balancesWord <== balancesWord;
    applied.isPresent <== isPresent;
    applied.isFreeze <== fields.isFreeze;
    applied.isTakeover <== fields.isTakeover;
    applied.isRestriction <== fields.isRestriction;
    applied.isDeposit <== fields.isDeposit;
    applied.messageNonce <== fields.settlementNonce;
    applied.amountE6 <== fields.amountE6;
    applied.messageAddress <== addressWord;

    // 4. Both leaves; where no account is, the leaf is 0 before and after.
    component previousLeaf = HashWords(TAG_ACCOUNT(), 6);
    component nextLeaf = HashWords(TAG_ACCOUNT(), 6);
    previousLeaf.word[0] <== identityWord;
    previousLeaf.word[1] <== balancesWord;
    nextLeaf.word[0] <== applied.nextIdentityWord;
    nextLeaf.word[1] <== applied.nextBalancesWord;
    for (var p = 0; p < 4; p++) {
        previousLeaf.word[2 + p] <== page[p];
        nextLeaf.word[2 + p] <== page[p];
    }

    // 5. Both roots.
    component update = LeafUpdate(12);
    update.previousLeaf <== isPresent * previousLeaf.hash;
    update.nextLeaf <== isPresent * nextLeaf.hash;
    update.indexBit <== fields.indexBit;
    update.accountCount <== accountCount;
    update.children <== children;

    previousLedgerRoot <== update.previousLedgerRoot;
    nextLedgerRoot <== update.nextLedgerRoot;
    consumed <== messageWord + applied.appliedE6 * 2 ** 128 + applied.isApplied * 2 ** 192;
    messageAddress <== addressWord;

    // 6. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
