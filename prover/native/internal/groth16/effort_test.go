// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"testing"

	"plimsoll/native/internal/fixture"
)

// Of the tiny circuit: every proof of one witness takes the same sums, and its rows those of its terms.
func TestEffortIsOfTheProofMadeLast(t *testing.T) {
	key, err := ReadKey(fixture.Read(t, fixture.TinyKey))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ReadWitness(fixture.Read(t, fixture.TinyWitness))
	if err != nil {
		t.Fatal(err)
	}
	if before := key.Effort(); before.VectorMultiplications != quotientMultiplications(uint64(key.domainSize)) {
		t.Errorf("%d multiplications before a proof", before.VectorMultiplications)
	}
	var efforts [2]Effort
	for index := range efforts {
		if _, err := key.Prove(witness); err != nil {
			t.Fatal(err)
		}
		efforts[index] = key.Effort()
	}
	first, second := efforts[0], efforts[1]
	if first.VectorMultiplications != second.VectorMultiplications {
		t.Errorf("%d multiplications, then %d", first.VectorMultiplications, second.VectorMultiplications)
	}
	if first.VectorMultiplications <= quotientMultiplications(uint64(key.domainSize)) {
		t.Error("the sums cost nothing")
	}
	terms := 0
	for _, matrix := range key.matrices {
		for row := range key.domainSize {
			terms += int(matrix.start[row+1] - matrix.start[row])
		}
	}
	if first.ScalarMultiplications != uint64(terms) {
		t.Errorf("%d multiplications of rows, not %d", first.ScalarMultiplications, terms)
	}
	if first.VectorNanoseconds <= 0 || first.ScalarNanoseconds <= 0 {
		t.Error("a multiplication takes no time")
	}
}
