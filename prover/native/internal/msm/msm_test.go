// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"math/big"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/field"
)

// awkwardScalars are of every size and sign that a witness has, many of them equal.
func awkwardScalars(count int) []fr.Element {
	scalars := make([]fr.Element, count)
	for index := range scalars {
		switch index % 7 {
		case 0:
			scalars[index].SetUint64(uint64(index % 3))
		case 1:
			scalars[index].SetInt64(-int64(index % 5))
		case 2:
			scalars[index].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(index%254)))
		case 3:
			scalars[index].SetBigInt(new(big.Int).Lsh(big.NewInt(-1), uint(index%253)))
		case 4:
			// Where a scalar and its negative meet.
			scalars[index] = fr.Element(halfModulus)
			scalars[index].Mul(&scalars[index], &field.MontgomeryFactor)
			scalars[index].Add(&scalars[index], new(fr.Element).SetUint64(uint64(index%4)))
		default:
			scalars[index].MustSetRandom()
		}
	}
	return scalars
}

func plain(scalars []fr.Element) []fr.Element {
	into := make(fr.Vector, len(scalars))
	into.ScalarMul(scalars, &field.PlainFactor)
	return into
}

func TestSumsAreThoseOfTheLibrary(t *testing.T) {
	_, _, generator1, generator2 := bn254.Generators()
	summers := []*Summer{NewSummer(), NewSummer()}
	for _, count := range []int{0, 1, 2, 31, 400, 5_000} {
		scalars := awkwardScalars(count)
		factors := make([]fr.Element, count)
		for index := range factors {
			// Points that are equal, opposite or at infinity, and points that are none of it.
			switch index % 5 {
			case 0:
				factors[index].SetInt64(int64(index%3) - 1)
			default:
				factors[index].MustSetRandom()
			}
		}
		points1 := bn254.BatchScalarMultiplicationG1(&generator1, append(factors, fr.One()))[:count]
		points2 := bn254.BatchScalarMultiplicationG2(&generator2, append(factors, fr.One()))[:count]
		wanted1, wanted2 := bn254.G1Jac{}, bn254.G2Jac{}
		if count > 0 {
			if _, err := wanted1.MultiExp(points1, scalars, ecc.MultiExpConfig{}); err != nil {
				t.Fatal(err)
			}
			if _, err := wanted2.MultiExp(points2, scalars, ecc.MultiExpConfig{}); err != nil {
				t.Fatal(err)
			}
		}
		own1, own2 := WithoutInfinity(points1, curve.FromG1, 0), WithoutInfinity(points2, curve.FromG2, 0)
		digits := DigitsOf(ScalarsOf(own1.Wires, plain(scalars), make([]fr.Element, len(own1.Wires))))
		var sum1 bn254.G1Jac
		var sum2 bn254.G2Jac
		tasks1, finish1 := SumG1(&sum1, own1.Points, digits)
		tasks2, finish2 := SumG2(&sum2, own2.Points, digits)
		if err := RunTasks(append(tasks1, tasks2...), summers); err != nil {
			t.Fatal(err)
		}
		if err := concurrent.Together([]func() error{finish1, finish2}); err != nil {
			t.Fatal(err)
		}
		if !sum1.Equal(&wanted1) {
			t.Errorf("G1, %d points of width %d: another sum than the library's", count, digits.bits)
		}
		if !sum2.Equal(&wanted2) {
			t.Errorf("G2, %d points of width %d: another sum than the library's", count, digits.bits)
		}
	}
}

func TestDigitsSpellTheirScalars(t *testing.T) {
	scalars := awkwardScalars(700)
	for index, scalar := range plain(scalars) {
		for width := leastWindowBits; width <= 16; width++ {
			digits := make([]int32, windows(width))
			used := cut(&scalar, width, digits)
			sum := new(big.Int)
			for window := used - 1; window >= 0; window-- {
				if size := max(digits[window], -digits[window]); size > 1<<(width-1) {
					t.Fatalf("width %d: a digit of size %d", width, size)
				}
				sum.Add(sum.Lsh(sum, uint(width)), big.NewInt(int64(digits[window])))
			}
			if found := *new(fr.Element).SetBigInt(sum); !found.Equal(&scalars[index]) {
				t.Fatalf("width %d: digits of %v spell %v", width, scalars[index].String(), sum)
			}
		}
	}
}
