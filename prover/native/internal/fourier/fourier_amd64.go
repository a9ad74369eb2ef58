// SPDX-License-Identifier: GPL-3.0-or-later

// Package fourier evaluates polynomials elsewhere by number-theoretic transforms in the arithmetic of
// package lanes.
package fourier

import (
	"math/bits"
	"runtime"
	"slices"
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/lanes"
)

// LeastSize is the smallest domain that Extension takes: one group of eight blocks.
const LeastSize = groupBlocks * lanes.Width

const groupBlocks = 8

// Extension takes the values of a polynomial over the powers of a root of unity to those over a coset: down
// the stages of an inverse transform by frequency, and up those of a transform by time, so that neither
// reorders anything. Below 64 elements a group of eight blocks is transposed, that a block holds elements
// eight apart, for the last three stages of the one and the first three of the other.
type Extension struct {
	size int
	// Roots of each stage by the logarithm of half its length in blocks, or in elements where a block has
	// several (small).
	inverse, forward           [][]lanes.Block
	smallInverse, smallForward [3][]lanes.Block
	// What a coefficient is multiplied by: a power of the coset's shift over the size. In the order in
	// which the stages leave coefficients.
	shifts []lanes.Block
}

// NewExtension takes the size of the domain, a power of two of LeastSize or more, and the coset's shift.
func NewExtension(size int, shift fr.Element) (*Extension, error) {
	root, err := fft.Generator(uint64(size))
	if err != nil {
		return nil, err
	}
	made := &Extension{size: size}
	rootInverse := *new(fr.Element).Inverse(&root)
	for half := size / 2; half >= 1; half /= 2 {
		roots, inverses := powers(root, half), powers(rootInverse, half)
		if half >= lanes.Width {
			made.forward = append(made.forward, blocksOf(roots))
			made.inverse = append(made.inverse, blocksOf(inverses))
		} else {
			stage := bits.TrailingZeros(uint(half))
			made.smallForward[stage], made.smallInverse[stage] = repeated(roots), repeated(inverses)
		}
		root.Square(&root)
		rootInverse.Square(&rootInverse)
	}
	slices.Reverse(made.forward)
	slices.Reverse(made.inverse)
	scale := *new(fr.Element).SetUint64(uint64(size))
	scale.Inverse(&scale)
	coefficients := powers(shift, size)
	ordered := make([]fr.Element, size)
	width := bits.TrailingZeros(uint(size))
	for place := range ordered {
		power := bits.Reverse64(uint64(place)) >> (64 - width)
		ordered[place].Mul(&coefficients[power], &scale)
	}
	made.shifts = blocksOf(ordered)
	lanes.TransposeGroups(made.shifts)
	return made, nil
}

// powers are 1, base, base² …
func powers(base fr.Element, count int) []fr.Element {
	made := make([]fr.Element, count)
	made[0].SetOne()
	for index := 1; index < count; index++ {
		made[index].Mul(&made[index-1], &base)
	}
	return made
}

// blocksOf are factors: times a value in the library's form, as package lanes multiplies, they leave it in
// the library's form.
func blocksOf(elements []fr.Element) []lanes.Block {
	scaled := make([]fr.Element, len(elements))
	for index := range elements {
		scaled[index] = lanes.ToForm(elements[index])
	}
	made := make([]lanes.Block, len(elements)/lanes.Width)
	load(made, scaled)
	return made
}

// repeated has a block of each.
func repeated(elements []fr.Element) []lanes.Block {
	var all []fr.Element
	for _, element := range elements {
		for range lanes.Width {
			all = append(all, element)
		}
	}
	return blocksOf(all)
}

// Scratch is where one quotient is made at a time.
type Scratch struct{ a, b, c []lanes.Block }

func (e *Extension) NewScratch() *Scratch {
	count := e.size / lanes.Width
	return &Scratch{make([]lanes.Block, count), make([]lanes.Block, count), make([]lanes.Block, count)}
}

// Quotient leaves in into, as plain scalars, A·B − C over the coset, of A and B over the domain in the
// library's form and C = A·B there.
func (e *Extension) Quotient(work *Scratch, a, b, into []fr.Element) error {
	err := concurrent.Parallel(len(work.a), func(start, end int) error {
		own, other, product := work.a[start:end], work.b[start:end], work.c[start:end]
		load(own, a[start*lanes.Width:])
		load(other, b[start*lanes.Width:])
		// Of 2^256·a and 2^256·b this is 2^252·c.
		lanes.FrMultiply(product, own, other)
		return nil
	})
	for _, values := range [][]lanes.Block{work.a, work.b, work.c} {
		if err == nil {
			err = e.extend(values)
		}
	}
	if err != nil {
		return err
	}
	return concurrent.Parallel(len(work.a), func(start, end int) error {
		for ; start < end; start += constantBlocks {
			last := min(start+constantBlocks, end)
			own, other, product := work.a[start:last], work.b[start:last], work.c[start:last]
			// 2^256·2^134/2^260 = 2^130 of each, the product of which is divided by 2^260 again.
			lanes.FrMultiply(own, own, halfRadix[:last-start])
			lanes.FrMultiply(other, other, halfRadix[:last-start])
			lanes.FrMultiply(own, own, other)
			lanes.FrMultiply(product, product, quarterWord[:last-start])
			lanes.FrSubtract2(own, own, product)
			lanes.FrStore(own, unsafe.Pointer(&into[start*lanes.Width]), fr.Bytes)
		}
		return nil
	})
}

func load(into []lanes.Block, values []fr.Element) {
	lanes.FrLoad(into, unsafe.Pointer(&values[0]), fr.Bytes)
}

const constantBlocks = 16

// halfRadix is 2^134 and quarterWord 2^8, as plain numbers.
var halfRadix, quarterWord = powerOfTwo(134), powerOfTwo(8)

func powerOfTwo(exponent int) (made [constantBlocks]lanes.Block) {
	for block := range made {
		for lane := range lanes.Width {
			made[block][exponent/lanes.LimbBits][lane] = 1 << (exponent % lanes.LimbBits)
		}
	}
	return made
}

// extend replaces values, below 2p, over the domain by those over the coset, below 2p for each stage and once
// more: 56p for the largest domain that there is.
func (e *Extension) extend(values []lanes.Block) error {
	// The first stages go over everything, split; then as many parts as are worth it, each by itself.
	parts := 1
	for parts < 4*runtime.GOMAXPROCS(0) && len(values)/parts > 8*groupBlocks {
		parts *= 2
	}
	for count := 1; count < parts; count *= 2 {
		if err := e.stage(values, count, lanes.FrDecimateFrequency, e.inverse); err != nil {
			return err
		}
	}
	length := len(values) / parts
	err := concurrent.Parallel(parts, func(start, end int) error {
		for part := start; part < end; part++ {
			e.part(values[part*length:(part+1)*length], part*length)
		}
		return nil
	})
	for count := parts / 2; err == nil && count >= 1; count /= 2 {
		err = e.stage(values, count, lanes.FrDecimateTime, e.forward)
	}
	return err
}

// stage does one stage of transforms of so many equal parts.
func (e *Extension) stage(
	values []lanes.Block, parts int, butterfly func(u, v, w []lanes.Block), roots [][]lanes.Block,
) error {
	half := len(values) / parts / 2
	own := roots[bits.TrailingZeros(uint(half))]
	return concurrent.Parallel(len(values)/2, func(start, end int) error {
		for start < end {
			part, from := start/half, start%half
			count := min(half-from, end-start)
			low := values[part*2*half+from:]
			butterfly(low[:count], low[half:half+count], own[from:from+count])
			start += count
		}
		return nil
	})
}

// part does all stages from a length down and up to it again: what they touch stays in the cache.
func (e *Extension) part(values []lanes.Block, offset int) {
	half := len(values) / 2
	level := bits.TrailingZeros(uint(half))
	low, high := values[:half], values[half:]
	if len(values) > groupBlocks {
		lanes.FrDecimateFrequency(low, high, e.inverse[level])
		e.part(low, offset)
		e.part(high, offset+half)
		lanes.FrDecimateTime(low, high, e.forward[level])
		return
	}
	for half := groupBlocks / 2; half >= 1; half /= 2 {
		pairs(values, half, lanes.FrDecimateFrequency, e.inverse[bits.TrailingZeros(uint(half))])
	}
	lanes.TransposeGroups(values)
	for half := groupBlocks / 2; half >= 1; half /= 2 {
		pairs(values, half, lanes.FrDecimateFrequency, e.smallInverse[bits.TrailingZeros(uint(half))])
	}
	lanes.FrMultiply(values, values, e.shifts[offset:offset+groupBlocks])
	for half := 1; half < groupBlocks; half *= 2 {
		pairs(values, half, lanes.FrDecimateTime, e.smallForward[bits.TrailingZeros(uint(half))])
	}
	lanes.TransposeGroups(values)
	for half := 1; half < groupBlocks; half *= 2 {
		pairs(values, half, lanes.FrDecimateTime, e.forward[bits.TrailingZeros(uint(half))])
	}
}

func pairs(values []lanes.Block, half int, butterfly func(u, v, w []lanes.Block), roots []lanes.Block) {
	for start := 0; start < len(values); start += 2 * half {
		butterfly(values[start:start+half], values[start+half:start+2*half], roots)
	}
}
