// SPDX-License-Identifier: GPL-3.0-or-later

// Package curve adds many affine points at once, over columns of coordinates.
package curve

import (
	"math/bits"
	"unsafe"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"

	"plimsoll/native/internal/field"
	"plimsoll/native/internal/lanes"
)

// Affine is a point; (0, 0), which is on neither curve, stands for infinity. Its coordinates are in the form
// of the arithmetic in use, and below the modulus: FromG1 and ToG1 go between that and the library's.
type Affine[E comparable] struct {
	X, Y E
}

func (point *Affine[E]) IsInfinity() bool {
	var zero E
	return point.X == zero && point.Y == zero
}

// fromRadix is 2^−lanes.RadixShift.
var fromRadix = func() fp.Element {
	var factor fp.Element
	factor.SetUint64(1 << lanes.RadixShift)
	return *factor.Inverse(&factor)
}()

func toForm(element fp.Element) fp.Element {
	if lanes.InUse {
		return lanes.ToForm(element)
	}
	return element
}

func fromForm(element fp.Element) fp.Element {
	if lanes.InUse {
		element.Mul(&element, &fromRadix)
	}
	return element
}

func FromG1(point *bn254.G1Affine) Affine[fp.Element] {
	return Affine[fp.Element]{toForm(point.X), toForm(point.Y)}
}

func ToG1(point *Affine[fp.Element]) bn254.G1Affine {
	return bn254.G1Affine{X: fromForm(point.X), Y: fromForm(point.Y)}
}

func FromG2(point *bn254.G2Affine) Affine[bn254.E2] {
	return Affine[bn254.E2]{
		bn254.E2{A0: toForm(point.X.A0), A1: toForm(point.X.A1)},
		bn254.E2{A0: toForm(point.Y.A0), A1: toForm(point.Y.A1)},
	}
}

func ToG2(point *Affine[bn254.E2]) bn254.G2Affine {
	return bn254.G2Affine{
		X: bn254.E2{A0: fromForm(point.X.A0), A1: fromForm(point.X.A1)},
		Y: bn254.E2{A0: fromForm(point.Y.A0), A1: fromForm(point.Y.A1)},
	}
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

// NegateFp replaces y by its negative where sign is 1, and keeps it where it is 0: without a branch, for half
// of the points of a sum are negated, in no order.
func NegateFp(y *fp.Element, sign uint64) {
	nonzero := y[0] | y[1] | y[2] | y[3]
	mask := -(sign & ((nonzero | -nonzero) >> 63))
	var borrow uint64
	for word := range y {
		var negated uint64
		negated, borrow = bits.Sub64(field.FpModulus[word], y[word], borrow)
		y[word] ^= (y[word] ^ negated) & mask
	}
}

// NegateE2 does the same.
func NegateE2(y *bn254.E2, sign uint64) {
	NegateFp(&y.A0, sign)
	NegateFp(&y.A1, sign)
}

// BatchPairs is how many additions share an inversion; their columns fit the second-level cache.
const BatchPairs = 32 * rowLength

// chords adds the first count points of right to those of left, pair by pair. No two of a pair have the same
// x, and none is infinity. What stands after them, up to a multiple of rowLength, may be read and
// overwritten.
type chords[E comparable] interface {
	add(left, right []Affine[E], count int)
}

// Adder collects additions of affine points and carries them out many at once. A sum is in its place
// only after flush.
type Adder[E comparable] struct {
	addAny      func(left, right *Affine[E]) Affine[E]
	targets     [BatchPairs]*Affine[E]
	left, right [BatchPairs]Affine[E]
	Pending     int
	chords      chords[E]
	// Additions is how many chords were drawn so far: what a sum costs.
	Additions uint64
}

// ChordMultiplications are those of coordinates in one addition of the adder, its share of an inversion among
// them: three products to invert, then slope, square and y. In G2 the kernels multiply an element out, in four,
// and reduce half as often; the library's arithmetic takes Karatsuba's three.
func ChordMultiplications() (g1, g2 uint64) {
	if lanes.InUse {
		return 6, 17
	}
	return 6, 15
}

func NewG1Adder() *Adder[fp.Element] {
	made := &Adder[fp.Element]{addAny: addG1, chords: new(columns[fp.Element, g1Column, *g1Column])}
	if lanes.InUse {
		made.chords = newLaneChordsG1()
	}
	return made
}

func NewG2Adder() *Adder[bn254.E2] {
	made := &Adder[bn254.E2]{addAny: addG2, chords: new(columns[bn254.E2, g2Column, *g2Column])}
	if lanes.InUse {
		made.chords = newLaneChordsG2()
	}
	return made
}

// Next are the places of the next pair, of which Commit then takes the sum.
func (work *Adder[E]) Next() (left, right *Affine[E]) {
	return &work.left[work.Pending], &work.right[work.Pending]
}

// Commit will put the sum of the pair in the places of Next into sum. Two points of one x, which are equal or
// opposite, and infinity have no chord, and are dealt with at once.
func (work *Adder[E]) Commit(sum *Affine[E]) {
	left, right := work.Next()
	// A word decides it nearly always.
	if lowWord(left) == lowWord(right) && left.X == right.X {
		*sum = work.addAny(left, right)
		return
	}
	if lowWord(right) == 0 && right.IsInfinity() {
		*sum = *left
		return
	}
	if lowWord(left) == 0 && left.IsInfinity() {
		*sum = *right
		return
	}
	work.targets[work.Pending] = sum
	work.Pending++
	if work.Pending == BatchPairs {
		work.Flush()
	}
}

func lowWord[E comparable](point *Affine[E]) uint64 {
	return *(*uint64)(unsafe.Pointer(&point.X))
}

// Add will put left + right into sum, which may be where either stood.
func (work *Adder[E]) Add(sum, left, right *Affine[E]) {
	ownLeft, ownRight := work.Next()
	*ownLeft, *ownRight = *left, *right
	work.Commit(sum)
}

func (work *Adder[E]) Flush() {
	count := work.Pending
	if count == 0 {
		return
	}
	work.Pending = 0
	work.Additions += uint64(count)
	work.chords.add(work.left[:], work.right[:], count)
	for index, target := range work.targets[:count] {
		*target = work.left[index]
	}
}
