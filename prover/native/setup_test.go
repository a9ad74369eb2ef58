// SPDX-License-Identifier: GPL-3.0-or-later

package main

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

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const tinyR1cs = "testdata/tiny.r1cs"

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
	if err := setUp(bytes.NewReader(setUpRequest(read(t, tinyR1cs))), &output, &status); err != nil {
		t.Fatal(err)
	}
	made, err := readSections(output.Bytes(), pointsMagic, pointsVersion)
	if err != nil {
		t.Fatal(err)
	}
	key, err := readSections(read(t, tinyKey), "zkey", zkeyVersion)
	if err != nil {
		t.Fatal(err)
	}
	for kind, expected := range map[uint32][]byte{
		pointsCoefficients: key[coefficientsSection],
		pointsA:            key[aSection],
		pointsB1:           key[b1Section],
		pointsB2:           key[b2Section],
		pointsKDelta:       key[cSection],
		pointsHDelta:       key[hSection],
	} {
		if !bytes.Equal(made[kind], expected) {
			t.Errorf("section %d differs from the key's", kind)
		}
	}
	if !bytes.HasPrefix(made[pointsK], key[icSection]) {
		t.Error("the public wires' points differ from the key's")
	}
	if !strings.HasSuffix(status.String(), "1.00\n") {
		t.Errorf("progress ends with %q", status.String())
	}
}

func TestMultiplesAreThoseOfTheLibrary(t *testing.T) {
	scalars := make([]fr.Element, 3*multiplesBatch/2)
	for index := range scalars {
		switch index % 4 {
		case 0:
			scalars[index].SetUint64(uint64(index))
		case 1:
			scalars[index].SetInt64(-int64(index))
		case 2:
			scalars[index].SetBigInt(new(big.Int).Lsh(big.NewInt(1), uint(index%254)))
		default:
			scalars[index].MustSetRandom()
		}
	}
	_, _, generator1, generator2 := bn254.Generators()
	// Windows of every size that a number of scalars may ask for.
	for _, expected := range []int{1, 100, 1000, 3000, 10_000, 40_000, 1_000_000} {
		base1, base2 := newG1Multiples(&generator1, expected), newG2Multiples(&generator2, expected)
		made1, err := base1.of(scalars, func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		made2, err := base2.of(scalars[:300], func(int) {})
		if err != nil {
			t.Fatal(err)
		}
		for index := range scalars {
			if index%16 > 3 {
				continue
			}
			scalar := scalars[index].BigInt(new(big.Int))
			wanted := *new(bn254.G1Affine).ScalarMultiplication(&generator1, scalar)
			if found := (bn254.G1Affine{X: made1[index].x, Y: made1[index].y}); !found.Equal(&wanted) {
				t.Fatalf("G1, %d bits: %v times the generator is wrong", base1.bits, scalar)
			}
			if index >= len(made2) {
				continue
			}
			wanted2 := *new(bn254.G2Affine).ScalarMultiplication(&generator2, scalar)
			if found := (bn254.G2Affine{X: made2[index].x, Y: made2[index].y}); !found.Equal(&wanted2) {
				t.Fatalf("G2, %d bits: %v times the generator is wrong", base2.bits, scalar)
			}
		}
	}
}

func TestAddsAnyPairOfPoints(t *testing.T) {
	_, _, generator, _ := bn254.Generators()
	one := fromG1(&generator)
	minus := one
	minus.y.Neg(&minus.y)
	var infinity affine[fp.Element]
	double := *new(bn254.G1Affine).Double(&generator)
	two := fromG1(&double)
	triple := *new(bn254.G1Affine).Add(&double, &generator)
	three := fromG1(&triple)
	sums := []affine[fp.Element]{infinity, one, infinity, one, minus, one, one, two}
	work := newG1Adder()
	for index, addend := range []affine[fp.Element]{infinity, infinity, one, minus, one, one, two, one} {
		work.add(&sums[index], &sums[index], &addend)
	}
	work.flush()
	if !slices.Equal(sums, []affine[fp.Element]{infinity, one, one, infinity, infinity, two, three, three}) {
		t.Errorf("got %v", sums)
	}
}

// changed is the tiny constraint system with bytes of a section replaced.
func changed(t *testing.T, kind uint32, offset int, bytes ...byte) []byte {
	t.Helper()
	file := read(t, tinyR1cs)
	sections, err := readSections(file, "r1cs", r1csVersion)
	if err != nil {
		t.Fatal(err)
	}
	copy(sections[kind][offset:], bytes)
	return file
}

func TestMalformedConstraintSystemsAreRefused(t *testing.T) {
	full := read(t, tinyR1cs)
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
		if err := setUp(bytes.NewReader(setUpRequest(attempt.file)), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: a key was made", name)
		}
	}
}

func TestTrapdoorsOutOfRangeAreRefused(t *testing.T) {
	honest := setUpRequest(read(t, tinyR1cs))
	one := fr.One()
	for name, scalar := range map[string][]byte{
		"zero":               make([]byte, fieldBytes),
		"above the modulus":  bytes.Repeat([]byte{0xff}, fieldBytes),
		"a root of unity, τ": littleEndian(&one),
	} {
		request := slices.Concat(scalar, honest[fieldBytes:])
		if err := setUp(bytes.NewReader(request), io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := setUp(bytes.NewReader(honest[:100]), io.Discard, io.Discard); err == nil {
		t.Error("a request that is cut off was accepted")
	}
}

// FuzzReadR1cs: whatever the file, an error or a system that a key can be made of.
func FuzzReadR1cs(f *testing.F) {
	seeds(f, tinyR1cs)
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
