// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/eddsaposeidon.circom";
include "arithmetic/select.circom";
include "ledger/hash-words.circom";
include "oracle/oracle-tags.circom";

/**
 * @title SignedReport
 * @notice What a source says, under its signature (EdDSA over BabyJubJub with Poseidon, as circomlib
 * has it) of hashWords(REPORT, [venue, timeWord, valueWord]), docs/spec.md §6.
 * @input isIncluded 0 where the source is absent: then nothing is signed, and the words say nothing
 * @input key[2] of the source
 * @input venue whom the report is for
 * @input timeWord, valueWord what it says
 * @input signature[3] R8x, R8y, S; on the curve, as every point here, also where nothing is signed
 * Assumes a boolean isIncluded, and that whoever committed to the key took it from its holder.
 * Guarantees that an included report was signed by the key for this venue. circomlib checks neither
 * point to be on the curve, and its formulas mean nothing off it: both are checked here, an absent
 * source's key (which may be none) being replaced by the base point. On the curve its Montgomery
 * additions never meet two points of one abscissa: 8A has the subgroup's prime order (8A = O is
 * refused), and within a segment of 148 bits no two of the multiples that are added are equal or
 * opposite.
 * Cost: 4,500 constraints.
 */
template SignedReport() {
    signal input isIncluded;
    signal input key[2];
    signal input venue;
    signal input timeWord;
    signal input valueWord;
    signal input signature[3];

    // 1. Points.
    var BASE[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    component point[2];
    for (var i = 0; i < 2; i++) {
        point[i] = Select();
        point[i].choose <== isIncluded;
        point[i].ifZero <== BASE[i];
        point[i].ifOne <== key[i];
    }
    component keyOnCurve = BabyCheck();
    keyOnCurve.x <== point[0].out;
    keyOnCurve.y <== point[1].out;
    component nonceOnCurve = BabyCheck();
    nonceOnCurve.x <== signature[0];
    nonceOnCurve.y <== signature[1];

    // 2. What was signed.
    component report = HashWords(TAG_REPORT(), 3);
    report.word[0] <== venue;
    report.word[1] <== timeWord;
    report.word[2] <== valueWord;

    // 3. The signature.
    component verifier = EdDSAPoseidonVerifier();
    verifier.enabled <== isIncluded;
    verifier.Ax <== point[0].out;
    verifier.Ay <== point[1].out;
    verifier.R8x <== signature[0];
    verifier.R8y <== signature[1];
    verifier.S <== signature[2];
    verifier.M <== report.hash;
}
