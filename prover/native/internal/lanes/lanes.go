// SPDX-License-Identifier: GPL-3.0-or-later

// Package lanes does arithmetic in the base field of BN254 on eight elements at once, by the 52-bit
// multiplier of AVX-512 (IFMA).
//
// An element x stands as x·2^260 modulo p (Montgomery's form for a radix of five limbs of 52 bits), and not
// always below p: each operation says how large it takes its operands and leaves its result, in multiples of
// p. With operands below a·p and b·p the result of a multiplication is below (a·b·p/2^260 + 1)·p, and p is
// 0.0119·2^260: below 2p as long as a·b ≤ 84.
package lanes

import "os"

//go:generate go run ./generate

// ArithmeticVariable, set to "library", keeps to the library's arithmetic on every processor.
const ArithmeticVariable = "PLIMSOLL_NATIVE_ARITHMETIC"

// InUse says whether this package does the arithmetic: it is said once, because points outlive a call.
var InUse = Available && os.Getenv(ArithmeticVariable) != "library"

const (
	// Width is how many elements a block holds.
	Width = 8
	limbs = 5
	// LimbBits is how many bits a limb has.
	LimbBits = 52
	// RadixShift: an element here is 2^RadixShift times one in the library's form (2^256).
	RadixShift = 4
)

// Block holds eight elements, limb by limb, the lowest first: limbs are below 2^52, the last but for what is
// above 260 bits, which no operation leaves.
type Block [limbs][Width]uint64

// Constant is one element, limb by limb.
type Constant [limbs]uint64

// mostColumns: sums of so many products of limbs fit a word.
const mostColumns = 17

// ConstantOf cuts the four words of a number below 2^256.
func ConstantOf(words [4]uint64) Constant {
	const mask = 1<<LimbBits - 1
	return Constant{
		words[0] & mask,
		(words[0]>>52 | words[1]<<12) & mask,
		(words[1]>>40 | words[2]<<24) & mask,
		(words[2]>>28 | words[3]<<36) & mask,
		words[3] >> 16,
	}
}

// ToForm brings an element of the library, of either field, into the form of this package.
func ToForm[E any, P interface {
	*E
	Double(*E) *E
}](element E) E {
	for range RadixShift {
		P(&element).Double(&element)
	}
	return element
}
