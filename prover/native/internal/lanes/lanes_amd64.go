// SPDX-License-Identifier: GPL-3.0-or-later

package lanes

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// Available says whether this processor has what the kernels use.
var Available = cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512IFMA && cpu.X86.HasAVX512VBMI2

// What follows takes lists of one length; a result may stand where an operand stood. Fp is the field of
// coordinates, Fr that of scalars.

// FpMultiply leaves less than 2p of factors whose bounds in p have a product up to 84.
func FpMultiply(into, a, b []Block) { multiplyFp(first(into, a, b), &a[0], &b[0], len(into)) }

// FpMultiplyTwo is a·b + c·d, reduced once: less than 2p if both products of bounds are 84 together.
func FpMultiplyTwo(into, a, b, c, d []Block) {
	first(c, d, into)
	multiplyTwoFp(first(into, a, b), &a[0], &b[0], &c[0], &d[0], len(into))
}

// FpAdd leaves the sum, not reduced.
func FpAdd(into, a, b []Block) { addFp(first(into, a, b), &a[0], &b[0], len(into)) }

// FpSubtract1 is a − b + p, of b ≤ p; FpSubtract2 and FpSubtract4 add 2p and 4p.
func FpSubtract1(into, a, b []Block) { subtract1Fp(first(into, a, b), &a[0], &b[0], len(into)) }

func FpSubtract2(into, a, b []Block) { subtract2Fp(first(into, a, b), &a[0], &b[0], len(into)) }

func FpSubtract4(into, a, b []Block) { subtract4Fp(first(into, a, b), &a[0], &b[0], len(into)) }

// FpLoad takes two elements each, of four words, from places that are stride bytes apart.
func FpLoad(one, other []Block, places unsafe.Pointer, stride uintptr) {
	load2Fp(first(one, other, one), &other[0], places, stride, len(one))
}

// FpStore puts elements of less than 4p back, reduced below p.
func FpStore(one, other []Block, places unsafe.Pointer, stride uintptr) {
	store2Fp(first(one, other, one), &other[0], places, stride, len(one))
}

// FrMultiply is FpMultiply of scalars.
func FrMultiply(into, a, b []Block) { multiplyFr(first(into, a, b), &a[0], &b[0], len(into)) }

// FrSubtract2 is a − b + 2p, of b ≤ 2p.
func FrSubtract2(into, a, b []Block) { subtract2Fr(first(into, a, b), &a[0], &b[0], len(into)) }

// FrDecimateFrequency leaves u + v in u and (u − v)·w in v, of u and v below 2.1p and w below p. v is below
// 2p, and u but for three times 2^208 and twice what its operands had above it.
func FrDecimateFrequency(u, v, w []Block) {
	decimateFrequencyFr(first(u, v, w), &v[0], &w[0], len(u))
}

// FrDecimateTime leaves u + v·w in u and u − v·w + 2p in v, of v below 84p and w below p: 2p above u.
func FrDecimateTime(u, v, w []Block) {
	decimateTimeFr(first(u, v, w), &v[0], &w[0], len(u))
}

// FrAddMultiple adds a multiple of a to into; both are below 3p, and into stays so. The factor is below p.
func FrAddMultiple(into, a []Block, factor *Constant) {
	addMultipleFr(first(into, a, a), &a[0], (*[limbs]uint64)(factor), len(into))
}

// FrWeigh leaves Σ columns[i]·factors[i] + addend, below 3p, of up to 17 columns below 3p, one after another
// and each as long as into, and of constants below p.
func FrWeigh(into, columns []Block, factors []Constant, addend *Constant) {
	if len(columns) != len(into)*len(factors) || len(factors) > mostColumns {
		panic("lanes: not a factor for each column")
	}
	weighFr(
		first(into, into, into), &columns[0], uintptr(len(into))*unsafe.Sizeof(into[0]),
		(*[limbs]uint64)(&factors[0]), (*[limbs]uint64)(addend), len(factors), len(into),
	)
}

// FrLoad takes an element each, of four words, from places that are stride bytes apart.
func FrLoad(into []Block, places unsafe.Pointer, stride uintptr) {
	load1Fr(first(into, into, into), places, stride, len(into))
}

// FrStore puts elements of less than 4p back, reduced below p.
func FrStore(from []Block, places unsafe.Pointer, stride uintptr) {
	store1Fr(first(from, from, from), places, stride, len(from))
}

// TransposeGroups exchanges, in every eight blocks, the number of the block with that of the lane.
func TransposeGroups(blocks []Block) {
	if len(blocks)%Width != 0 {
		panic("lanes: not groups of eight blocks")
	}
	transposeGroups(&blocks[0], len(blocks)/Width)
}

// Prefetch asks for places of so many bytes, 64 or 128, before they are read: an entry is twice the number of
// one, and a sign.
func Prefetch(places unsafe.Pointer, size uintptr, entries []uint32) {
	if len(entries) > 0 {
		prefetch(places, size, &entries[0], len(entries))
	}
}

// first refuses lists of different lengths, which the kernels would not see, and empty ones.
func first(a, b, c []Block) *Block {
	if len(a) != len(b) || len(a) != len(c) {
		panic("lanes: lists of different lengths")
	}
	return &a[0]
}

//go:noescape
func multiplyFp(into, a, b *Block, count int)

//go:noescape
func multiplyTwoFp(into, a, b, c, d *Block, count int)

//go:noescape
func addFp(into, a, b *Block, count int)

//go:noescape
func subtract1Fp(into, a, b *Block, count int)

//go:noescape
func subtract2Fp(into, a, b *Block, count int)

//go:noescape
func subtract4Fp(into, a, b *Block, count int)

//go:noescape
func load2Fp(one, other *Block, places unsafe.Pointer, stride uintptr, count int)

//go:noescape
func store2Fp(one, other *Block, places unsafe.Pointer, stride uintptr, count int)

//go:noescape
func multiplyFr(into, a, b *Block, count int)

//go:noescape
func subtract2Fr(into, a, b *Block, count int)

//go:noescape
func decimateFrequencyFr(u, v, w *Block, count int)

//go:noescape
func decimateTimeFr(u, v, w *Block, count int)

//go:noescape
func load1Fr(one *Block, places unsafe.Pointer, stride uintptr, count int)

//go:noescape
func store1Fr(one *Block, places unsafe.Pointer, stride uintptr, count int)

//go:noescape
func transposeGroups(blocks *Block, count int)

//go:noescape
func prefetch(places unsafe.Pointer, size uintptr, entries *uint32, count int)

//go:noescape
func addMultipleFr(into, a *Block, factor *[limbs]uint64, count int)

//go:noescape
func weighFr(into, columns *Block, stride uintptr, factors, addend *[limbs]uint64, width, count int)
