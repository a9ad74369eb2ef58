// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// columnOf is one coordinate of a batch of points, held so that the library's vector arithmetic
// (AVX-512 where the processor has it) works on all of them at once. A result may overwrite an
// operand.
type columnOf[E comparable, V any] interface {
	*V
	// resize makes room for so many values, a multiple of lanes.
	resize(count int)
	loadX(points []affine[E])
	loadY(points []affine[E])
	storeX(points []affine[E])
	storeY(points []affine[E])
	// fill sets the values from start on to 1.
	fill(start int)
	sub(a, b *V)
	mul(a, b *V)
	square(a *V)
	// invert replaces every value, none of which is 0, by its inverse.
	invert()
}

// lanes is how many values are inverted beside each other: vectors of this length are worth a call.
const lanes = 32

// g1Column holds coordinates in the base field.
type g1Column struct {
	values, products fp.Vector
}

func (c *g1Column) resize(count int) {
	if cap(c.values) < count {
		c.values, c.products = make(fp.Vector, count), make(fp.Vector, count)
	}
	c.values, c.products = c.values[:count], c.products[:count]
}

func (c *g1Column) loadX(points []affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].x
	}
}

func (c *g1Column) loadY(points []affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].y
	}
}

func (c *g1Column) storeX(points []affine[fp.Element]) {
	for index := range points {
		points[index].x = c.values[index]
	}
}

func (c *g1Column) storeY(points []affine[fp.Element]) {
	for index := range points {
		points[index].y = c.values[index]
	}
}

func (c *g1Column) fill(start int) {
	for index := start; index < len(c.values); index++ {
		c.values[index].SetOne()
	}
}

func (c *g1Column) sub(a, b *g1Column) { c.values.Sub(a.values, b.values) }
func (c *g1Column) mul(a, b *g1Column) { c.values.Mul(a.values, b.values) }
func (c *g1Column) square(a *g1Column) { c.values.Mul(a.values, a.values) }

func (c *g1Column) invert() { invertVector(c.values, c.products) }

// invertVector inverts lane by lane: running products down every lane, one inversion for the last
// row, and up again.
func invertVector(values, products fp.Vector) {
	rows := len(values) / lanes
	row := func(vector fp.Vector, index int) fp.Vector {
		return vector[index*lanes : (index+1)*lanes]
	}
	copy(row(products, 0), row(values, 0))
	for index := 1; index < rows; index++ {
		into := row(products, index)
		into.Mul(row(products, index-1), row(values, index))
	}
	var before [lanes]fp.Element
	var inverse fp.Element
	last := row(products, rows-1)
	before[0].SetOne()
	for lane := 1; lane < lanes; lane++ {
		before[lane].Mul(&before[lane-1], &last[lane-1])
	}
	inverse.Mul(&before[lanes-1], &last[lanes-1])
	inverse.Inverse(&inverse)
	var inverses [lanes]fp.Element
	for lane := lanes - 1; lane >= 0; lane-- {
		inverses[lane].Mul(&inverse, &before[lane])
		inverse.Mul(&inverse, &last[lane])
	}
	running := fp.Vector(inverses[:])
	for index := rows - 1; index > 0; index-- {
		value, own := row(values, index), row(products, index-1)
		own.Mul(own, running)
		running.Mul(running, value)
		copy(value, own)
	}
	copy(row(values, 0), running)
}

// g2Column holds coordinates in the quadratic extension, of which u² = −1.
type g2Column struct {
	real, imaginary, s, t, norms fp.Vector
}

func (c *g2Column) resize(count int) {
	for _, vector := range []*fp.Vector{&c.real, &c.imaginary, &c.s, &c.t, &c.norms} {
		if cap(*vector) < count {
			*vector = make(fp.Vector, count)
		}
		*vector = (*vector)[:count]
	}
}

func (c *g2Column) loadX(points []affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].x.A0, points[index].x.A1
	}
}

func (c *g2Column) loadY(points []affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].y.A0, points[index].y.A1
	}
}

func (c *g2Column) storeX(points []affine[bn254.E2]) {
	for index := range points {
		points[index].x.A0, points[index].x.A1 = c.real[index], c.imaginary[index]
	}
}

func (c *g2Column) storeY(points []affine[bn254.E2]) {
	for index := range points {
		points[index].y.A0, points[index].y.A1 = c.real[index], c.imaginary[index]
	}
}

func (c *g2Column) fill(start int) {
	for index := start; index < len(c.real); index++ {
		c.real[index].SetOne()
		c.imaginary[index].SetZero()
	}
}

func (c *g2Column) sub(a, b *g2Column) {
	c.real.Sub(a.real, b.real)
	c.imaginary.Sub(a.imaginary, b.imaginary)
}

// mul is Karatsuba's three multiplications.
func (c *g2Column) mul(a, b *g2Column) {
	c.s.Add(a.real, a.imaginary)
	c.t.Add(b.real, b.imaginary)
	c.s.Mul(c.s, c.t)
	c.t.Mul(a.imaginary, b.imaginary)
	c.real.Mul(a.real, b.real)
	c.s.Sub(c.s, c.real)
	c.imaginary.Sub(c.s, c.t)
	c.real.Sub(c.real, c.t)
}

// square: (a + b·u)² = (a + b)(a − b) + 2ab·u.
func (c *g2Column) square(a *g2Column) {
	c.s.Add(a.real, a.imaginary)
	c.t.Sub(a.real, a.imaginary)
	c.imaginary.Mul(a.real, a.imaginary)
	c.imaginary.Add(c.imaginary, c.imaginary)
	c.real.Mul(c.s, c.t)
}

// invert: 1/(a + b·u) = (a − b·u)/(a² + b²), so that only norms are inverted.
func (c *g2Column) invert() {
	c.s.Mul(c.real, c.real)
	c.norms.Mul(c.imaginary, c.imaginary)
	c.norms.Add(c.norms, c.s)
	invertVector(c.norms, c.s)
	c.real.Mul(c.real, c.norms)
	c.imaginary.Mul(c.imaginary, c.norms)
	for index := range c.imaginary {
		c.imaginary[index].Neg(&c.imaginary[index])
	}
}
