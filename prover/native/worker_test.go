// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const (
	tinyKey     = "testdata/tiny.zkey"
	tinyWitness = "testdata/tiny.wtns"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func request(operation operation, key digest, payload []byte) []byte {
	body := slices.Concat([]byte{byte(operation)}, key[:], payload)
	return slices.Concat(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body)
}

func TestModuliAreThoseOfTheLibrary(t *testing.T) {
	minusOne := new(fr.Element).SetInt64(-1).Bits()
	minusOne[0]++
	if minusOne != frModulus {
		t.Errorf("scalar field: %x", minusOne)
	}
	base := new(fp.Element).SetInt64(-1).Bits()
	base[0]++
	if base != fpModulus {
		t.Errorf("base field: %x", base)
	}
}

func TestProofsVerifyAndBindTheirSignals(t *testing.T) {
	key, err := readKey(read(t, tinyKey))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := readWitness(read(t, tinyWitness))
	if err != nil {
		t.Fatal(err)
	}
	made, err := key.prove(witness)
	if err != nil {
		t.Fatal(err)
	}
	public := slices.Clone(key.scratch.public)
	if holds, err := key.verifying.verify(made, public); err != nil || !holds {
		t.Fatalf("the proof does not verify: %v", err)
	}
	one := fr.One()
	public[0].Add(&public[0], &one)
	if holds, err := key.verifying.verify(made, public); err != nil || holds {
		t.Errorf("the proof verifies for another signal (%v)", err)
	}
	again, err := key.prove(witness)
	if err != nil {
		t.Fatal(err)
	}
	if again.a.Equal(&made.a) || again.b.Equal(&made.b) || again.c.Equal(&made.c) {
		t.Error("two proofs share a point: they are not blinded")
	}
}

func TestEveryWitnessValueIsBound(t *testing.T) {
	key, err := readKey(read(t, tinyKey))
	if err != nil {
		t.Fatal(err)
	}
	witness, err := readWitness(read(t, tinyWitness))
	if err != nil {
		t.Fatal(err)
	}
	// The last wires are products: nothing else may stand in their place.
	for wire := len(witness) - 3; wire < len(witness); wire++ {
		other := slices.Clone(witness)
		other[wire][0] ^= 1
		if _, err := key.prove(other); !errors.Is(err, errUnsatisfied) {
			t.Errorf("wire %d: %v", wire, err)
		}
	}
}

func TestPointsOutsideTheSubgroupAreRefused(t *testing.T) {
	// A point of the twist of which the order is not r: almost every one of them.
	var point bn254.G2Affine
	for x := uint64(1); ; x++ {
		point.X.A0.SetUint64(x)
		point.Y = point.X
		point.Y.Square(&point.X).Mul(&point.Y, &point.X)
		point.Y.Add(&point.Y, twistCoefficient())
		if point.Y.Legendre() == 1 {
			point.Y.Sqrt(&point.Y)
			break
		}
	}
	if !point.IsOnCurve() {
		t.Fatal("the point is not on the twist")
	}
	var file []byte
	for _, element := range []fp.Element{point.X.A0, point.X.A1, point.Y.A0, point.Y.A1} {
		for _, word := range element {
			file = binary.LittleEndian.AppendUint64(file, word)
		}
	}
	if _, err := g2Points("B2", file); err == nil {
		t.Error("a point outside the subgroup passed")
	}
	if _, err := g2Points("B2", make([]byte, g2Bytes)); err != nil {
		t.Errorf("the point at infinity is allowed: %v", err)
	}
}

// twistCoefficient is b of the twist, from its generator.
func twistCoefficient() *bn254.E2 {
	_, _, _, generator := bn254.Generators()
	var b, cube bn254.E2
	b.Square(&generator.Y)
	cube.Square(&generator.X).Mul(&cube, &generator.X)
	return b.Sub(&b, &cube)
}

func TestServesRequestsUntilItsInputEnds(t *testing.T) {
	file := read(t, tinyKey)
	path, err := filepath.Abs(tinyKey)
	if err != nil {
		t.Fatal(err)
	}
	key := digest(sha256.Sum256(file))
	wtns := read(t, tinyWitness)
	input := bytes.NewReader(slices.Concat(
		request(opProve, key, wtns),
		request(opLoad, digest{}, []byte(path)),
		request(opLoad, key, []byte(path)),
		request(opProve, key, wtns),
		request(opProve, key, wtns[:40]),
		request(9, key, nil),
		[]byte{1, 0, 0, 0, byte(opProve)},
		request(opProve, key, wtns),
	))
	var output bytes.Buffer
	if err := run(input, &output); err != nil {
		t.Fatal(err)
	}
	for index, code := range []string{
		"KEY_NOT_LOADED", "ARTIFACT_HASH", "", "", "WITNESS_FORMAT", "PROTOCOL", "PROTOCOL", "",
	} {
		reply, err := readFrame(&output)
		if err != nil {
			t.Fatalf("reply %d: %v", index, err)
		}
		found, _, _ := bytes.Cut(reply[1:], []byte("\n"))
		switch {
		case code == "" && status(reply[0]) != statusDone:
			t.Errorf("reply %d: %s", index, reply[1:])
		case code != "" && (status(reply[0]) != statusFailed || string(found) != code):
			t.Errorf("reply %d must be %s, got %d %s", index, code, reply[0], reply[1:])
		}
	}
}

func TestFramesOutOfBoundsEndTheWorker(t *testing.T) {
	for name, input := range map[string][]byte{
		"empty":     {0, 0, 0, 0},
		"too large": {0xff, 0xff, 0xff, 0xff},
		"truncated": {9, 0, 0, 0, 1, 2},
	} {
		if err := run(bytes.NewReader(input), io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestALengthAloneCostsNoMemory(t *testing.T) {
	header := binary.LittleEndian.AppendUint32(nil, maxFrameBytes)
	spent := testing.Benchmark(func(b *testing.B) {
		for range b.N {
			_, _ = readFrame(bytes.NewReader(header))
		}
	}).AllocedBytesPerOp()
	if spent > 2*frameChunk {
		t.Errorf("%d bytes for a frame that never came", spent)
	}
}

func TestOldKeysMakeRoom(t *testing.T) {
	keys := worker{keys: []loadedKey{
		{digest{1}, maxKeptBytes / 2, nil}, {digest{2}, maxKeptBytes / 2, nil},
	}}
	keys.makeRoom(1)
	if len(keys.keys) != 1 || keys.keys[0].digest != (digest{2}) {
		t.Errorf("kept %d keys", len(keys.keys))
	}
}
