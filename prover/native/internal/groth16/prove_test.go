// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/fixture"
)

func TestProofsVerifyAndBindTheirSignals(t *testing.T) {
	key, err := ReadKey(fixture.Read(t, fixture.TinyKey))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ReadWitness(fixture.Read(t, fixture.TinyWitness))
	if err != nil {
		t.Fatal(err)
	}
	made, err := key.Prove(witness)
	if err != nil {
		t.Fatal(err)
	}
	public := slices.Clone(key.scratch.public)
	if holds, err := key.verifying.verify(made, public); err != nil || !holds {
		t.Fatalf("the proof does not verify: %v", err)
	}
	one := fr.One()
	public[0].Add(&public[0], &one)
	if holds, err := key.verifying.verify(made, public); err != nil || holds {
		t.Errorf("the proof verifies for another signal (%v)", err)
	}
	again, err := key.Prove(witness)
	if err != nil {
		t.Fatal(err)
	}
	if again.a.Equal(&made.a) || again.b.Equal(&made.b) || again.c.Equal(&made.c) {
		t.Error("two proofs share a point: they are not blinded")
	}
}

func TestEveryWitnessValueIsBound(t *testing.T) {
	key, err := ReadKey(fixture.Read(t, fixture.TinyKey))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := ReadWitness(fixture.Read(t, fixture.TinyWitness))
	if err != nil {
		t.Fatal(err)
	}
	// The last wires are products: nothing else may stand in their place.
	for wire := len(witness) - 3; wire < len(witness); wire++ {
		other := slices.Clone(witness)
		other[wire][0] ^= 1
		if _, err := key.Prove(other); !errors.Is(err, errUnsatisfied) {
			t.Errorf("wire %d: %v", wire, err)
		}
	}
}
