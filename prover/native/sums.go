// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// selection is what is left of a sum over wires: most of a circuit's are bits, whose terms are
// nothing or the point itself. The windows of the rest are then chosen for their true number.
type selection[Point any] struct {
	ones    []*Point
	points  []Point
	scalars []fr.Element
}

func selectTerms[Point any](points []Point, wires []uint32, witness []fr.Element) selection[Point] {
	one := fr.One()
	var chosen selection[Point]
	count := 0
	for _, wire := range wires {
		if !witness[wire].IsZero() && witness[wire] != one {
			count++
		}
	}
	chosen.points = make([]Point, 0, count)
	chosen.scalars = make([]fr.Element, 0, count)
	for index, wire := range wires {
		switch {
		case witness[wire].IsZero():
		case witness[wire] == one:
			chosen.ones = append(chosen.ones, &points[index])
		default:
			chosen.points = append(chosen.points, points[index])
			chosen.scalars = append(chosen.scalars, witness[wire])
		}
	}
	return chosen
}

func sumG1(into *bn254.G1Jac, chosen selection[bn254.G1Affine]) error {
	if _, err := into.MultiExp(chosen.points, chosen.scalars, ecc.MultiExpConfig{}); err != nil {
		return err
	}
	for _, point := range chosen.ones {
		into.AddMixed(point)
	}
	return nil
}

func sumG2(into *bn254.G2Jac, chosen selection[bn254.G2Affine]) error {
	if _, err := into.MultiExp(chosen.points, chosen.scalars, ecc.MultiExpConfig{}); err != nil {
		return err
	}
	for _, point := range chosen.ones {
		into.AddMixed(point)
	}
	return nil
}
