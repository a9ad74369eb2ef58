// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/field"
)

const (
	r1csHeaderSection      = 1
	r1csConstraintsSection = 2
	r1csHeaderBytes        = 4 + field.FieldBytes + 4*4 + 8 + 4
	termBytes              = 4 + field.FieldBytes
)

// term is a coefficient at one place of a constraint system.
type term struct {
	row, wire uint32
	value     fr.Element
}

// circuit is a constraint system as phase 2 sees it: the terms of A, B and C, row by row, and with those of
// A the rows that snarkjs adds to keep the polynomials of the public wires independent.
type circuit struct {
	wires, publicSignals, constraints, power int
	sides                                    [3][]term
}

func (of *circuit) domainSize() int { return 1 << of.power }

func (of *circuit) privateWires() int { return of.wires - of.publicSignals - 1 }

func readCircuit(path string) (*circuit, error) {
	from, err := openFile(path, "r1cs")
	if err != nil {
		return nil, err
	}
	defer from.Close()
	header, err := from.whole(r1csHeaderSection, r1csHeaderBytes)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FrModulus {
		return nil, errors.New("r1cs: the field is not the scalar field of BN254")
	}
	counts := header[4+field.FieldBytes:]
	at := func(place int) uint64 { return uint64(binary.LittleEndian.Uint32(counts[place:])) }
	wires, public, constraints := at(0), at(4)+at(8), at(24)
	if public >= wires {
		return nil, fmt.Errorf("r1cs: %d public signals need more than %d wires", public, wires)
	}
	power := bits.Len64(constraints + public)
	if power > maxPower {
		return nil, fmt.Errorf("r1cs: must have at most 2^%d rows", maxPower)
	}
	body, err := from.part(r1csConstraintsSection, 0, from.sections[r1csConstraintsSection].length)
	if err != nil {
		return nil, err
	}
	read := &circuit{
		wires: int(wires), publicSignals: int(public), constraints: int(constraints), power: power,
	}
	return read, read.readTerms(body)
}

func (of *circuit) readTerms(body []byte) error {
	truncated := errors.New("r1cs: the constraints are truncated")
	for row := range of.constraints {
		for side := range of.sides {
			if len(body) < 4 {
				return truncated
			}
			count := uint64(binary.LittleEndian.Uint32(body))
			body = body[4:]
			if count > uint64(len(body))/termBytes {
				return truncated
			}
			for range count {
				wire := binary.LittleEndian.Uint32(body)
				value := fr.Element(field.Limbs(body[4:]))
				if int(wire) >= of.wires || !field.Below(value, field.FrModulus) {
					return fmt.Errorf("r1cs: constraint %d has a wire or a coefficient out of range", row)
				}
				value.Mul(&value, &field.MontgomeryFactor)
				of.sides[side] = append(of.sides[side], term{uint32(row), wire, value})
				body = body[termBytes:]
			}
		}
	}
	if len(body) != 0 {
		return fmt.Errorf("r1cs: %d bytes follow the last constraint", len(body))
	}
	for wire := range of.publicSignals + 1 {
		extra := term{uint32(of.constraints + wire), uint32(wire), fr.One()}
		of.sides[0] = append(of.sides[0], extra)
	}
	return nil
}

// coefficients is the payload of a key's coefficient section: A and B of every row, in Montgomery form twice.
func (of *circuit) coefficients() []byte {
	count := len(of.sides[0]) + len(of.sides[1])
	var out bytes.Buffer
	out.Grow(4 + count*(12+field.FieldBytes))
	put := func(matrix uint32, entry *term) {
		var twice fr.Element
		twice.Mul(&entry.value, &field.MontgomeryFactor)
		line := binary.LittleEndian.AppendUint32(nil, matrix)
		line = binary.LittleEndian.AppendUint32(line, entry.row)
		line = binary.LittleEndian.AppendUint32(line, entry.wire)
		for _, word := range twice {
			line = binary.LittleEndian.AppendUint64(line, word)
		}
		out.Write(line)
	}
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(count)))
	var next [2]int
	for row := range of.constraints + of.publicSignals + 1 {
		for matrix := range next {
			side := of.sides[matrix]
			for next[matrix] < len(side) && int(side[next[matrix]].row) == row {
				put(uint32(matrix), &side[next[matrix]])
				next[matrix]++
			}
		}
	}
	return out.Bytes()
}

// rowSums turns weights of wires into weights of rows: Σ_w weight_w · side_{row,w}.
func (of *circuit) rowSums(side int, weights []fr.Element) []fr.Element {
	sums := make([]fr.Element, of.domainSize())
	var product fr.Element
	for index := range of.sides[side] {
		entry := &of.sides[side][index]
		product.Mul(&entry.value, &weights[entry.wire])
		sum := &sums[entry.row]
		sum.Add(sum, &product)
	}
	return sums
}

// byWire lists the terms of each wire.
func (of *circuit) byWire(side int) [][]*term {
	lists := make([][]*term, of.wires)
	for index := range of.sides[side] {
		entry := &of.sides[side][index]
		lists[entry.wire] = append(lists[entry.wire], entry)
	}
	return lists
}
