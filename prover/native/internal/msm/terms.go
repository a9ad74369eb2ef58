// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/curve"
)

// Terms are points and the wires whose values multiply them.
type Terms[E comparable] struct {
	Wires  []uint32
	Points []curve.Affine[E]
}

// WithoutInfinity keeps the points that count, and the wire of each; that of the first is given.
func WithoutInfinity[Point any, E comparable](
	points []Point, convert func(*Point) curve.Affine[E], first int,
) Terms[E] {
	var kept Terms[E]
	for index := range points {
		point := convert(&points[index])
		if !point.IsInfinity() {
			kept.Wires = append(kept.Wires, uint32(first+index))
			kept.Points = append(kept.Points, point)
		}
	}
	kept.Wires, kept.Points = slices.Clip(kept.Wires), slices.Clip(kept.Points)
	return kept
}

// ScalarsOf are the values of wires.
func ScalarsOf(wires []uint32, witness, into []fr.Element) []fr.Element {
	for index, wire := range wires {
		into[index] = witness[wire]
	}
	return into
}
