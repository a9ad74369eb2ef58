// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";

/**
 * @title RiskParameters
 * @notice Commitment to a parameter set (docs/spec.md §2.5) from its top-level words and digests. The
 * words are hashed as they are; whoever reads one unpacks it.
 * @input generalWord G
 * @input concentrationWord K
 * @input assetWord[3] A_c of BTC, ETH, stETH
 * @input volatilityWord[2] V_u
 * @input tenorDigest, scenarioDigest[2] of TenorTable and ScenarioOpening, or as published
 * @input documentWord D, binds what no circuit reads
 * @output parameterHash the commitment
 * Assumes nothing. Guarantees the words are the only ones under parameterHash.
 * Cost: 501 constraints.
 */
template RiskParameters() {
    signal input generalWord;
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorDigest;
    signal input scenarioDigest[2];
    signal input documentWord;
    signal output parameterHash;

    parameterHash <== HashWords(TAG_PARAMETERS(), 11)([
        generalWord, concentrationWord,
        assetWord[0], assetWord[1], assetWord[2],
        volatilityWord[0], volatilityWord[1],
        tenorDigest, scenarioDigest[0], scenarioDigest[1],
        documentWord
    ]);
}
