// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"runtime"
	"sync/atomic"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// coordinateOf is what a point's coordinates must do: fp.Element for G1, its extension for G2.
type coordinateOf[E any] interface {
	*E
	Add(a, b *E) *E
	Sub(a, b *E) *E
	Mul(a, b *E) *E
	Square(a *E) *E
	Double(a *E) *E
	Neg(a *E) *E
	Inverse(a *E) *E
	Equal(a *E) bool
	IsZero() bool
}

// affine is a point; (0, 0), which is on neither curve, stands for infinity.
type affine[E any] struct {
	x, y E
}

// adder adds many pairs of affine points with one inversion for all of them.
type adder[E any, P coordinateOf[E]] struct {
	pending  []int
	products []E
}

// add leaves sums[i] + addends[i] in sums, for any points of a group of odd order.
func (work *adder[E, P]) add(sums, addends []affine[E]) {
	work.pending, work.products = work.pending[:0], work.products[:0]
	var product, denominator E
	for index := range sums {
		sum, addend := &sums[index], &addends[index]
		switch {
		case P(&addend.x).IsZero() && P(&addend.y).IsZero():
			continue
		case P(&sum.x).IsZero() && P(&sum.y).IsZero():
			*sum = *addend
			continue
		case !P(&sum.x).Equal(&addend.x):
			P(&denominator).Sub(&addend.x, &sum.x)
		case P(&sum.y).Equal(&addend.y):
			P(&denominator).Double(&sum.y)
		default:
			*sum = affine[E]{}
			continue
		}
		if len(work.pending) == 0 {
			product = denominator
		} else {
			P(&product).Mul(&product, &denominator)
		}
		work.pending = append(work.pending, index)
		work.products = append(work.products, product)
	}
	if len(work.pending) == 0 {
		return
	}
	var inverse, slope, tripled E
	P(&inverse).Inverse(&product)
	for position := len(work.pending) - 1; position >= 0; position-- {
		sum, addend := &sums[work.pending[position]], &addends[work.pending[position]]
		doubling := P(&sum.x).Equal(&addend.x)
		if doubling {
			P(&denominator).Double(&sum.y)
			P(&slope).Square(&sum.x)
			P(&tripled).Double(&slope)
			P(&slope).Add(&slope, &tripled)
		} else {
			P(&denominator).Sub(&addend.x, &sum.x)
			P(&slope).Sub(&addend.y, &sum.y)
		}
		if position > 0 {
			var own E
			P(&own).Mul(&inverse, &work.products[position-1])
			P(&inverse).Mul(&inverse, &denominator)
			P(&slope).Mul(&slope, &own)
		} else {
			P(&slope).Mul(&slope, &inverse)
		}
		var x E
		P(&x).Square(&slope)
		P(&x).Sub(&x, &sum.x)
		P(&x).Sub(&x, &addend.x)
		P(&sum.x).Sub(&sum.x, &x)
		P(&slope).Mul(&slope, &sum.x)
		P(&sum.y).Sub(&slope, &sum.y)
		sum.x = x
	}
}

const (
	scalarBits = 254
	// Of as many scalars the running sums stay in the cache while a window's table passes by.
	multiplesBatch = 2048
)

// multiples makes multiples of one point by additions only: table[w][j] is (j + 1)·2^(w·bits) of it.
type multiples[E any, P coordinateOf[E]] struct {
	bits  int
	table [][]affine[E]
}

// newMultiples fills the tables with a window that suits the number of scalars to come.
func newMultiples[E any, P coordinateOf[E]](generator affine[E], scalars int) *multiples[E, P] {
	made := &multiples[E, P]{bits: 8}
	for cost := func(bits int) int { return (scalars + 1<<(bits-1)) * (scalarBits/bits + 1) }; made.bits < 16 &&
		cost(made.bits+1) < cost(made.bits); {
		made.bits++
	}
	half := 1 << (made.bits - 1)
	var work adder[E, P]
	addends := make([]affine[E], half)
	base := []affine[E]{generator}
	// A signed digit may carry into one window more than the scalar's bits fill.
	for range scalarBits/made.bits + 1 {
		row := make([]affine[E], half)
		row[0] = base[0]
		for filled := 1; filled < half; filled *= 2 {
			for index := range filled {
				row[filled+index], addends[index] = row[index], row[filled-1]
			}
			work.add(row[filled:2*filled], addends[:filled])
		}
		made.table = append(made.table, row)
		base[0] = row[half-1]
		work.add(base, []affine[E]{row[half-1]})
	}
	return made
}

// signedDigits writes a scalar's digits, each within ±2^(bits−1), least significant first.
func signedDigits(scalar [4]uint64, bits int, digits []int32) {
	carry := int32(0)
	for window := range digits {
		bit := window * bits
		word, shift := bit/64, bit%64
		value := scalar[word] >> shift
		if shift+bits > 64 && word < 3 {
			value |= scalar[word+1] << (64 - shift)
		}
		digit := int32(value&(1<<bits-1)) + carry
		carry = 0
		if digit > 1<<(bits-1) {
			digit -= 1 << bits
			carry = 1
		}
		digits[window] = digit
	}
}

// of returns the multiples of the point, in order. report is told after each batch how many it had.
func (base *multiples[E, P]) of(scalars []fr.Element, report func(int)) ([]affine[E], error) {
	sums := make([]affine[E], len(scalars))
	windows := len(base.table)
	var next atomic.Int64
	return sums, parallel(runtime.GOMAXPROCS(0), func(_, _ int) error {
		var work adder[E, P]
		addends := make([]affine[E], multiplesBatch)
		digits := make([]int32, multiplesBatch*windows)
		for {
			end := int(next.Add(multiplesBatch))
			start := end - multiplesBatch
			if start >= len(scalars) {
				return nil
			}
			end = min(end, len(scalars))
			for index := start; index < end; index++ {
				own := digits[(index-start)*windows:]
				signedDigits(scalars[index].Bits(), base.bits, own[:windows])
			}
			for window, row := range base.table {
				for index := range end - start {
					addends[index] = affine[E]{}
					switch digit := digits[index*windows+window]; {
					case digit > 0:
						addends[index] = row[digit-1]
					case digit < 0:
						addends[index] = row[-digit-1]
						P(&addends[index].y).Neg(&addends[index].y)
					}
				}
				work.add(sums[start:end], addends[:end-start])
			}
			report(end - start)
		}
	})
}
