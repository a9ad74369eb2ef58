// SPDX-License-Identifier: GPL-3.0-or-later

package worker

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"path/filepath"
	"slices"
	"testing"

	"plimsoll/native/internal/fixture"
)

func request(operation operation, key digest, payload []byte) []byte {
	body := slices.Concat([]byte{byte(operation)}, key[:], payload)
	return slices.Concat(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body)
}

func TestServesRequestsUntilItsInputEnds(t *testing.T) {
	file := fixture.Read(t, fixture.TinyKey)
	path, err := filepath.Abs(filepath.Join("..", "fixture", fixture.TinyKey))
	if err != nil {
		t.Fatal(err)
	}
	key := digest(sha256.Sum256(file))
	wtns := fixture.Read(t, fixture.TinyWitness)
	input := bytes.NewReader(slices.Concat(
		request(opProve, key, wtns),
		request(opLoad, digest{}, []byte(path)),
		request(opLoad, key, []byte(path)),
		request(opProve, key, wtns),
		request(opProve, key, wtns[:40]),
		request(opEffort, key, nil),
		request(opEffort, digest{}, nil),
		request(9, key, nil),
		[]byte{1, 0, 0, 0, byte(opProve)},
		request(opProve, key, wtns),
	))
	var output bytes.Buffer
	if err := Run(input, &output); err != nil {
		t.Fatal(err)
	}
	for index, code := range []string{
		"KEY_NOT_LOADED", "ARTIFACT_HASH", "", "", "WITNESS_FORMAT", "", "KEY_NOT_LOADED", "PROTOCOL", "PROTOCOL", "",
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
		if err := Run(bytes.NewReader(input), io.Discard); err == nil {
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
