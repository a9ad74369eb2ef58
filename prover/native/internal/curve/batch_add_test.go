// SPDX-License-Identifier: GPL-3.0-or-later

package curve

import (
	"slices"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

func TestAddsAnyPairOfPoints(t *testing.T) {
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
