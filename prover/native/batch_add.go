// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// affine is a point; (0, 0), which is on neither curve, stands for infinity.
type affine[E comparable] struct {
	x, y E
}

func (point *affine[E]) isInfinity() bool {
	var zero E
	return point.x == zero && point.y == zero
}

func fromG1(point *bn254.G1Affine) affine[fp.Element] {
	return affine[fp.Element]{point.X, point.Y}
}

func toG1(point *affine[fp.Element]) bn254.G1Affine {
	return bn254.G1Affine{X: point.x, Y: point.y}
}

func fromG2(point *bn254.G2Affine) affine[bn254.E2] {
	return affine[bn254.E2]{point.X, point.Y}
}

func toG2(point *affine[bn254.E2]) bn254.G2Affine {
	return bn254.G2Affine{X: point.x, Y: point.y}
}

// addG1 and addG2 add any two points, by the library.
func addG1(left, right *affine[fp.Element]) affine[fp.Element] {
	a, b := toG1(left), toG1(right)
	return fromG1(a.Add(&a, &b))
}

func addG2(left, right *affine[bn254.E2]) affine[bn254.E2] {
	a, b := toG2(left), toG2(right)
	return fromG2(a.Add(&a, &b))
}

func negateFp(y *fp.Element) { y.Neg(y) }
func negateE2(y *bn254.E2)   { y.Neg(y) }

// batchPairs is how many additions share an inversion; their columns fit the second-level cache.
const batchPairs = 16 * lanes

// adder collects additions of affine points and carries them out many at once. A sum is in its place
// only after flush.
type adder[E comparable, V any, C columnOf[E, V]] struct {
	addAny         func(left, right *affine[E]) affine[E]
	targets        [batchPairs]*affine[E]
	left, right    [batchPairs]affine[E]
	pending        int
	ax, ay, bx, by V
	slope          V
}

type (
	g1Adder = adder[fp.Element, g1Column, *g1Column]
	g2Adder = adder[bn254.E2, g2Column, *g2Column]
)

func newG1Adder() *g1Adder { return &g1Adder{addAny: addG1} }
func newG2Adder() *g2Adder { return &g2Adder{addAny: addG2} }

// add will put left + right into sum, which may be where either stood. Two points of one x, which are
// equal or opposite, and infinity have no chord, and are dealt with at once.
func (work *adder[E, V, C]) add(sum, left, right *affine[E]) {
	switch {
	case left.x == right.x:
		*sum = work.addAny(left, right)
	case right.isInfinity():
		*sum = *left
	case left.isInfinity():
		*sum = *right
	default:
		work.targets[work.pending] = sum
		work.left[work.pending] = *left
		work.right[work.pending] = *right
		work.pending++
		if work.pending == batchPairs {
			work.flush()
		}
	}
}

func (work *adder[E, V, C]) flush() {
	count := work.pending
	if count == 0 {
		return
	}
	work.pending = 0
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
