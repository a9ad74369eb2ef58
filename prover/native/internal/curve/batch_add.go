// SPDX-License-Identifier: GPL-3.0-or-later

// Package curve adds many affine points at once, over columns of coordinates.
package curve

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// Affine is a point; (0, 0), which is on neither curve, stands for infinity.
type Affine[E comparable] struct {
	X, Y E
}

func (point *Affine[E]) IsInfinity() bool {
	var zero E
	return point.X == zero && point.Y == zero
}

func FromG1(point *bn254.G1Affine) Affine[fp.Element] {
	return Affine[fp.Element]{point.X, point.Y}
}

func ToG1(point *Affine[fp.Element]) bn254.G1Affine {
	return bn254.G1Affine{X: point.X, Y: point.Y}
}

func FromG2(point *bn254.G2Affine) Affine[bn254.E2] {
	return Affine[bn254.E2]{point.X, point.Y}
}

func ToG2(point *Affine[bn254.E2]) bn254.G2Affine {
	return bn254.G2Affine{X: point.X, Y: point.Y}
}

// addG1 and addG2 add any two points, by the library.
func addG1(left, right *Affine[fp.Element]) Affine[fp.Element] {
	a, b := ToG1(left), ToG1(right)
	return FromG1(a.Add(&a, &b))
}

func addG2(left, right *Affine[bn254.E2]) Affine[bn254.E2] {
	a, b := ToG2(left), ToG2(right)
	return FromG2(a.Add(&a, &b))
}

func NegateFp(y *fp.Element) { y.Neg(y) }

func NegateE2(y *bn254.E2) { y.Neg(y) }

// BatchPairs is how many additions share an inversion; their columns fit the second-level cache.
const BatchPairs = 16 * lanes

// Adder collects additions of affine points and carries them out many at once. A sum is in its place
// only after flush.
type Adder[E comparable, V any, C ColumnOf[E, V]] struct {
	addAny         func(left, right *Affine[E]) Affine[E]
	targets        [BatchPairs]*Affine[E]
	left, right    [BatchPairs]Affine[E]
	Pending        int
	ax, ay, bx, by V
	slope          V
}

type (
	g1Adder = Adder[fp.Element, G1Column, *G1Column]
	g2Adder = Adder[bn254.E2, G2Column, *G2Column]
)

func NewG1Adder() *g1Adder { return &g1Adder{addAny: addG1} }

func NewG2Adder() *g2Adder { return &g2Adder{addAny: addG2} }

// Add will put left + right into sum, which may be where either stood. Two points of one x, which are
// equal or opposite, and infinity have no chord, and are dealt with at once.
func (work *Adder[E, V, C]) Add(sum, left, right *Affine[E]) {
	switch {
	case left.X == right.X:
		*sum = work.addAny(left, right)
	case right.IsInfinity():
		*sum = *left
	case left.IsInfinity():
		*sum = *right
	default:
		work.targets[work.Pending] = sum
		work.left[work.Pending] = *left
		work.right[work.Pending] = *right
		work.Pending++
		if work.Pending == BatchPairs {
			work.Flush()
		}
	}
}

func (work *Adder[E, V, C]) Flush() {
	count := work.Pending
	if count == 0 {
		return
	}
	work.Pending = 0
	ax, ay, bx, by, slope := C(&work.ax), C(&work.ay), C(&work.bx), C(&work.by), C(&work.slope)
	for _, column := range []C{ax, ay, bx, by, slope} {
		column.resize((count + lanes - 1) / lanes * lanes)
	}
	left, right := work.left[:count], work.right[:count]
	ax.loadX(left)
	ay.loadY(left)
	bx.loadX(right)
	by.loadY(right)
	// (y₂ − y₁)/(x₂ − x₁)
	slope.sub(&work.bx, &work.ax)
	slope.fill(count)
	slope.invert()
	by.sub(&work.by, &work.ay)
	slope.mul(&work.slope, &work.by)
	// x = slope² − x₁ − x₂, y = slope·(x₁ − x) − y₁
	by.square(&work.slope)
	by.sub(&work.by, &work.ax)
	by.sub(&work.by, &work.bx)
	ax.sub(&work.ax, &work.by)
	ax.mul(&work.ax, &work.slope)
	ax.sub(&work.ax, &work.ay)
	by.storeX(left)
	ax.storeY(left)
	for index := range left {
		*work.targets[index] = left[index]
	}
}
