// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/affine"
	"plimsoll/native/internal/container"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/fourier"
	"plimsoll/native/internal/lanes"
	"plimsoll/native/internal/msm"
)

const (
	ZkeyVersion = 1
	groth16     = 1
	// snarkjs takes another shift for the largest domain of the field; nothing here comes near it.
	maxDomainPower   = 27
	CoefficientBytes = 12 + field.FieldBytes
	G1Bytes          = affine.G1Bytes
	G2Bytes          = affine.G2Bytes
	zkeyHeaderBytes  = 2*(4+field.FieldBytes) + 12 + 3*G1Bytes + 3*G2Bytes
)

const (
	protocolSection     = 1
	headerSection       = 2
	IcSection           = 3
	CoefficientsSection = 4
	ASection            = 5
	B1Section           = 6
	B2Section           = 7
	CSection            = 8
	HSection            = 9
)

type verifyingPoints struct {
	alpha1, beta1, delta1 bn254.G1Affine
	beta2, gamma2, delta2 bn254.G2Affine
	ic                    []bn254.G1Affine
}

// sparseMatrix holds the terms of all rows; those of row i are start[i] … start[i+1].
type sparseMatrix struct {
	start []uint32
	terms []term
}

type term struct {
	wire uint32
	// Index into the key's coefficients: most of a circuit's are the same few.
	coefficient uint32
}

// ProvingKey is a .zkey in the form that proofs want: points without those at infinity, which
// contribute nothing, next to the wires they belong to.
type ProvingKey struct {
	wires, publicSignals int
	domainSize           int
	// One of the two: the library's arithmetic, or that of package lanes.
	domain    *fft.Domain
	extension *fourier.Extension
	verifying verifyingPoints
	matrices  [2]sparseMatrix
	// Twice in Montgomery form, as the file has them: times a plain witness value this is Montgomery.
	coefficients []fr.Element
	a, b1        msm.Terms[fp.Element]
	b2           msm.Terms[bn254.E2]
	// C, then H: one sum. Its wires are those of C.
	ch      msm.Terms[fp.Element]
	scratch scratch
}

type zkeyHeader struct {
	wires, publicSignals, domainSize uint32
}

func readZkeyHeader(bytes []byte) (zkeyHeader, error) {
	var header zkeyHeader
	if binary.LittleEndian.Uint32(bytes) != field.FieldBytes || field.Limbs(bytes[4:]) != field.FpModulus {
		return header, errors.New("zkey: the curve's base field is not that of BN254")
	}
	bytes = bytes[4+field.FieldBytes:]
	if binary.LittleEndian.Uint32(bytes) != field.FieldBytes || field.Limbs(bytes[4:]) != field.FrModulus {
		return header, errors.New("zkey: the scalar field is not that of BN254")
	}
	bytes = bytes[4+field.FieldBytes:]
	header.wires = binary.LittleEndian.Uint32(bytes)
	header.publicSignals = binary.LittleEndian.Uint32(bytes[4:])
	header.domainSize = binary.LittleEndian.Uint32(bytes[8:])
	if header.publicSignals >= header.wires {
		return header, fmt.Errorf("zkey: %d public signals need more than %d wires",
			header.publicSignals, header.wires)
	}
	if bits.OnesCount32(header.domainSize) != 1 || header.domainSize > 1<<maxDomainPower {
		return header, fmt.Errorf("zkey: domain size must be a power of two up to 2^%d, got %d",
			maxDomainPower, header.domainSize)
	}
	return header, nil
}

// ReadKey parses and checks a .zkey: sizes against the header before anything is allocated, every
// coordinate below the modulus, every point on its curve and in its subgroup.
func ReadKey(file []byte) (*ProvingKey, error) {
	sections, err := container.ReadSections(file, "zkey", ZkeyVersion)
	if err != nil {
		return nil, err
	}
	protocol, err := container.Section(sections, "zkey protocol", protocolSection, 4)
	if err != nil {
		return nil, err
	}
	if binary.LittleEndian.Uint32(protocol) != groth16 {
		return nil, errors.New("zkey: the protocol is not Groth16")
	}
	bytes, err := container.Section(sections, "zkey header", headerSection, zkeyHeaderBytes)
	if err != nil {
		return nil, err
	}
	header, err := readZkeyHeader(bytes)
	if err != nil {
		return nil, err
	}
	wires, domainSize := uint64(header.wires), uint64(header.domainSize)
	private := wires - uint64(header.publicSignals) - 1
	data := map[uint32][]byte{}
	for _, expected := range []struct {
		name string
		kind uint32
		size uint64
	}{
		{"zkey IC", IcSection, (uint64(header.publicSignals) + 1) * G1Bytes},
		{"zkey A", ASection, wires * G1Bytes},
		{"zkey B1", B1Section, wires * G1Bytes},
		{"zkey B2", B2Section, wires * G2Bytes},
		{"zkey C", CSection, private * G1Bytes},
		{"zkey H", HSection, domainSize * G1Bytes},
	} {
		if data[expected.kind], err = container.Section(sections, expected.name, expected.kind, expected.size); err != nil {
			return nil, err
		}
	}
	key := &ProvingKey{wires: int(header.wires), publicSignals: int(header.publicSignals)}
	if err := key.readVerifying(bytes[2*(4+field.FieldBytes)+12:], data[IcSection]); err != nil {
		return nil, err
	}
	if err := key.readCoefficients(sections[CoefficientsSection], header); err != nil {
		return nil, err
	}
	if err := key.readPoints(data); err != nil {
		return nil, err
	}
	shift, err := fft.Generator(2 * domainSize)
	if err != nil {
		return nil, fmt.Errorf("zkey: no domain of size %d: %w", domainSize, err)
	}
	// H belongs to the odd half of the doubled domain: the coset of its root of unity.
	key.domainSize = int(domainSize)
	if lanes.InUse && key.domainSize >= fourier.LeastSize {
		if key.extension, err = fourier.NewExtension(key.domainSize, shift); err != nil {
			return nil, err
		}
	} else {
		key.domain = fft.NewDomain(domainSize, fft.WithShift(shift))
	}
	key.scratch = newScratch(key)
	return key, nil
}

func (key *ProvingKey) readVerifying(header, ic []byte) error {
	g1 := func(name string, into *bn254.G1Affine) error {
		points, err := affine.ReadG1("zkey "+name, header[:G1Bytes])
		header = header[G1Bytes:]
		if err == nil {
			*into = points[0]
		}
		return err
	}
	g2 := func(name string, into *bn254.G2Affine) error {
		points, err := affine.ReadG2("zkey "+name, header[:G2Bytes])
		header = header[G2Bytes:]
		if err == nil {
			*into = points[0]
		}
		return err
	}
	points := &key.verifying
	var err error
	points.ic, err = affine.ReadG1("zkey IC", ic)
	err = errors.Join(err,
		g1("alpha", &points.alpha1), g1("beta", &points.beta1), g2("beta", &points.beta2),
		g2("gamma", &points.gamma2), g1("delta", &points.delta1), g2("delta", &points.delta2))
	if err != nil {
		return err
	}
	if points.alpha1.IsInfinity() || points.beta1.IsInfinity() || points.delta1.IsInfinity() ||
		points.beta2.IsInfinity() || points.gamma2.IsInfinity() || points.delta2.IsInfinity() {
		return errors.New("zkey: alpha, beta, gamma or delta is the point at infinity")
	}
	return nil
}

func (key *ProvingKey) readCoefficients(bytes []byte, header zkeyHeader) error {
	if len(bytes) < 4 {
		return errors.New("zkey coefficients: section is missing")
	}
	count := binary.LittleEndian.Uint32(bytes)
	bytes = bytes[4:]
	if uint64(len(bytes)) != uint64(count)*CoefficientBytes {
		return fmt.Errorf("zkey coefficients: section must hold %d, got %d bytes", count, len(bytes))
	}
	for matrix := range key.matrices {
		key.matrices[matrix].start = make([]uint32, header.domainSize+1)
	}
	for entry := bytes; len(entry) > 0; entry = entry[CoefficientBytes:] {
		matrix, row := binary.LittleEndian.Uint32(entry), binary.LittleEndian.Uint32(entry[4:])
		if matrix > 1 || row >= header.domainSize || binary.LittleEndian.Uint32(entry[8:]) >= header.wires {
			return errors.New("zkey coefficients: matrix, row or wire is out of range")
		}
		key.matrices[matrix].start[row+1]++
	}
	next := [2][]uint32{}
	for matrix := range key.matrices {
		start := key.matrices[matrix].start
		for row := range header.domainSize {
			start[row+1] += start[row]
		}
		key.matrices[matrix].terms = make([]term, start[header.domainSize])
		next[matrix] = append([]uint32(nil), start...)
	}
	known := map[fr.Element]uint32{}
	for entry := bytes; len(entry) > 0; entry = entry[CoefficientBytes:] {
		value := fr.Element(field.Limbs(entry[12:]))
		index, found := known[value]
		if !found {
			if !field.Below(value, field.FrModulus) {
				return fmt.Errorf("zkey coefficients: a value %w", field.ErrNotCanonical)
			}
			index = uint32(len(key.coefficients))
			known[value] = index
			key.coefficients = append(key.coefficients, value)
		}
		matrix, row := binary.LittleEndian.Uint32(entry), binary.LittleEndian.Uint32(entry[4:])
		key.matrices[matrix].terms[next[matrix][row]] = term{binary.LittleEndian.Uint32(entry[8:]), index}
		next[matrix][row]++
	}
	return nil
}

func (key *ProvingKey) readPoints(data map[uint32][]byte) error {
	list := func(name string, kind uint32, first int, into *msm.Terms[fp.Element]) error {
		points, err := affine.ReadG1("zkey "+name, data[kind])
		if err == nil {
			*into = msm.WithoutInfinity(points, curve.FromG1, first)
		}
		return err
	}
	err := errors.Join(list("A", ASection, 0, &key.a), list("B1", B1Section, 0, &key.b1),
		list("C", CSection, key.publicSignals+1, &key.ch))
	if err != nil {
		return err
	}
	b2, err := affine.ReadG2("zkey B2", data[B2Section])
	if err != nil {
		return err
	}
	key.b2 = msm.WithoutInfinity(b2, curve.FromG2, 0)
	if !slices.Equal(key.b1.Wires, key.b2.Wires) {
		return errors.New("zkey: B1 and B2 are of different wires")
	}
	h, err := affine.ReadG1("zkey H", data[HSection])
	if err != nil {
		return err
	}
	key.ch.Points = slices.Grow(key.ch.Points, len(h))
	for index := range h {
		key.ch.Points = append(key.ch.Points, curve.FromG1(&h[index]))
	}
	return nil
}
