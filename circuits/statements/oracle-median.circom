// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "arithmetic/range.circom";
include "ledger/hash-words.circom";
include "ledger/market-snapshot.circom";
include "ledger/unpack-word.circom";
include "oracle/fresh-report.circom";
include "oracle/median-floor.circom";
include "oracle/oracle-tags.circom";
include "oracle/signed-report.circom";

/**
 * @title OracleMedian
 * @notice The headline numbers of a snapshot (index prices, perpetual marks, redemption rates) are the
 * medians of what at least three sources of a committed set reported for its very minute.
 * @input, @output see the banners; docs/spec.md §6
 * Assumes that the set's keys are their holders'. Guarantees that every included source signed one
 * report for this venue and this snapshot's time, none older in any component than the source's own
 * rule, and that the snapshot states its components to be no younger than the oldest of them. Which
 * sources are included is public: whoever acts on a proof says whom it may leave out.
 * Cost: 32,161 constraints.
 */
template OracleMedian() {
    var SOURCES = 5;
    var NUMBERS = 7;
    var LEAST = 3;

    // ---- PUBLIC ----
    signal output snapshotHash; // of the snapshot whose words are opened here
    signal output sourcesHash;  // hashWords(SOURCES, keyX₀, keyY₀, rule₀ … keyX₄, keyY₄, rule₄)
    signal output headlines;    // index (38) × 2 | perpetual (40) × 2 | redemption rate (32) × 3
    signal output times;        // time (32) | index | perpetual | collateral time (32) | included (5)
    signal input venue;         // keccak256(chain id, contract, tag) mod r: what every report names

    // ---- PRIVATE ----
    signal input timeWord;          // of the snapshot
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    signal input key[SOURCES][2];
    signal input ruleWord[SOURCES];  // oldest index, perpetual, collateral in seconds (16 each)
    signal input isIncluded[SOURCES];
    signal input reportTimeWord[SOURCES];  // time (32) | age of index | perpetual | collateral (16 each)
    signal input reportValueWord[SOURCES]; // as headlines
    signal input signature[SOURCES][3];
    signal input lower[NUMBERS];     // the middle two of what was reported
    signal input upper[NUMBERS];

    // 1. The snapshot, its times and its headline numbers.
    component snapshot = MarketSnapshot();
    snapshot.timeWord <== timeWord;
    snapshot.underlyingWord <== underlyingWord;
    snapshot.collateralWord <== collateralWord;
    snapshot.sliceWord <== sliceWord;
    _ <== snapshot.time;
    _ <== snapshot.indexTime;
    _ <== snapshot.confidenceQ10;
    _ <== snapshot.depthQuote;
    _ <== snapshot.collateralPriceE4;
    component clock = UnpackWord(7, [32, 32, 32, 32, 32, 32, 32]);
    clock.word <== timeWord;
    var COMPONENT[3] = [1, 2, 5];
    component claimedAge[3];
    for (var c = 0; c < 3; c++) {
        claimedAge[c] = Range(16);
        claimedAge[c].in <== clock.field[0] - clock.field[COMPONENT[c]];
    }
    _ <== clock.field[3];
    _ <== clock.field[4];
    _ <== clock.field[6];
    var number[NUMBERS] = [
        snapshot.indexE4[0],
        snapshot.indexE4[1],
        snapshot.perpetualMarkE4[0],
        snapshot.perpetualMarkE4[1],
        snapshot.redemptionRateQ30[0],
        snapshot.redemptionRateQ30[1],
        snapshot.redemptionRateQ30[2]
    ];

    // 2. The sources.
    component sources = HashWords(TAG_SOURCES(), 3 * SOURCES);
    var counted = 0;
    for (var i = 0; i < SOURCES; i++) {
        sources.word[3 * i] <== key[i][0];
        sources.word[3 * i + 1] <== key[i][1];
        sources.word[3 * i + 2] <== ruleWord[i];
        isIncluded[i] * (isIncluded[i] - 1) === 0;
        counted += isIncluded[i];
    }

    // 3. At least three, and none of them twice: one that stands in two places of the set counts once.
    component enough = Num2Bits(2);
    enough.in <== counted - LEAST;
    for (var b = 0; b < 2; b++) {
        _ <== enough.out[b];
    }
    component twin[SOURCES][SOURCES];
    signal both[SOURCES * (SOURCES - 1) \ 2];
    var pair = 0;
    for (var i = 0; i < SOURCES; i++) {
        for (var j = 0; j < i; j++) {
            twin[i][j] = IsEqual();
            twin[i][j].in[0] <== key[i][0];
            twin[i][j].in[1] <== key[j][0];
            both[pair] <== isIncluded[i] * isIncluded[j];
            both[pair] * twin[i][j].out === 0;
            pair++;
        }
    }

    // 4. Their reports. What an absent source would have said is free and counts nowhere.
    component report[SOURCES];
    component said[SOURCES];
    component when[SOURCES];
    component rule[SOURCES];
    component fresh[SOURCES][3];
    signal {maxbit} age[SOURCES][3];
    signal {maxbit} maxAge[SOURCES][3];
    age.maxbit = 16;
    maxAge.maxbit = 16;
    for (var i = 0; i < SOURCES; i++) {
        report[i] = SignedReport();
        report[i].isIncluded <== isIncluded[i];
        report[i].key <== key[i];
        report[i].venue <== venue;
        report[i].timeWord <== reportTimeWord[i];
        report[i].valueWord <== reportValueWord[i];
        report[i].signature <== signature[i];

        said[i] = UnpackWord(NUMBERS, [38, 38, 40, 40, 32, 32, 32]);
        said[i].word <== reportValueWord[i];
        rule[i] = UnpackWord(3, [16, 16, 16]);
        rule[i].word <== ruleWord[i];
        when[i] = UnpackWord(4, [32, 16, 16, 16]);
        when[i].word <== reportTimeWord[i];
        // For this minute: of a source's many reports there is no choice.
        when[i].field[0] === clock.field[0];
        for (var c = 0; c < 3; c++) {
            age[i][c] <== when[i].field[1 + c];
            maxAge[i][c] <== rule[i].field[c];
            fresh[i][c] = FreshReport();
            fresh[i][c].age <== age[i][c];
            fresh[i][c].claimedAge <== claimedAge[c].out;
            fresh[i][c].maxAge <== maxAge[i][c];
        }
    }

    // 5. Medians.
    var WIDTH[NUMBERS] = [38, 38, 40, 40, 32, 32, 32];
    component median[NUMBERS];
    for (var n = 0; n < NUMBERS; n++) {
        median[n] = MedianFloor(SOURCES, WIDTH[n]);
        for (var i = 0; i < SOURCES; i++) {
            median[n].value[i] <== said[i].field[n];
            median[n].isCounted[i] <== isIncluded[i];
        }
        median[n].counted <== counted;
        median[n].lower <== lower[n];
        median[n].upper <== upper[n];
        median[n].median <== number[n];
    }

    // 6. What is published.
    snapshotHash <== snapshot.snapshotHash;
    sourcesHash <== sources.hash;
    var packed = 0;
    var offset = 0;
    for (var n = 0; n < NUMBERS; n++) {
        packed += number[n] * (1 << offset);
        offset += WIDTH[n];
    }
    headlines <== packed;
    var stated = clock.field[0];
    for (var c = 0; c < 3; c++) {
        stated += clock.field[COMPONENT[c]] * (1 << (32 * (1 + c)));
    }
    for (var i = 0; i < SOURCES; i++) {
        stated += isIncluded[i] * (1 << (128 + i));
    }
    times <== stated;
}
