// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/container"
	"plimsoll/native/internal/field"
)

const (
	wtnsVersion       = 2
	wtnsHeaderSection = 1
	wtnsValuesSection = 2
)

// ReadWitness returns the values of a .wtns file as they are written: not in Montgomery form.
func ReadWitness(file []byte) ([]fr.Element, error) {
	sections, err := container.ReadSections(file, "wtns", wtnsVersion)
	if err != nil {
		return nil, err
	}
	header, err := container.Section(sections, "wtns header", wtnsHeaderSection, 4+field.FieldBytes+4)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FrModulus {
		return nil, errors.New("wtns: the field is not the scalar field of BN254")
	}
	count := binary.LittleEndian.Uint32(header[4+field.FieldBytes:])
	bytes, err := container.Section(sections, "wtns values", wtnsValuesSection, uint64(count)*field.FieldBytes)
	if err != nil {
		return nil, err
	}
	values := make([]fr.Element, count)
	for index := range values {
		values[index] = field.Limbs(bytes[index*field.FieldBytes:])
		if !field.Below(values[index], field.FrModulus) {
			return nil, fmt.Errorf("wtns: value %d %w", index, field.ErrNotCanonical)
		}
	}
	if count == 0 || values[0] != (fr.Element{1}) {
		return nil, errors.New("wtns: the first value must be 1")
	}
	return values, nil
}
