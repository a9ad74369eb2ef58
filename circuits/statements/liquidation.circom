// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/account-word.circom";
include "margin/amounts-word.circom";
include "margin/margin-at-scenarios.circom";

/**
 * @title Liquidation
 * @notice The account at accountIndex is below its maintenance requirement: exhibits one scenario per
 * underlying whose loss already exceeds what its equity covers. Any one scenario bounds the maximum
 * from below, so requirementE6 is at most MM, and equityE6 < requirementE6 ≤ MM.
 * @param MAX_POSITIONS 1 … 64
 * @input, @output see the banners; docs/spec.md §6
 * Assumes the snapshot and the parameter set obey their document rules (signers, governance).
 * Guarantees that a witness exists only if the account is liquidatable on these commitments.
 * Cost: 31,655 constraints with 7 positions, 50,896 with 16.
 */
template Liquidation(MAX_POSITIONS) {
    // ---- PUBLIC ----
    signal output ledgerRoot;        // hashWords(LEDGER, [accountCount, treeRoot])
    signal output snapshotHash;      // hashWords(SNAPSHOT, …)
    signal output parameterHash;     // hashWords(PARAMETERS, …)
    signal output account;           // index (24) | settlementNonce (32) | owner (160) | state bits (1, 1)
    signal output amounts;           // equityE6 + 2^79 (80 bits) | requirementE6 (96), USD E6
    signal input context;            // keccak256(chain id, contract, action, beneficiary) mod r

    // ---- PRIVATE ----
    signal input owner;                     // address
    signal input nonce;                     // settlement nonce
    signal input frozen;                    // state bits
    signal input riskReducingOnly;
    signal input quoteE6;                   // USD E6, signed
    signal input balanceE8[3];              // BTC, ETH, stETH
    signal input underlying[MAX_POSITIONS]; // 0 BTC, 1 ETH
    signal input kind[MAX_POSITIONS];       // 0 empty, 1 perpetual, 3 future, 5 call, 7 put
    signal input expiry[MAX_POSITIONS];     // unix seconds
    signal input strikeE4[MAX_POSITIONS];   // USD per contract, E4
    signal input lots[MAX_POSITIONS];       // 1/100 contract, signed
    signal input leafIndex;
    signal input accountCount;
    signal input children[12][4];           // of every node on the path
    signal input timeWord;                  // snapshot words
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    signal input generalWord;               // parameter words
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input documentWord;
    signal input scenarioId[2];             // exhibited, 0 … 32 each

    // 1. Equity and requirement of the committed account.
    component margin = MarginAtScenarios(MAX_POSITIONS);
    margin.owner <== owner;
    margin.nonce <== nonce;
    margin.frozen <== frozen;
    margin.riskReducingOnly <== riskReducingOnly;
    margin.quoteE6 <== quoteE6;
    margin.balanceE8 <== balanceE8;
    margin.underlying <== underlying;
    margin.kind <== kind;
    margin.expiry <== expiry;
    margin.strikeE4 <== strikeE4;
    margin.lots <== lots;
    margin.leafIndex <== leafIndex;
    margin.accountCount <== accountCount;
    margin.children <== children;
    margin.timeWord <== timeWord;
    margin.underlyingWord <== underlyingWord;
    margin.collateralWord <== collateralWord;
    margin.sliceWord <== sliceWord;
    margin.generalWord <== generalWord;
    margin.concentrationWord <== concentrationWord;
    margin.assetWord <== assetWord;
    margin.volatilityWord <== volatilityWord;
    margin.tenorWord <== tenorWord;
    margin.scenarioWord <== scenarioWord;
    margin.documentWord <== documentWord;
    margin.scenarioId <== scenarioId;

    component word = AccountWord();
    word.leafIndex <== leafIndex;
    word.nonce <== nonce;
    word.owner <== owner;
    word.frozen <== frozen;
    word.riskReducingOnly <== riskReducingOnly;
    ledgerRoot <== margin.ledgerRoot;
    snapshotHash <== margin.snapshotHash;
    parameterHash <== margin.parameterHash;
    account <== word.account;

    // 2. Both amounts in one word, each range-checked first. It bounds requirementE6, as Requirement wants of
    // its caller; |equity| < 2^79 and the true requirement is below 2^88, so no honest amount is refused.
    component amountsWord = AmountsWord();
    amountsWord.equityE6 <== margin.equityE6;
    amountsWord.requirementE6 <== margin.requirementE6;
    amounts <== amountsWord.amounts;

    // 3. equity < requirement: the difference minus one is in [0, 2^89) exactly when the inequality is strict.
    component shortfall = Range(89);
    shortfall.in <== margin.requirementE6 - margin.equityE6 - 1;
    _ <== shortfall.out;

    // 4. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
