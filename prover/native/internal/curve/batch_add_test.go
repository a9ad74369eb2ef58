// SPDX-License-Identifier: GPL-3.0-or-later

package curve

import (
	"fmt"
	"slices"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/lanes"
)

// inBoth runs a test in the library's arithmetic, and in that of package lanes where there is any.
func inBoth(t *testing.T, test func(t *testing.T)) {
	before := lanes.InUse
	defer func() { lanes.InUse = before }()
	lanes.InUse = false
	t.Run("library", test)
	if lanes.Available {
		lanes.InUse = true
		t.Run("lanes", test)
	}
}

func TestAddsAnyPairOfPoints(t *testing.T) { inBoth(t, addsAnyPairOfPoints) }

// Enough pairs for batches that are full, not full, and not full to a block.
func TestSumsAreThoseOfTheLibrary(t *testing.T) { inBoth(t, sumsAreThoseOfTheLibrary) }

func sumsAreThoseOfTheLibrary(t *testing.T) {
	_, _, generator1, generator2 := bn254.Generators()
	for _, count := range []int{1, 7, 8, 9, 40, BatchPairs - 1, BatchPairs, 2*BatchPairs + 13} {
		scalars := make(fr.Vector, 2*count)
		scalars.MustSetRandom()
		for index := range scalars {
			// Points at infinity, equal and opposite ones among the others.
			if index%9 < 3 {
				scalars[index].SetInt64(int64(index%3) - 1)
			}
		}
		points1 := bn254.BatchScalarMultiplicationG1(&generator1, scalars)
		points2 := bn254.BatchScalarMultiplicationG2(&generator2, scalars)
		work1, work2 := NewG1Adder(), NewG2Adder()
		sums1, sums2 := make([]Affine[fp.Element], count), make([]Affine[bn254.E2], count)
		for index := range count {
			left, right := FromG1(&points1[index]), FromG1(&points1[count+index])
			work1.Add(&sums1[index], &left, &right)
			left2, right2 := FromG2(&points2[index]), FromG2(&points2[count+index])
			work2.Add(&sums2[index], &left2, &right2)
		}
		work1.Flush()
		work2.Flush()
		for index := range count {
			if found, wanted := ToG1(&sums1[index]), *new(bn254.G1Affine).Add(&points1[index], &points1[count+index]); found != wanted {
				t.Fatalf("G1, %d of %d: %v, not %v", index, count, found, wanted)
			}
			if found, wanted := ToG2(&sums2[index]), *new(bn254.G2Affine).Add(&points2[index], &points2[count+index]); found != wanted {
				t.Fatalf("G2, %d of %d: %v, not %v", index, count, found, wanted)
			}
		}
	}
}

func TestNegates(t *testing.T) {
	for _, value := range []int64{0, 1, -1, 12345} {
		y, negative := *new(fp.Element).SetInt64(value), *new(fp.Element).SetInt64(-value)
		pair := bn254.E2{A0: y, A1: negative}
		NegateFp(&y, 0)
		NegateE2(&pair, 0)
		if negative.Neg(&negative); y != negative || pair.A0 != y || !pair.A1.Equal(negative.Neg(&negative)) {
			t.Errorf("%d was not kept", value)
		}
		NegateFp(&y, 1)
		NegateE2(&pair, 1)
		if kept := *new(fp.Element).SetInt64(value); y != negative || pair.A0 != negative || pair.A1 != kept {
			t.Errorf("%d: %v", value, fmt.Sprint(y, pair))
		}
	}
}

func addsAnyPairOfPoints(t *testing.T) {
	_, _, generator, _ := bn254.Generators()
	one := FromG1(&generator)
	minus := one
	minus.Y.Neg(&minus.Y)
	var infinity Affine[fp.Element]
	double := *new(bn254.G1Affine).Double(&generator)
	two := FromG1(&double)
	triple := *new(bn254.G1Affine).Add(&double, &generator)
	three := FromG1(&triple)
	sums := []Affine[fp.Element]{infinity, one, infinity, one, minus, one, one, two}
	work := NewG1Adder()
	for index, addend := range []Affine[fp.Element]{infinity, infinity, one, minus, one, one, two, one} {
		work.Add(&sums[index], &sums[index], &addend)
	}
	work.Flush()
	if !slices.Equal(sums, []Affine[fp.Element]{infinity, one, one, infinity, infinity, two, three, three}) {
		t.Errorf("got %v", sums)
	}
}
