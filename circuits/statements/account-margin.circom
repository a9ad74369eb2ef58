// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/account-word.circom";
include "ledger/changed-account.circom";
include "margin/margin-over-grid.circom";

/**
 * @title AccountMargin
 * @notice Exact equity, margins and worst scenarios of the account at accountIndex after the stated
 * change, over the whole grid: a health certificate, the cure of a liquidation, a gate of withdrawals.
 * @param MAX_POSITIONS 1 … 64, counted after the change
 * @input, @output see the banners; docs/spec.md §6
 * Assumes the snapshot and the parameter set obey their document rules (signers, governance).
 * Guarantees that there is one witness for every account and every change that it can bear, and that
 * its outputs are the only ones.
 * Cost: 58,342 constraints with 4 positions, 128,696 with 16.
 */
template AccountMargin(MAX_POSITIONS) {
    // ---- PUBLIC ----
    signal output ledgerRoot;        // hashWords(LEDGER, [accountCount, treeRoot])
    signal output snapshotHash;      // hashWords(SNAPSHOT, …)
    signal output parameterHash;     // hashWords(PARAMETERS, …)
    signal output account;           // index (24) | settlementNonce (32) | owner (160) | state bits (1, 1)
    signal output equityE6;          // USD E6, signed
    signal output margins;           // MM E6 (96) | IM E6 (96) | worst ids (6, 6) | cureBufferBps (16)
    signal output change;            // slot (106) | amount (63) | asset (2) | credited (1) | haircutE6 (80)
    signal input context;            // keccak256(chain id, contract, action, beneficiary) mod r

    // ---- PRIVATE ----
    signal input owner;                     // address
    signal input nonce;                     // settlement nonce
    signal input frozen;                    // state bits
    signal input riskReducingOnly;
    signal input quoteE6;                   // USD E6, signed, before the change
    signal input balanceE8[3];              // BTC, ETH, stETH, before the change
    signal input underlying[MAX_POSITIONS]; // 0 BTC, 1 ETH; positions after the change
    signal input kind[MAX_POSITIONS];       // 0 empty, 1 perpetual, 3 future, 5 call, 7 put
    signal input expiry[MAX_POSITIONS];     // unix seconds
    signal input strikeE4[MAX_POSITIONS];   // USD per contract, E4
    signal input lots[MAX_POSITIONS];       // 1/100 contract, signed
    signal input addedUnderlying;           // the added slot, all 0 when nothing is added
    signal input addedKind;
    signal input addedExpiry;
    signal input addedStrikeE4;
    signal input addedLots;
    signal input isInserted;                // 1 when the added instrument was not held
    signal input removedAsset;              // 0 quote, 1 BTC, 2 ETH, 3 stETH
    signal input removedAmount;             // E6 or E8
    signal input isCredited;                // 1 when it is added to the quote balance instead
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

    // 1. The committed account, changed.
    component opened = ChangedAccount(MAX_POSITIONS);
    opened.owner <== owner;
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
    opened.addedUnderlying <== addedUnderlying;
    opened.addedKind <== addedKind;
    opened.addedExpiry <== addedExpiry;
    opened.addedStrikeE4 <== addedStrikeE4;
    opened.addedLots <== addedLots;
    opened.isInserted <== isInserted;
    opened.removedAsset <== removedAsset;
    opened.removedAmount <== removedAmount;
    opened.isCredited <== isCredited;
    opened.leafIndex <== leafIndex;
    opened.accountCount <== accountCount;
    opened.children <== children;

    // 2. Its margin.
    component margin = MarginOverGrid(MAX_POSITIONS);
    margin.quoteE6 <== opened.quoteAfterE6;
    margin.balanceE8 <== opened.balanceAfterE8;
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

    // 3. Outputs. Every limb has its range: the index by its digits, the rest of the account in the
    // leaf, the others by their tags.
    component word = AccountWord();
    word.leafIndex <== leafIndex;
    word.nonce <== nonce;
    word.owner <== owner;
    word.frozen <== frozen;
    word.riskReducingOnly <== riskReducingOnly;
    ledgerRoot <== opened.ledgerRoot;
    snapshotHash <== margin.snapshotHash;
    parameterHash <== margin.parameterHash;
    account <== word.account;
    equityE6 <== margin.equityE6;
    margins <== margin.maintenanceMarginE6 + margin.initialMarginE6 * 2 ** 96
        + margin.worstScenario[0] * 2 ** 192 + margin.worstScenario[1] * 2 ** 198
        + margin.cureBufferBps * 2 ** 204;
    change <== opened.change + margin.haircutE6 * 2 ** 172;

    // 4. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
