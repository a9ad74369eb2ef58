// SPDX-License-Identifier: GPL-3.0-or-later

// Package msm sums multiples of points, and makes multiples of one point.
package msm

import (
	"math/bits"
	"sync/atomic"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/field"
)

// Sums of multiples of points by Pippenger's buckets: scalars are cut into windows of signed digits,
// points of one digit are added up in a bucket, and the buckets of a window are weighed by their
// digit. A term of a small scalar, which most of a circuit's are, costs only its own windows.

const (
	scalarBits      = 254
	leastWindowBits = 4
	mostWindowBits  = 15
)

// DigitRows are the digits of all scalars, window by window.
type DigitRows struct {
	bits int
	rows [][]int16
}

// magnitude is the smaller of a scalar and its negative, so that small negative numbers are small.
func magnitude(scalar *fr.Element) (value [4]uint64, negative bool) {
	value = *scalar
	if field.Below(halfModulus, value) {
		var borrow uint64
		for word := range value {
			value[word], borrow = bits.Sub64(field.FrModulus[word], value[word], borrow)
		}
		return value, true
	}
	return value, false
}

func bitLength(value [4]uint64) int {
	for word := 3; word >= 0; word-- {
		if value[word] != 0 {
			return 64*word + bits.Len64(value[word])
		}
	}
	return 0
}

// windowBits is the width of window by which the sum takes the fewest additions.
func windowBits(scalars []fr.Element) int {
	var lengths [scalarBits + 1]int
	for index := range scalars {
		value, _ := magnitude(&scalars[index])
		lengths[bitLength(value)]++
	}
	best, least := leastWindowBits, -1
	for width := leastWindowBits; width <= mostWindowBits; width++ {
		// Each bucket is added to a row and to a column.
		additions := windows(width) << width
		for length, count := range lengths {
			additions += count * ((length + width - 1) / width)
		}
		if least < 0 || additions < least {
			best, least = width, additions
		}
	}
	return best
}

// windows is how many cover every magnitude: none fills its last window, which takes the last carry.
func windows(width int) int {
	return (scalarBits + width - 1) / width
}

// cut writes a scalar's digits, each of size 2^(width−1) at most, least significant first, and
// returns how many there are: the rest are 0.
func cut(scalar *fr.Element, width int, into []int32) int {
	value, negative := magnitude(scalar)
	sign := int32(0)
	if negative {
		sign = -1
	}
	length, carry, window := bitLength(value), int32(0), 0
	for ; window*width < length || carry != 0; window++ {
		digit := windowOf(value, window*width, width) + carry
		// Whether a digit is in the upper half is as good as random: no branch depends on it.
		carry = (digit + 1<<(width-1)) >> width
		digit -= carry << width
		into[window] = (digit ^ sign) - sign
	}
	return window
}

// DigitsOf cuts scalars, which are plain and below the modulus.
func DigitsOf(scalars []fr.Element) DigitRows {
	digits := DigitRows{bits: windowBits(scalars)}
	cells := make([]int16, windows(digits.bits)*len(scalars))
	for window := range windows(digits.bits) {
		digits.rows = append(digits.rows, cells[window*len(scalars):(window+1)*len(scalars)])
	}
	var own [scalarBits/leastWindowBits + 1]int32
	for index := range scalars {
		for window := range cut(&scalars[index], digits.bits, own[:]) {
			digits.rows[window][index] = int16(own[window])
		}
	}
	return digits
}

// windowOf is so many bits of a value from some bit on.
func windowOf(value [4]uint64, from, width int) int32 {
	word, shift := from/64, from%64
	window := value[word] >> shift
	if shift+width > 64 && word < 3 {
		window |= value[word+1] << (64 - shift)
	}
	return int32(window & (1<<width - 1))
}

// windowSums is the scratch space in which one thread sums windows.
type windowSums[E comparable] struct {
	bucketSums[E]
	groups                 groups
	digits                 []int16
	buckets, rows, columns []curve.Affine[E]
}

// weighed is Σ weight·point over the buckets of a window in two lists: rows[i] weighs (i+1)·2^shift,
// columns[i] weighs i+1.
type weighed[E comparable] struct {
	rows, columns []curve.Affine[E]
	shift         int
}

func sized[T any](list []T, count int) []T {
	if cap(list) < count {
		return make([]T, count)
	}
	return list[:count]
}

// sum adds up a window. Bucket d weighs d = row·2^shift + column: its two parts are sums of buckets
// again, so that what is left to be weighed is the square root of their number.
func (work *windowSums[E]) sum(points []curve.Affine[E], digits []int16, width int) weighed[E] {
	count := 1 << (width - 1)
	shift := width / 2
	// What a sum that failed half-way left behind is not this one's.
	work.adder.Pending = 0
	work.groups.sort(digits, count)
	work.buckets = sized(work.buckets, count)
	work.bucketSums.sum(work.buckets, points, &work.groups)
	work.digits = sized(work.digits, count)
	part := func(of func(digit int) int, most int) []curve.Affine[E] {
		for index := range work.buckets {
			work.digits[index] = 0
			if !work.buckets[index].IsInfinity() {
				work.digits[index] = int16(of(index + 1))
			}
		}
		work.groups.sort(work.digits, most)
		sums := make([]curve.Affine[E], most)
		work.bucketSums.sum(sums, work.buckets, &work.groups)
		return sums
	}
	return weighed[E]{
		rows:    part(func(digit int) int { return digit >> shift }, count>>shift),
		columns: part(func(digit int) int { return digit & (1<<shift - 1) }, 1<<shift-1),
		shift:   shift,
	}
}

// jacobianOf is a sum in the library's own coordinates.
type jacobianOf[A, J any] interface {
	*J
	AddMixed(*A) *J
	AddAssign(*J) *J
	DoubleAssign() *J
}

// total is Σ windows[w]·2^(w·width), from the most significant window on.
func total[E comparable, A, J any, P jacobianOf[A, J]](
	windows []weighed[E], width int, convert func(*curve.Affine[E]) A,
) J {
	ramp := func(points []curve.Affine[E]) J {
		var running, sum J
		for index := len(points) - 1; index >= 0; index-- {
			point := convert(&points[index])
			P(&running).AddMixed(&point)
			P(&sum).AddAssign(&running)
		}
		return sum
	}
	var result J
	for index := len(windows) - 1; index >= 0; index-- {
		for range width {
			P(&result).DoubleAssign()
		}
		sum := ramp(windows[index].rows)
		for range windows[index].shift {
			P(&sum).DoubleAssign()
		}
		P(&result).AddAssign(&sum)
		sum = ramp(windows[index].columns)
		P(&result).AddAssign(&sum)
	}
	return result
}

type (
	g1Windows = windowSums[fp.Element]
	g2Windows = windowSums[bn254.E2]
)

// Summer is what one thread needs for windows of either group.
type Summer struct {
	g1 g1Windows
	g2 g2Windows
}

func NewSummer() *Summer {
	var made Summer
	made.g1.adder, made.g1.negate = curve.NewG1Adder(), curve.NegateFp
	made.g2.adder, made.g2.negate = curve.NewG2Adder(), curve.NegateE2
	return &made
}

// Multiplications of coordinates that all additions so far took.
func (s *Summer) Multiplications() uint64 {
	ofG1, ofG2 := curve.ChordMultiplications()
	return s.g1.adder.Additions*ofG1 + s.g2.adder.Additions*ofG2
}

// task is one window of one sum.
type task func(*Summer)

// SumG1 is a sum as a task for each window, and what makes the result of them.
func SumG1(
	into *bn254.G1Jac, points []curve.Affine[fp.Element], digits DigitRows,
) (tasks []task, finish func() error) {
	sums := make([]weighed[fp.Element], len(digits.rows))
	for window, row := range digits.rows {
		tasks = append(tasks, func(s *Summer) { sums[window] = s.g1.sum(points, row, digits.bits) })
	}
	return tasks, func() error {
		*into = total[fp.Element, bn254.G1Affine, bn254.G1Jac](sums, digits.bits, curve.ToG1)
		return nil
	}
}

func SumG2(
	into *bn254.G2Jac, points []curve.Affine[bn254.E2], digits DigitRows,
) (tasks []task, finish func() error) {
	sums := make([]weighed[bn254.E2], len(digits.rows))
	for window, row := range digits.rows {
		tasks = append(tasks, func(s *Summer) { sums[window] = s.g2.sum(points, row, digits.bits) })
	}
	return tasks, func() error {
		*into = total[bn254.E2, bn254.G2Affine, bn254.G2Jac](sums, digits.bits, curve.ToG2)
		return nil
	}
}

// RunTasks does all tasks, in order, each by the first thread that is free.
func RunTasks(tasks []task, summers []*Summer) error {
	var next atomic.Int64
	return concurrent.Parallel(len(summers), func(start, end int) error {
		for thread := start; thread < end; thread++ {
			for index := int(next.Add(1)) - 1; index < len(tasks); index = int(next.Add(1)) - 1 {
				tasks[index](summers[thread])
			}
		}
		return nil
	})
}

// halfModulus is the largest scalar that is not greater than its negative.
var halfModulus = [4]uint64{
	0xa1f0fac9f8000000, 0x9419f4243cdcb848, 0xdc2822db40c0ac2e, 0x183227397098d014,
}
