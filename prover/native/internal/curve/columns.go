// SPDX-License-Identifier: GPL-3.0-or-later

package curve

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// columnOf is one coordinate of a batch of points, held so that the library's vector arithmetic
// (AVX-512 where the processor has it) works on all of them at once. A result may overwrite an
// operand.
type columnOf[E comparable, V any] interface {
	*V
	// resize makes room for so many values, a multiple of rowLength.
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

// rowLength is how many values are inverted beside each other: vectors of this length are worth a call.
const rowLength = 32

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

func (c *g1Column) loadX(points []Affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].X
	}
}

func (c *g1Column) loadY(points []Affine[fp.Element]) {
	for index := range points {
		c.values[index] = points[index].Y
	}
}

func (c *g1Column) storeX(points []Affine[fp.Element]) {
	for index := range points {
		points[index].X = c.values[index]
	}
}

func (c *g1Column) storeY(points []Affine[fp.Element]) {
	for index := range points {
		points[index].Y = c.values[index]
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
	rows := len(values) / rowLength
	row := func(vector fp.Vector, index int) fp.Vector {
		return vector[index*rowLength : (index+1)*rowLength]
	}
	copy(row(products, 0), row(values, 0))
	for index := 1; index < rows; index++ {
		into := row(products, index)
		into.Mul(row(products, index-1), row(values, index))
	}
	running := fp.Vector(fp.BatchInvert(row(products, rows-1)))
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

func (c *g2Column) loadX(points []Affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].X.A0, points[index].X.A1
	}
}

func (c *g2Column) loadY(points []Affine[bn254.E2]) {
	for index := range points {
		c.real[index], c.imaginary[index] = points[index].Y.A0, points[index].Y.A1
	}
}

func (c *g2Column) storeX(points []Affine[bn254.E2]) {
	for index := range points {
		points[index].X.A0, points[index].X.A1 = c.real[index], c.imaginary[index]
	}
}

func (c *g2Column) storeY(points []Affine[bn254.E2]) {
	for index := range points {
		points[index].Y.A0, points[index].Y.A1 = c.real[index], c.imaginary[index]
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

// columns adds chords in the library's arithmetic.
type columns[E comparable, V any, C columnOf[E, V]] struct {
	ax, ay, bx, by, slope V
}

func (work *columns[E, V, C]) add(left, right []Affine[E], count int) {
	ax, ay, bx, by, slope := C(&work.ax), C(&work.ay), C(&work.bx), C(&work.by), C(&work.slope)
	for _, column := range []C{ax, ay, bx, by, slope} {
		column.resize((count + rowLength - 1) / rowLength * rowLength)
	}
	left, right = left[:count], right[:count]
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
}
