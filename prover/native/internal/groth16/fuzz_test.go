// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"testing"

	"plimsoll/native/internal/field"
	"plimsoll/native/internal/fixture"
)

// FuzzReadKey: whatever the file, an error or a key, and a key that parses makes no prove panic.
func FuzzReadKey(f *testing.F) {
	fixture.Seeds(f, fixture.TinyKey)
	witness, err := ReadWitness(fixture.Read(f, fixture.TinyWitness))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		key, err := ReadKey(file)
		if err == nil {
			_, _ = key.Prove(witness)
		}
	})
}

// FuzzReadWitness: whatever the file, an error or values below the modulus that start with 1.
func FuzzReadWitness(f *testing.F) {
	fixture.Seeds(f, fixture.TinyWitness)
	key, err := ReadKey(fixture.Read(f, fixture.TinyKey))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		witness, err := ReadWitness(file)
		if err != nil {
			return
		}
		for index, value := range witness {
			if !field.Below(value, field.FrModulus) {
				t.Fatalf("value %d is not below the modulus", index)
			}
		}
		_, _ = key.Prove(witness)
	})
}
