// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"math/big"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/curve"
)

func TestMultiplesAreThoseOfTheLibrary(t *testing.T) {
	scalars := make([]fr.Element, 3*multiplesBatch/2)
	for index := range scalars {
		switch index % 4 {
		case 0:
			scalars[index].SetUint64(uint64(index))
		case 1:
			scalars[index].SetInt64(-int64(index))
		case 2:
			scalars[index].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(index%254)))
		default:
			scalars[index].MustSetRandom()
		}
	}
	_, _, generator1, generator2 := bn254.Generators()
	// Windows of every size that a number of scalars may ask for.
	for _, expected := range []int{1, 100, 1000, 3000, 10_000, 40_000, 1_000_000} {
		base1, base2 := NewG1Multiples(&generator1, expected), NewG2Multiples(&generator2, expected)
		made1, err := base1.Of(scalars, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		made2, err := base2.Of(scalars[:300], func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		for index := range scalars {
			if index%16 > 3 {
				continue
			}
			scalar := scalars[index].BigInt(new(big.Int))
			wanted := *new(bn254.G1Affine).ScalarMultiplication(&generator1, scalar)
			if found := curve.ToG1(&made1[index]); !found.Equal(&wanted) {
				t.Fatalf("G1, %d bits: %v times the generator is wrong", base1.bits, scalar)
			}
			if index >= len(made2) {
				continue
			}
			wanted2 := *new(bn254.G2Affine).ScalarMultiplication(&generator2, scalar)
			if found := curve.ToG2(&made2[index]); !found.Equal(&wanted2) {
				t.Fatalf("G2, %d bits: %v times the generator is wrong", base2.bits, scalar)
			}
		}
	}
}
