// SPDX-License-Identifier: GPL-3.0-or-later

package devkey

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/container"
	"plimsoll/native/internal/field"
)

const (
	r1csVersion            = 1
	r1csHeaderSection      = 1
	r1csConstraintsSection = 2
	r1csHeaderBytes        = 4 + field.FieldBytes + 4*4 + 8 + 4
	termBytes              = 4 + field.FieldBytes
	// Far beyond what any circuit here has; they bound what a hostile header makes the key allocate.
	maxR1csWires       = 1 << 24
	maxR1csDomainPower = 24
)

// linearTerms holds one side (A, B or C) of all constraints; those of constraint i are
// start[i] … start[i+1], with coefficients in Montgomery form.
type linearTerms struct {
	start        []uint32
	wires        []uint32
	coefficients []fr.Element
}

type r1cs struct {
	wires, publicSignals, constraints int
	sides                             [3]linearTerms
}

// domainPower is snarkjs's rule: one row for each constraint, public signal and the constant.
func (system *r1cs) domainPower() int {
	return bits.Len(uint(system.constraints + system.publicSignals))
}

// readR1cs parses a constraint system. Counts are compared with the file before anything is
// allocated for them; a wire out of range, a coefficient at or above the modulus and a byte too
// many are errors.
func readR1cs(file []byte) (*r1cs, error) {
	sections, err := container.ReadSections(file, "r1cs", r1csVersion)
	if err != nil {
		return nil, err
	}
	header, err := container.Section(sections, "r1cs header", r1csHeaderSection, r1csHeaderBytes)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FrModulus {
		return nil, errors.New("r1cs: the field is not the scalar field of BN254")
	}
	counts := header[4+field.FieldBytes:]
	wires := uint64(binary.LittleEndian.Uint32(counts))
	public := uint64(binary.LittleEndian.Uint32(counts[4:])) + uint64(binary.LittleEndian.Uint32(counts[8:]))
	constraints := uint64(binary.LittleEndian.Uint32(counts[24:]))
	if wires > maxR1csWires {
		return nil, fmt.Errorf("r1cs: must have at most %d wires, got %d", maxR1csWires, wires)
	}
	if public >= wires {
		return nil, fmt.Errorf("r1cs: %d public signals need more than %d wires", public, wires)
	}
	body, found := sections[r1csConstraintsSection]
	if !found {
		return nil, errors.New("r1cs constraints: section is missing")
	}
	if constraints > uint64(len(body))/12 {
		return nil, fmt.Errorf("r1cs constraints: section of %d bytes cannot hold %d", len(body), constraints)
	}
	system := &r1cs{wires: int(wires), publicSignals: int(public), constraints: int(constraints)}
	if power := system.domainPower(); power > maxR1csDomainPower {
		return nil, fmt.Errorf("r1cs: must have at most 2^%d rows, needs 2^%d", maxR1csDomainPower, power)
	}
	return system, system.readConstraints(body)
}

func (system *r1cs) readConstraints(body []byte) error {
	for side := range system.sides {
		system.sides[side].start = make([]uint32, system.constraints+1)
	}
	for constraint := range system.constraints {
		for side := range system.sides {
			rest, err := system.readTerms(&system.sides[side], body)
			if err != nil {
				return fmt.Errorf("r1cs: constraint %d: %w", constraint, err)
			}
			body = rest
			system.sides[side].start[constraint+1] = uint32(len(system.sides[side].wires))
		}
	}
	if len(body) != 0 {
		return fmt.Errorf("r1cs constraints: %d bytes follow the last one", len(body))
	}
	return nil
}

func (system *r1cs) readTerms(into *linearTerms, body []byte) ([]byte, error) {
	if len(body) < 4 {
		return nil, errors.New("is truncated")
	}
	count := uint64(binary.LittleEndian.Uint32(body))
	body = body[4:]
	if count > uint64(len(body))/termBytes {
		return nil, errors.New("is truncated")
	}
	for range count {
		wire := binary.LittleEndian.Uint32(body)
		if uint64(wire) >= uint64(system.wires) {
			return nil, fmt.Errorf("wire must be below %d, got %d", system.wires, wire)
		}
		value := fr.Element(field.Limbs(body[4:]))
		if !field.Below(value, field.FrModulus) {
			return nil, fmt.Errorf("a coefficient %w", field.ErrNotCanonical)
		}
		into.wires = append(into.wires, wire)
		into.coefficients = append(into.coefficients, *value.Mul(&value, &field.MontgomeryFactor))
		body = body[termBytes:]
	}
	return body, nil
}
