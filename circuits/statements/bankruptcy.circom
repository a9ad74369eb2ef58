// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "ledger/account-word.circom";
include "margin/gross-equity.circom";

/**
 * @title Bankruptcy
 * @notice The deficit of the account at accountIndex is exactly deficitE6 ≥ 1: what its quote balance,
 * collateral at full price and positions at the mark fall short of zero. It gates and caps the
 * insurance draw.
 * @param MAX_POSITIONS 1 … 64
 * @input, @output see the banners; docs/spec.md §6
 * Assumes the snapshot and the parameter set obey their document rules (signers, governance).
 * Guarantees that a witness exists only if the account is bankrupt, and only for its deficit.
 * Cost: 19,614 constraints with 7 positions, 31,254 with 16.
 */
template Bankruptcy(MAX_POSITIONS) {
    // ---- PUBLIC ----
    signal output ledgerRoot;        // hashWords(LEDGER, [accountCount, treeRoot])
    signal output snapshotHash;      // hashWords(SNAPSHOT, …)
    signal output parameterHash;     // hashWords(PARAMETERS, …)
    signal output account;           // index (24) | settlementNonce (32) | owner (160) | state bits (1, 1)
    signal output deficitE6;         // USD E6, at least 1
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
    signal input generalWord;               // parameter words and digests
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorDigest;
    signal input scenarioDigest[2];
    signal input documentWord;

    // 1. Gross equity of the committed account.
    component gross = GrossEquity(MAX_POSITIONS);
    gross.owner <== owner;
    gross.nonce <== nonce;
    gross.frozen <== frozen;
    gross.riskReducingOnly <== riskReducingOnly;
    gross.quoteE6 <== quoteE6;
    gross.balanceE8 <== balanceE8;
    gross.underlying <== underlying;
    gross.kind <== kind;
    gross.expiry <== expiry;
    gross.strikeE4 <== strikeE4;
    gross.lots <== lots;
    gross.leafIndex <== leafIndex;
    gross.accountCount <== accountCount;
    gross.children <== children;
    gross.timeWord <== timeWord;
    gross.underlyingWord <== underlyingWord;
    gross.collateralWord <== collateralWord;
    gross.sliceWord <== sliceWord;
    gross.generalWord <== generalWord;
    gross.concentrationWord <== concentrationWord;
    gross.assetWord <== assetWord;
    gross.volatilityWord <== volatilityWord;
    gross.tenorDigest <== tenorDigest;
    gross.scenarioDigest <== scenarioDigest;
    gross.documentWord <== documentWord;

    component word = AccountWord();
    word.leafIndex <== leafIndex;
    word.nonce <== nonce;
    word.owner <== owner;
    word.frozen <== frozen;
    word.riskReducingOnly <== riskReducingOnly;
    ledgerRoot <== gross.ledgerRoot;
    snapshotHash <== gross.snapshotHash;
    parameterHash <== gross.parameterHash;
    account <== word.account;
    deficitE6 <== -gross.grossEquityE6;

    // 2. deficit ≥ 1: |gross equity| < 2^79, so the range separates the signs.
    component positiveDeficit = Range(79);
    positiveDeficit.in <== deficitE6 - 1;
    _ <== positiveDeficit.out;

    // 3. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
