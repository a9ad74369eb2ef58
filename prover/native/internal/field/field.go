// SPDX-License-Identifier: GPL-3.0-or-later

// Package field has what both fields of BN254 need as files hold them.
package field

import (
	"encoding/binary"
	"errors"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// FieldBytes is the size of an element of either field in every format.
const FieldBytes = 32

// Limbs reads a field element as the four words that hold it, in whatever form the file has it.
func Limbs(bytes []byte) [4]uint64 {
	_ = bytes[FieldBytes-1]
	return [4]uint64{
		binary.LittleEndian.Uint64(bytes),
		binary.LittleEndian.Uint64(bytes[8:]),
		binary.LittleEndian.Uint64(bytes[16:]),
		binary.LittleEndian.Uint64(bytes[24:]),
	}
}

func Below(value, modulus [4]uint64) bool {
	for word := 3; word > 0; word-- {
		if value[word] != modulus[word] {
			return value[word] < modulus[word]
		}
	}
	return value[0] < modulus[0]
}

var ErrNotCanonical = errors.New("is not below its field's modulus")

// MontgomeryFactor times a plain value, as the library multiplies, is that value's Montgomery form.
var MontgomeryFactor = *new(fr.Element).SetBigInt(new(big.Int).Lsh(big.NewInt(1), fr.Bytes*8))

// PlainFactor times a value in Montgomery form, as the library multiplies, is the plain value.
var PlainFactor = fr.Element{1}

// FrModulus and FpModulus are the orders of BN254's scalar and base fields, low word first.
var (
	FrModulus = [4]uint64{
		0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029,
	}
	FpModulus = [4]uint64{
		0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029,
	}
)
