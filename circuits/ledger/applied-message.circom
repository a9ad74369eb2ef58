// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "ledger/unpack-word.circom";

/**
 * @title AppliedMessage
 * @notice What a message makes of an account (docs/spec.md §7): of the leaf's two words that are not
 * pages, and what the message's outcome is. Total: one outcome for every account and every message.
 * @input identityWord owner (160) | settlementNonce (32) | frozen (1) | riskReducingOnly (1)
 * @input balancesWord quote (64 biased) | other balances (168)
 * @input isPresent 1 when the account exists; when it does not, nothing is applied
 * @input isFreeze, isTakeover, isRestriction, isDeposit at most one is 1; with none it is an unfreeze
 * @input messageNonce, amountE6 32 and 64 bits; messageAddress any field element
 * @output nextIdentityWord, nextBalancesWord what stands in the leaf afterwards
 * @output appliedE6 what the quote balance rose by; isApplied
 * Assumes flags and widths of MessageFields. Guarantees messageAddress < 2^160, and the outputs are the
 * only ones that belong to the inputs: both words are split uniquely, being range-checked whole.
 * Cost: 668 constraints.
 */
template AppliedMessage() {
    signal input identityWord;
    signal input balancesWord;
    signal input {binary} isPresent;
    signal input {binary} isFreeze;
    signal input {binary} isTakeover;
    signal input {binary} isRestriction;
    signal input {binary} isDeposit;
    signal input messageNonce;
    signal input amountE6;
    signal input messageAddress;
    signal output nextIdentityWord;
    signal output nextBalancesWord;
    signal output appliedE6;
    signal output {binary} isApplied;

    // 1. The words' fields; what the message does not touch stays packed.
    component identity = UnpackWord(4, [160, 32, 1, 1]);
    identity.word <== identityWord;
    var owner = identity.field[0];
    var nonce = identity.field[1];
    var frozen = identity.field[2];
    var riskReducingOnly = identity.field[3];
    component balances = UnpackWord(2, [64, 168]);
    balances.word <== balancesWord;
    var quote = balances.field[0];
    _ <== balances.field[1];
    component addressRange = Range(160);
    addressRange.in <== messageAddress;
    _ <== addressRange.out;

    // 2. Applied where the account exists and has the nonce; a frozen one takes no deposit.
    signal hasNonce <== IsEqual()([nonce, messageNonce]);
    signal isAddressed <== isPresent * hasNonce;
    signal isBlocked <== isDeposit * frozen;
    isApplied <== isAddressed * (1 - isBlocked);

    // 3. The credit saturates at the top of the quote balance, so that no message can fail. The sum is
    // below 2^65, and its top bit says that it does not fit.
    signal isCredit <== isApplied * (1 - isFreeze - isRestriction);
    signal credit <== isCredit * amountE6;
    component sum = Num2Bits(65);
    sum.in <== quote + credit;
    for (var i = 0; i < 64; i++) {
        _ <== sum.out[i];
    }
    signal excess <== sum.out[64] * (quote + credit - (2 ** 64 - 1));
    appliedE6 <== credit - excess;
    nextBalancesWord <== balancesWord + appliedE6;

    // 4. A takeover changes the owner and raises the nonce, which wraps: 2^32 takeovers of one account do
    // not happen, and a carry would reach the bit beside it.
    signal isTaken <== isApplied * isTakeover;
    signal isLastNonce <== IsEqual()([nonce, 2 ** 32 - 1]);
    signal isWrapped <== isTaken * isLastNonce;
    signal ownerChange <== isTaken * (messageAddress - owner);

    // 5. A freeze sets its bit and leaves the other, a restriction likewise; an unfreeze and a takeover
    // clear both. A deposit touches neither: where one is applied, the account is not frozen.
    signal staysFrozen <== isRestriction * frozen;
    signal frozenChange <== isApplied * (isFreeze + staysFrozen - frozen);
    signal staysRestricted <== (isFreeze + isDeposit) * riskReducingOnly;
    signal riskReducingOnlyChange <== isApplied * (isRestriction + staysRestricted - riskReducingOnly);
    nextIdentityWord <== identityWord + ownerChange
        + (isTaken - 2 ** 32 * isWrapped) * 2 ** 160
        + frozenChange * 2 ** 192
        + riskReducingOnlyChange * 2 ** 193;
}
