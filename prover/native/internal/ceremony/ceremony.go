// SPDX-License-Identifier: GPL-3.0-or-later

// Package ceremony reads, makes and judges what keys without a known secret come from: prepared powers of
// tau, and phase 2 of Groth16, in the formats of snarkjs. It shares no reader with what makes development
// keys, and no code with snarkjs: where both accept a key, two programs have judged it.
package ceremony

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/consensys/gnark-crypto/ecc"
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/affine"
	"plimsoll/native/internal/field"
)

const (
	g1Bytes = affine.G1Bytes
	g2Bytes = affine.G2Bytes
	// maxSections is far above what any of the formats has; it bounds the work on a hostile header.
	maxSections  = 64
	headerBytes  = 12
	sectionBytes = 12
	// combinerBytes: a false equation passes a random combination with probability 2^-128.
	combinerBytes = 16
)

type span struct{ start, length int64 }

// file is a container (magic, version, typed sections) of which only the table is held in memory.
type file struct {
	*os.File
	name     string
	sections map[uint32]span
}

// openFile reads the table of a container and compares every length with the file before anything is
// allocated for it.
func openFile(path, magic string) (*file, error) {
	from, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	opened := &file{File: from, name: magic, sections: map[uint32]span{}}
	if err := opened.readTable(magic); err != nil {
		from.Close()
		return nil, err
	}
	return opened, nil
}

func (from *file) readTable(magic string) error {
	info, err := from.Stat()
	if err != nil {
		return err
	}
	var header [headerBytes]byte
	if _, err := from.ReadAt(header[:], 0); err != nil || string(header[:4]) != magic {
		return fmt.Errorf("%s: not in the %s format", magic, magic)
	}
	if version := binary.LittleEndian.Uint32(header[4:]); version != 1 {
		return fmt.Errorf("%s: version must be 1, got %d", magic, version)
	}
	count := binary.LittleEndian.Uint32(header[8:])
	if count > maxSections {
		return fmt.Errorf("%s: must have at most %d sections, got %d", magic, maxSections, count)
	}
	offset := int64(headerBytes)
	for range count {
		var entry [sectionBytes]byte
		if _, err := from.ReadAt(entry[:], offset); err != nil {
			return fmt.Errorf("%s: the file is truncated", magic)
		}
		offset += sectionBytes
		kind, length := binary.LittleEndian.Uint32(entry[:]), binary.LittleEndian.Uint64(entry[4:])
		if length > uint64(info.Size()-offset) {
			return fmt.Errorf("%s: the file is truncated: section %d ends beyond it", magic, kind)
		}
		if _, found := from.sections[kind]; found {
			return fmt.Errorf("%s: section %d appears twice", magic, kind)
		}
		from.sections[kind] = span{offset, int64(length)}
		offset += int64(length)
	}
	if offset != info.Size() {
		return fmt.Errorf("%s: %d bytes follow the last section", magic, info.Size()-offset)
	}
	return nil
}

// part reads some bytes of a section.
func (from *file) part(kind uint32, start, length int64) ([]byte, error) {
	found, ok := from.sections[kind]
	if !ok {
		return nil, fmt.Errorf("%s: section %d is missing", from.name, kind)
	}
	if start < 0 || length < 0 || start+length > found.length {
		return nil, fmt.Errorf("%s: section %d has %d bytes, %d are needed", from.name, kind, found.length, start+length)
	}
	bytes := make([]byte, length)
	_, err := from.ReadAt(bytes, found.start+start)
	return bytes, err
}

// whole reads a section of exactly that size.
func (from *file) whole(kind uint32, size int64) ([]byte, error) {
	found, ok := from.sections[kind]
	if !ok {
		return nil, fmt.Errorf("%s: section %d is missing", from.name, kind)
	}
	if found.length != size {
		return nil, fmt.Errorf("%s: section %d must be %d bytes, got %d", from.name, kind, size, found.length)
	}
	return from.part(kind, 0, size)
}

// writeWords writes coordinates as .ptau and .zkey files hold them: Montgomery, low word first.
func writeWords(bytes []byte, elements ...*fp.Element) {
	for index, element := range elements {
		for word, value := range element {
			binary.LittleEndian.PutUint64(bytes[index*field.FieldBytes+word*8:], value)
		}
	}
}

func bytesOfG1(points ...bn254.G1Affine) []byte {
	bytes := make([]byte, len(points)*g1Bytes)
	for index := range points {
		writeWords(bytes[index*g1Bytes:], &points[index].X, &points[index].Y)
	}
	return bytes
}

func bytesOfG2(points ...bn254.G2Affine) []byte {
	bytes := make([]byte, len(points)*g2Bytes)
	for index := range points {
		point := &points[index]
		writeWords(bytes[index*g2Bytes:], &point.X.A0, &point.X.A1, &point.Y.A0, &point.Y.A1)
	}
	return bytes
}

// The form over which snarkjs hashes: plain, big-endian, the imaginary part first.

func hashElements(into hash.Hash, elements ...*fp.Element) {
	for _, element := range elements {
		plain := element.Bytes()
		into.Write(plain[:])
	}
}

func hashG1(into hash.Hash, points ...bn254.G1Affine) {
	for index := range points {
		hashElements(into, &points[index].X, &points[index].Y)
	}
}

func hashG2(into hash.Hash, points ...bn254.G2Affine) {
	for index := range points {
		point := &points[index]
		hashElements(into, &point.X.A1, &point.X.A0, &point.Y.A1, &point.Y.A0)
	}
}

// Equations

// combiner draws the coefficients of a random linear combination.
func combiner(count int) ([]fr.Element, error) {
	bytes := make([]byte, count*combinerBytes)
	if _, err := io.ReadFull(rand.Reader, bytes); err != nil {
		return nil, err
	}
	scalars := make([]fr.Element, count)
	for index := range scalars {
		scalars[index].SetBytes(bytes[index*combinerBytes : (index+1)*combinerBytes])
	}
	return scalars, nil
}

func sumG1(points []bn254.G1Affine, scalars []fr.Element) (bn254.G1Affine, error) {
	var sum bn254.G1Affine
	_, err := sum.MultiExp(points, scalars[:len(points)], ecc.MultiExpConfig{})
	return sum, err
}

func sumG2(points []bn254.G2Affine, scalars []fr.Element) (bn254.G2Affine, error) {
	var sum bn254.G2Affine
	_, err := sum.MultiExp(points, scalars[:len(points)], ecc.MultiExpConfig{})
	return sum, err
}

// sameRatio: e(a, d) = e(b, c), which is a : b = c : d. Infinity stands in no ratio.
func sameRatio(a, b bn254.G1Affine, c, d bn254.G2Affine) error {
	if a.IsInfinity() || b.IsInfinity() || c.IsInfinity() || d.IsInfinity() {
		return errors.New("a point is at infinity")
	}
	var negative bn254.G1Affine
	negative.Neg(&b)
	holds, err := bn254.PairingCheck([]bn254.G1Affine{a, negative}, []bn254.G2Affine{d, c})
	if err == nil && !holds {
		err = errors.New("the ratio is not the same")
	}
	return err
}
