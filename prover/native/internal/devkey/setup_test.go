// SPDX-License-Identifier: GPL-3.0-or-later

package devkey

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/container"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/fixture"
	"plimsoll/native/internal/groth16"
)

// littleEndian is how a request writes a scalar.
func littleEndian(value *fr.Element) []byte {
	bytes := value.Bytes()
	slices.Reverse(bytes[:])
	return bytes[:]
}

// setUpRequest asks for the key of a circuit with the trapdoor that the TypeScript derives for it.
func setUpRequest(file []byte) []byte {
	hash := fmt.Sprintf("%x", sha256.Sum256(file))
	var request []byte
	for _, purpose := range []string{"tau", "alpha", "beta", "delta/" + hash} {
		seed := sha512.Sum512([]byte("plimsoll INSECURE development key, version 1/" + purpose))
		request = append(request, littleEndian(new(fr.Element).SetBigInt(new(big.Int).SetBytes(seed[:])))...)
	}
	return append(request, file...)
}

func TestTheTinyKeyIsMadeAgain(t *testing.T) {
	var output, status bytes.Buffer
	if err := SetUp(bytes.NewReader(setUpRequest(fixture.Read(t, fixture.TinyR1cs))), &output, &status); err != nil {
		t.Fatal(err)
	}
	made, err := container.ReadSections(output.Bytes(), pointsMagic, pointsVersion)
	if err != nil {
		t.Fatal(err)
	}
	key, err := container.ReadSections(fixture.Read(t, fixture.TinyKey), "zkey", groth16.ZkeyVersion)
	if err != nil {
		t.Fatal(err)
	}
	for kind, expected := range map[uint32][]byte{
		pointsCoefficients: key[groth16.CoefficientsSection],
		pointsA:            key[groth16.ASection],
		pointsB1:           key[groth16.B1Section],
		pointsB2:           key[groth16.B2Section],
		pointsKDelta:       key[groth16.CSection],
		pointsHDelta:       key[groth16.HSection],
	} {
		if !bytes.Equal(made[kind], expected) {
			t.Errorf("section %d differs from the key's", kind)
		}
	}
	if !bytes.HasPrefix(made[pointsK], key[groth16.IcSection]) {
		t.Error("the public wires' points differ from the key's")
	}
	if !strings.HasSuffix(status.String(), "1.00\n") {
		t.Errorf("progress ends with %q", status.String())
	}
}

// changed is the tiny constraint system with bytes of a section replaced.
func changed(t *testing.T, kind uint32, offset int, bytes ...byte) []byte {
	t.Helper()
	file := fixture.Read(t, fixture.TinyR1cs)
	sections, err := container.ReadSections(file, "r1cs", r1csVersion)
	if err != nil {
		t.Fatal(err)
	}
	copy(sections[kind][offset:], bytes)
	return file
}

func TestMalformedConstraintSystemsAreRefused(t *testing.T) {
	full := fixture.Read(t, fixture.TinyR1cs)
	huge := []byte{0xff, 0xff, 0xff, 0x7f}
	for name, attempt := range map[string]struct {
		file    []byte
		message string
	}{
		"another magic":          {append([]byte("x"), full[1:]...), "format"},
		"another version":        {slices.Concat(full[:4], []byte{2}, full[5:]), "version"},
		"cut off":                {full[:len(full)-1], "truncated"},
		"a byte too many":        {append(slices.Clone(full), 0), "follow"},
		"another field":          {changed(t, r1csHeaderSection, 4, 0), "field"},
		"wires without number":   {changed(t, r1csHeaderSection, 36, huge...), "wires"},
		"more public than wires": {changed(t, r1csHeaderSection, 40, 200), "public signals"},
		"more constraints":       {changed(t, r1csHeaderSection, 60, huge...), "cannot hold"},
		"one constraint less":    {changed(t, r1csHeaderSection, 60, 4), "follow the last"},
		"one constraint more":    {changed(t, r1csHeaderSection, 60, 6), "truncated"},
		"terms without number":   {changed(t, r1csConstraintsSection, 0, huge...), "truncated"},
		"a wire out of range":    {changed(t, r1csConstraintsSection, 4, huge...), "wire must be below"},
		"a large coefficient":    {changed(t, r1csConstraintsSection, 8+31, 0xff), "modulus"},
	} {
		if _, err := readR1cs(attempt.file); err == nil || !strings.Contains(err.Error(), attempt.message) {
			t.Errorf("%s: got %v", name, err)
		}
		if err := SetUp(bytes.NewReader(setUpRequest(attempt.file)), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: a key was made", name)
		}
	}
}

func TestTrapdoorsOutOfRangeAreRefused(t *testing.T) {
	honest := setUpRequest(fixture.Read(t, fixture.TinyR1cs))
	one := fr.One()
	for name, scalar := range map[string][]byte{
		"zero":               make([]byte, field.FieldBytes),
		"above the modulus":  bytes.Repeat([]byte{0xff}, field.FieldBytes),
		"a root of unity, τ": littleEndian(&one),
	} {
		request := slices.Concat(scalar, honest[field.FieldBytes:])
		if err := SetUp(bytes.NewReader(request), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := SetUp(bytes.NewReader(honest[:100]), io.Discard, io.Discard); err == nil {
		t.Error("a request that is cut off was accepted")
	}
}

// FuzzReadR1cs: whatever the file, an error or a system that a key can be made of.
func FuzzReadR1cs(f *testing.F) {
	fixture.Seeds(f, fixture.TinyR1cs)
	header := binary.LittleEndian.AppendUint32([]byte("r1cs"), r1csVersion)
	f.Add(append(header, 0, 0, 0, 0))
	waste, err := readTrapdoor(setUpRequest(nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		system, err := readR1cs(file)
		// A wire costs nothing in a file, and a point in a key.
		if err != nil || system.wires > 1<<12 {
			return
		}
		scalars, err := evaluate(system, waste)
		if err != nil {
			t.Fatal(err)
		}
		if err := writePoints(io.Discard, system, scalars, io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}
