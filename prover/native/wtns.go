// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const (
	wtnsVersion       = 2
	wtnsHeaderSection = 1
	wtnsValuesSection = 2
)

// halfModulus is the largest scalar that is not greater than its negative.
var halfModulus = [4]uint64{
	0xa1f0fac9f8000000, 0x9419f4243cdcb848, 0xdc2822db40c0ac2e, 0x183227397098d014,
}

// frModulus and fpModulus are the orders of BN254's scalar and base fields, low word first.
var (
	frModulus = [4]uint64{
		0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029,
	}
	fpModulus = [4]uint64{
		0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029,
	}
)

// readWitness returns the values of a .wtns file as they are written: not in Montgomery form.
func readWitness(file []byte) ([]fr.Element, error) {
	sections, err := readSections(file, "wtns", wtnsVersion)
	if err != nil {
		return nil, err
	}
	header, err := section(sections, "wtns header", wtnsHeaderSection, 4+fieldBytes+4)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header) != fieldBytes || limbs(header[4:]) != frModulus {
		return nil, errors.New("wtns: the field is not the scalar field of BN254")
	}
	count := binary.LittleEndian.Uint32(header[4+fieldBytes:])
	bytes, err := section(sections, "wtns values", wtnsValuesSection, uint64(count)*fieldBytes)
	if err != nil {
		return nil, err
	}
	values := make([]fr.Element, count)
	for index := range values {
		values[index] = limbs(bytes[index*fieldBytes:])
		if !below(values[index], frModulus) {
			return nil, fmt.Errorf("wtns: value %d %w", index, errNotCanonical)
		}
	}
	if count == 0 || values[0] != (fr.Element{1}) {
		return nil, errors.New("wtns: the first value must be 1")
	}
	return values, nil
}
