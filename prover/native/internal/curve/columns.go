// SPDX-License-Identifier: GPL-3.0-or-later

package curve

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// ColumnOf is one coordinate of a batch of points, held so that the library's vector arithmetic
// (AVX-512 where the processor has it) works on all of them at once. A result may overwrite an
// operand.
type ColumnOf[E comparable, V any] interface {
	*V
	// resize makes room for so many values, a multiple of lanes.
	resize(count int)
	loadX(points []Affine[E])
	loadY(points []Affine[E])
	storeX(points []Affine[E])
	storeY(points []Affine[E])
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

// G1Column holds coordinates in the base field.
type G1Column struct {
	values, products fp.Vector
}

func (c *G1Column) resize(count int) {
	if cap(c.values) < count {
		c.values, c.products = make(fp.Vector, count), make(fp.Vector, count)
	}
	c.values, c.products = c.values[:count], c.products[:count]
}

func (c *G1Column) loadX(points []Affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].X
	}
}

func (c *G1Column) loadY(points []Affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].Y
	}
}

func (c *G1Column) storeX(points []Affine[fp.Element]) {
	for index := range points {
		points[index].X = c.values[index]
	}
}

func (c *G1Column) storeY(points []Affine[fp.Element]) {
	for index := range points {
		points[index].Y = c.values[index]
	}
}

func (c *G1Column) fill(start int) {
	for index := start; index < len(c.values); index++ {
		c.values[index].SetOne()
	}
}

func (c *G1Column) sub(a, b *G1Column) { c.values.Sub(a.values, b.values) }

func (c *G1Column) mul(a, b *G1Column) { c.values.Mul(a.values, b.values) }

func (c *G1Column) square(a *G1Column) { c.values.Mul(a.values, a.values) }

func (c *G1Column) invert() { invertVector(c.values, c.products) }

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

// G2Column holds coordinates in the quadratic extension, of which u² = −1.
type G2Column struct {
	real, imaginary, s, t, norms fp.Vector
}

func (c *G2Column) resize(count int) {
	for _, vector := range []*fp.Vector{&c.real, &c.imaginary, &c.s, &c.t, &c.norms} {
		if cap(*vector) < count {
			*vector = make(fp.Vector, count)
		}
		*vector = (*vector)[:count]
	}
}

func (c *G2Column) loadX(points []Affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].X.A0, points[index].X.A1
	}
}

func (c *G2Column) loadY(points []Affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].Y.A0, points[index].Y.A1
	}
}

func (c *G2Column) storeX(points []Affine[bn254.E2]) {
	for index := range points {
		points[index].X.A0, points[index].X.A1 = c.real[index], c.imaginary[index]
	}
}

func (c *G2Column) storeY(points []Affine[bn254.E2]) {
	for index := range points {
		points[index].Y.A0, points[index].Y.A1 = c.real[index], c.imaginary[index]
	}
}

func (c *G2Column) fill(start int) {
	for index := start; index < len(c.real); index++ {
		c.real[index].SetOne()
		c.imaginary[index].SetZero()
	}
}

func (c *G2Column) sub(a, b *G2Column) {
	c.real.Sub(a.real, b.real)
	c.imaginary.Sub(a.imaginary, b.imaginary)
}

// mul is Karatsuba's three multiplications.
func (c *G2Column) mul(a, b *G2Column) {
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
func (c *G2Column) square(a *G2Column) {
	c.s.Add(a.real, a.imaginary)
	c.t.Sub(a.real, a.imaginary)
	c.imaginary.Mul(a.real, a.imaginary)
	c.imaginary.Add(c.imaginary, c.imaginary)
	c.real.Mul(c.s, c.t)
}

// invert: 1/(a + b·u) = (a − b·u)/(a² + b²), so that only norms are inverted.
func (c *G2Column) invert() {
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
