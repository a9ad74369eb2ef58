// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "arithmetic/select.circom";
include "ledger/account-opening.circom";
include "ledger/market-snapshot.circom";
include "ledger/risk-parameters.circom";
include "margin/asset-terms.circom";
include "margin/collateral-value.circom";
include "margin/mark-value.circom";
include "margin/position-at-mark.circom";

/**
 * @title GrossEquity
 * @notice Equity of an account without haircuts (docs/spec.md §5): quote balance, collateral at its
 * price and positions at the mark. Everything that `bankruptcy` proves but the sign.
 * @param MAX_POSITIONS 1 … 64
 * @input as in AccountOpening, MarketSnapshot and RiskParameters
 * @output ledgerRoot, snapshotHash, parameterHash commitments of what was read
 * @output grossEquityE6 signed, |·| < 2^79
 * Assumes nothing of the prover; of the snapshot and the parameters the document rules.
 * Guarantees the amount, exactly, for the account at leafIndex. Cost: see Bankruptcy.
 */
template GrossEquity(MAX_POSITIONS) {
    // Account.
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
    // Snapshot.
    signal input timeWord;
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    // Parameters.
    signal input generalWord;
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorDigest;
    signal input scenarioDigest[2];
    signal input documentWord;

    signal output ledgerRoot;
    signal output snapshotHash;
    signal output parameterHash;
    signal output grossEquityE6;

    // 1. The account under the ledger root.
    component account = AccountOpening(MAX_POSITIONS);
    account.owner <== owner;
    account.nonce <== nonce;
    account.frozen <== frozen;
    account.riskReducingOnly <== riskReducingOnly;
    account.quoteE6 <== quoteE6;
    account.balanceE8 <== balanceE8;
    account.underlying <== underlying;
    account.kind <== kind;
    account.expiry <== expiry;
    account.strikeE4 <== strikeE4;
    account.lots <== lots;
    account.leafIndex <== leafIndex;
    account.accountCount <== accountCount;
    account.children <== children;
    ledgerRoot <== account.ledgerRoot;

    // 2. The market under the snapshot hash.
    component market = MarketSnapshot();
    market.timeWord <== timeWord;
    market.underlyingWord <== underlyingWord;
    market.collateralWord <== collateralWord;
    market.sliceWord <== sliceWord;
    snapshotHash <== market.snapshotHash;
    for (var u = 0; u < 2; u++) {
        _ <== market.depthQuote[u];
        _ <== market.confidenceQ10[u];
    }
    _ <== market.indexTime;

    // 3. The parameters under their hash; of them only the underlying of each asset is read.
    component parameters = RiskParameters();
    parameters.generalWord <== generalWord;
    parameters.concentrationWord <== concentrationWord;
    parameters.assetWord <== assetWord;
    parameters.volatilityWord <== volatilityWord;
    parameters.tenorDigest <== tenorDigest;
    parameters.scenarioDigest <== scenarioDigest;
    parameters.documentWord <== documentWord;
    parameterHash <== parameters.parameterHash;

    // 4. Positions at the mark.
    component position[MAX_POSITIONS];
    component mark = MarkValue(MAX_POSITIONS);
    for (var i = 0; i < MAX_POSITIONS; i++) {
        position[i] = PositionAtMark();
        position[i].underlying <== underlying[i];
        position[i].expiry <== expiry[i];
        position[i].strikeE4 <== strikeE4[i];
        position[i].isPerpetual <== account.isPerpetual[i];
        position[i].isFuture <== account.isFuture[i];
        position[i].isCall <== account.isCall[i];
        position[i].isPut <== account.isPut[i];
        position[i].time <== market.time;
        position[i].indexE4 <== market.indexE4;
        position[i].perpetualMarkE4 <== market.perpetualMarkE4;
        position[i].sliceWord <== sliceWord;
        mark.lots[i] <== lots[i];
        mark.markE4Q128[i] <== position[i].markE4Q128;
        // The sign matters to the contingencies of the maintenance margin only.
        _ <== account.isNegative[i];
    }

    // 5. Collateral before haircuts.
    component terms[3];
    component value[3];
    var collateral = 0;
    for (var c = 0; c < 3; c++) {
        terms[c] = AssetTerms();
        terms[c].assetWord <== assetWord[c];
        for (var j = 0; j < 3; j++) {
            _ <== terms[c].thresholdQuote[j];
        }
        for (var j = 0; j < 4; j++) {
            _ <== terms[c].haircutBps[j];
        }
        _ <== terms[c].imExtraBps;
        value[c] = CollateralValue();
        value[c].indexE4 <== Select()(terms[c].underlying, market.indexE4[0], market.indexE4[1]);
        value[c].marketPriceE4 <== market.collateralPriceE4[c];
        value[c].redemptionRateQ30 <== market.redemptionRateQ30[c];
        value[c].balanceE8 <== balanceE8[c];
        _ <== Range(57)(value[c].wholeQuote);
        collateral += value[c].wholeQuote * 10 ** 6 + value[c].fractionE6;
    }

    // 6. Total.
    grossEquityE6 <== quoteE6 + collateral + mark.valueE6;
}
