// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"encoding/binary"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
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
	if _, err := g2Points("B2", file); err == nil {
		t.Error("a point outside the subgroup passed")
	}
	if _, err := g2Points("B2", make([]byte, G2Bytes)); err != nil {
		t.Errorf("the point at infinity is allowed: %v", err)
	}
}

// twistCoefficient is b of the twist, from its generator.
func twistCoefficient() *bn254.E2 {
	_, _, _, generator := bn254.Generators()
	var b, cube bn254.E2
	b.Square(&generator.Y)
	cube.Square(&generator.X).Mul(&cube, &generator.X)
	return b.Sub(&b, &cube)
}
