// SPDX-License-Identifier: GPL-3.0-or-later

// Package devkey makes the points of development keys from a constraint system and a public trapdoor.
package devkey

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/container"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/fault"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/groth16"
	"plimsoll/native/internal/msm"
)

// A set-up is one run of the program: on standard input τ, α, β and δ (32 bytes each, low byte
// first), then a .r1cs file; on standard output a container of the sections below; on standard error
// the share of the work that is done, one number a line. prover/proving/keys/native-points.ts is
// the other side.
const (
	SetUpArgument   = "development-key"
	pointsMagic     = "pkpt"
	pointsVersion   = 1
	maxRequestBytes = 4 << 30
)

const (
	pointsCoefficients = 1
	pointsA            = 2
	pointsB1           = 3
	pointsB2           = 4
	pointsK            = 5
	pointsKDelta       = 6
	pointsHDelta       = 7
	pointsHashedA      = 8
	pointsHashedB1     = 9
	pointsHashedB2     = 10
	pointsHashedK      = 11
	pointsHashedPowers = 12
	pointsSections     = 12
)

// g2Weight is about how much longer a multiple in G2 takes.
const g2Weight = 3

func readTrapdoor(bytes []byte) (*trapdoor, error) {
	var waste trapdoor
	for index, into := range []*fr.Element{&waste.tau, &waste.alpha, &waste.beta, &waste.delta} {
		value := fr.Element(field.Limbs(bytes[index*field.FieldBytes:]))
		if !field.Below(value, field.FrModulus) || value.IsZero() {
			return nil, fmt.Errorf("trapdoor: scalar %d must be below the modulus and not zero", index)
		}
		into.Mul(&value, &field.MontgomeryFactor)
	}
	return &waste, nil
}

// progress writes shares of the work, each hundredth once.
type progress struct {
	lock              sync.Mutex
	to                io.Writer
	done, total, said int
}

func (state *progress) add(work int) {
	state.lock.Lock()
	defer state.lock.Unlock()
	state.done += work
	if percent := 100 * state.done / state.total; percent > state.said {
		state.said = percent
		fmt.Fprintf(state.to, "%.2f\n", float64(percent)/100)
	}
}

// encodePoints writes every point through put, size bytes each.
func encodePoints[E comparable](points []curve.Affine[E], size int, put func(*curve.Affine[E], []byte)) ([]byte, error) {
	bytes := make([]byte, len(points)*size)
	return bytes, concurrent.Parallel(len(points), func(start, end int) error {
		for index := start; index < end; index++ {
			put(&points[index], bytes[index*size:(index+1)*size])
		}
		return nil
	})
}

// words is the form of .zkey files: Montgomery, low word first.
func words(bytes []byte, elements ...*fp.Element) {
	for index, element := range elements {
		for word, value := range element {
			binary.LittleEndian.PutUint64(bytes[index*field.FieldBytes+word*8:], value)
		}
	}
}

// hashed is the form over which snarkjs hashes: plain, big-endian.
func hashed(bytes []byte, elements ...*fp.Element) {
	for index, element := range elements {
		fp.BigEndian.PutElement((*[field.FieldBytes]byte)(bytes[index*field.FieldBytes:]), *element)
	}
}

func wordsG1(point *curve.Affine[fp.Element], bytes []byte) {
	own := curve.ToG1(point)
	words(bytes, &own.X, &own.Y)
}

func hashedG1(point *curve.Affine[fp.Element], bytes []byte) {
	own := curve.ToG1(point)
	hashed(bytes, &own.X, &own.Y)
}

func wordsG2(point *curve.Affine[bn254.E2], bytes []byte) {
	own := curve.ToG2(point)
	words(bytes, &own.X.A0, &own.X.A1, &own.Y.A0, &own.Y.A1)
}

// hashedG2 puts the imaginary part first, as the big-endian form of an extension element does.
func hashedG2(point *curve.Affine[bn254.E2], bytes []byte) {
	own := curve.ToG2(point)
	hashed(bytes, &own.X.A1, &own.X.A0, &own.Y.A1, &own.Y.A0)
}

// pointList asks for the multiples of a generator: as a key holds them under kind, as snarkjs hashes
// them under hashedKind. A kind of 0 is not wanted.
type pointList struct {
	kind, hashedKind uint32
	scalars          []fr.Element
}

// writeLists writes lists of points one after another, each in the forms that are wanted.
func writeLists[E comparable](
	to io.Writer, lists []pointList, size int, put, putHashed func(*curve.Affine[E], []byte),
	multiply func(scalars []fr.Element) ([]curve.Affine[E], error),
) error {
	for _, list := range lists {
		points, err := multiply(list.scalars)
		if err != nil {
			return err
		}
		for _, form := range []struct {
			kind uint32
			put  func(*curve.Affine[E], []byte)
		}{{list.kind, put}, {list.hashedKind, putHashed}} {
			if form.kind == 0 {
				continue
			}
			bytes, err := encodePoints(points, size, form.put)
			if err != nil {
				return err
			}
			if err := container.WriteSection(to, form.kind, bytes); err != nil {
				return err
			}
		}
	}
	return nil
}

// SetUp answers a request on from with the points and coefficients of a development key.
func SetUp(from io.Reader, to, status io.Writer) error {
	request, err := io.ReadAll(io.LimitReader(from, maxRequestBytes))
	if err != nil {
		return err
	}
	if len(request) < 4*field.FieldBytes {
		return fault.ErrShort
	}
	waste, err := readTrapdoor(request)
	if err != nil {
		return err
	}
	system, err := readR1cs(request[4*field.FieldBytes:])
	if err != nil {
		return err
	}
	scalars, err := evaluate(system, waste)
	if err != nil {
		return err
	}
	return writePoints(to, system, scalars, status)
}

func writePoints(to io.Writer, system *r1cs, scalars *qapScalars, status io.Writer) error {
	g1 := []pointList{
		{pointsA, pointsHashedA, scalars.a},
		{pointsB1, pointsHashedB1, scalars.b},
		{pointsK, pointsHashedK, scalars.k},
		{pointsKDelta, 0, scalars.kDelta},
		{pointsHDelta, 0, scalars.hDelta},
		{0, pointsHashedPowers, scalars.powersOfTau},
	}
	g2 := []pointList{{pointsB2, pointsHashedB2, scalars.b}}
	state := progress{to: status, total: g2Weight * len(scalars.b)}
	for _, list := range g1 {
		state.total += len(list.scalars)
	}
	header := []byte(pointsMagic)
	header = binary.LittleEndian.AppendUint32(header, pointsVersion)
	header = binary.LittleEndian.AppendUint32(header, pointsSections)
	if _, err := to.Write(header); err != nil {
		return err
	}
	if err := container.WriteSection(to, pointsCoefficients, coefficientSection(system)); err != nil {
		return err
	}
	_, _, generator1, generator2 := bn254.Generators()
	scalarsG1 := 0
	for _, list := range g1 {
		scalarsG1 += len(list.scalars)
	}
	baseG1 := msm.NewG1Multiples(&generator1, scalarsG1)
	err := writeLists(to, g1, groth16.G1Bytes, wordsG1, hashedG1, func(scalars []fr.Element) ([]curve.Affine[fp.Element], error) {
		return baseG1.Of(scalars, state.add)
	})
	if err != nil {
		return err
	}
	baseG2 := msm.NewG2Multiples(&generator2, len(scalars.b))
	return writeLists(to, g2, groth16.G2Bytes, wordsG2, hashedG2, func(scalars []fr.Element) ([]curve.Affine[bn254.E2], error) {
		return baseG2.Of(scalars, func(points int) { state.add(g2Weight * points) })
	})
}
