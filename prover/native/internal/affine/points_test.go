// SPDX-License-Identifier: GPL-3.0-or-later

package affine

import (
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func TestPointsOutsideTheSubgroupAreRefused(t *testing.T) {
	// A point of the twist of which the order is not r: almost every one of them.
	var point bn254.G2Affine
	for x := uint64(1); ; x++ {
		point.X.A0.SetUint64(x)
		point.Y = point.X
		point.Y.Square(&point.X).Mul(&point.Y, &point.X)
		point.Y.Add(&point.Y, twistCoefficient())
		if point.Y.Legendre() == 1 {
			point.Y.Sqrt(&point.Y)
			break
		}
	}
	if !point.IsOnCurve() {
		t.Fatal("the point is not on the twist")
	}
	var file []byte
	for _, element := range []fp.Element{point.X.A0, point.X.A1, point.Y.A0, point.Y.A1} {
		for _, word := range element {
			file = binary.LittleEndian.AppendUint64(file, word)
		}
	}
	if _, err := ReadG2("B2", file); err == nil {
		t.Error("a point outside the subgroup passed")
	}
	// One among so many that they are checked by sums, and is named; the rest pass.
	_, _, _, generator := bn254.Generators()
	scalars := make(fr.Vector, 700)
	scalars.MustSetRandom()
	scalars[3].SetZero()
	var many []byte
	for _, inside := range bn254.BatchScalarMultiplicationG2(&generator, scalars) {
		for _, element := range []fp.Element{inside.X.A0, inside.X.A1, inside.Y.A0, inside.Y.A1} {
			for _, word := range element {
				many = binary.LittleEndian.AppendUint64(many, word)
			}
		}
	}
	if _, err := ReadG2("B2", many); err != nil {
		t.Errorf("points of the subgroup: %v", err)
	}
	// Also one whose part outside the subgroup is of the smallest order there is.
	for _, outside := range []bn254.G2Affine{point, smallestPart(&point)} {
		spoilt := slices.Clone(many)
		var bytes []byte
		for _, element := range []fp.Element{outside.X.A0, outside.X.A1, outside.Y.A0, outside.Y.A1} {
			for _, word := range element {
				bytes = binary.LittleEndian.AppendUint64(bytes, word)
			}
		}
		copy(spoilt[411*G2Bytes:], bytes)
		if _, err := ReadG2("B2", spoilt); err == nil || !strings.Contains(err.Error(), "point 411 is not in the subgroup") {
			t.Errorf("one outside among many: %v", err)
		}
	}
	if _, err := ReadG2("B2", make([]byte, G2Bytes)); err != nil {
		t.Errorf("the point at infinity is allowed: %v", err)
	}
}

// smallestPart is a point of order 10069: what is left of one of the twist after all other primes.
func smallestPart(point *bn254.G2Affine) bn254.G2Affine {
	rest := new(big.Int).Sub(new(big.Int).Lsh(fp.Modulus(), 1), fr.Modulus())
	rest.Div(rest, big.NewInt(10069)).Mul(rest, fr.Modulus())
	// The library's multiplication takes points of the group alone.
	var sum bn254.G2Jac
	var own bn254.G2Affine
	for bit := rest.BitLen() - 1; bit >= 0; bit-- {
		sum.DoubleAssign()
		if rest.Bit(bit) == 1 {
			sum.AddMixed(point)
		}
	}
	return *own.FromJacobian(&sum)
}

// twistCoefficient is b of the twist, from its generator.
func twistCoefficient() *bn254.E2 {
	_, _, _, generator := bn254.Generators()
	var b, cube bn254.E2
	b.Square(&generator.Y)
	cube.Square(&generator.X).Mul(&cube, &generator.X)
	return b.Sub(&b, &cube)
}
