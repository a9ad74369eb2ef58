// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/account-opening.circom";
include "margin/margin-over-grid.circom";

/**
 * @title SolvencyReceipt
 * @notice Some account of the owner has at least its initial margin over the whole grid, and at least
 * the stated equity. Which account, and every amount, stays private.
 * @param MAX_POSITIONS 1 … 64
 * @input, @output see the banners; docs/spec.md §6
 * Assumes the snapshot and the parameter set obey their document rules (signers, governance).
 * Guarantees that a witness exists only if both hold for an account of this owner.
 * Cost: 58,284 constraints with 4 positions, 128,578 with 16.
 */
template SolvencyReceipt(MAX_POSITIONS) {
    // ---- PUBLIC ----
    signal output ledgerRoot;        // hashWords(LEDGER, [accountCount, treeRoot])
    signal output snapshotHash;      // hashWords(SNAPSHOT, …)
    signal output parameterHash;     // hashWords(PARAMETERS, …)
    signal output owner;             // address
    signal output equityAtLeastE6;   // USD E6, below 2^88
    signal input context;            // keccak256(chain id, contract, action, challenge) mod r

    // ---- PRIVATE ----
    signal input accountOwner;              // address
    signal input statedEquityE6;            // USD E6
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

    // 1. The committed account.
    component opened = AccountOpening(MAX_POSITIONS);
    opened.owner <== accountOwner;
    opened.nonce <== nonce;
    opened.frozen <== frozen;
    opened.riskReducingOnly <== riskReducingOnly;
    opened.quoteE6 <== quoteE6;
    opened.balanceE8 <== balanceE8;
    opened.underlying <== underlying;
    opened.kind <== kind;
    opened.expiry <== expiry;
    opened.strikeE4 <== strikeE4;
    opened.lots <== lots;
    opened.leafIndex <== leafIndex;
    opened.accountCount <== accountCount;
    opened.children <== children;

    // 2. Its margin.
    component margin = MarginOverGrid(MAX_POSITIONS);
    margin.quoteE6 <== quoteE6;
    margin.balanceE8 <== balanceE8;
    margin.underlying <== underlying;
    margin.expiry <== expiry;
    margin.strikeE4 <== strikeE4;
    margin.lots <== lots;
    margin.isPerpetual <== opened.isPerpetual;
    margin.isFuture <== opened.isFuture;
    margin.isCall <== opened.isCall;
    margin.isPut <== opened.isPut;
    margin.isNegative <== opened.isNegative;
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

    // 3. Healthy: |equity| < 2^79 and 0 ≤ IM < 2^96, so a shortfall is far outside the range.
    component surplus = Range(80);
    surplus.in <== margin.equityE6 - margin.initialMarginE6;
    _ <== surplus.out;

    // 4. At least what is stated.
    component stated = Range(88);
    stated.in <== statedEquityE6;
    component beyond = Range(80);
    beyond.in <== margin.equityE6 - stated.out;
    _ <== beyond.out;

    // What the receipt keeps to itself.
    _ <== margin.maintenanceMarginE6;
    _ <== margin.worstScenario[0];
    _ <== margin.worstScenario[1];
    _ <== margin.cureBufferBps;
    _ <== margin.haircutE6;

    ledgerRoot <== opened.ledgerRoot;
    snapshotHash <== margin.snapshotHash;
    parameterHash <== margin.parameterHash;
    owner <== accountOwner;
    equityAtLeastE6 <== stated.out;

    // 5. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
