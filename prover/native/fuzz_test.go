// SPDX-License-Identifier: GPL-3.0-or-later

package main

import "testing"

// seeds are a good file, the same cut off, and with one byte changed everywhere it may matter.
func seeds(f *testing.F, path string) {
	file := read(f, path)
	f.Add(file)
	for _, length := range []int{0, 4, 11, 12, 24, 60, len(file) / 2, len(file) - 1} {
		f.Add(file[:length])
	}
	for offset := 0; offset < len(file); offset += 1 + offset/16 {
		changed := append([]byte(nil), file...)
		changed[offset] ^= 0x81
		f.Add(changed)
	}
}

// FuzzReadKey: whatever the file, an error or a key, and a key that parses makes no prove panic.
func FuzzReadKey(f *testing.F) {
	seeds(f, tinyKey)
	witness, err := readWitness(read(f, tinyWitness))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		key, err := readKey(file)
		if err == nil {
			_, _ = key.prove(witness)
		}
	})
}

// FuzzReadWitness: whatever the file, an error or values below the modulus that start with 1.
func FuzzReadWitness(f *testing.F) {
	seeds(f, tinyWitness)
	key, err := readKey(read(f, tinyKey))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		witness, err := readWitness(file)
		if err != nil {
			return
		}
		for index, value := range witness {
			if !below(value, frModulus) {
				t.Fatalf("value %d is not below the modulus", index)
			}
		}
		_, _ = key.prove(witness)
	})
}

// FuzzRequests: no sequence of bytes makes the worker panic.
func FuzzRequests(f *testing.F) {
	f.Add([]byte{})
	f.Add(request(opProve, digest{}, []byte("wtns"))[4:])
	f.Add(request(opLoad, digest{}, []byte(tinyKey))[4:])
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 0 && operation(body[0]) == opLoad && len(body) > 33 && string(body[33:]) != tinyKey {
			t.Skip() // nothing on this machine is to be opened by a guess
		}
		var keys worker
		_, _ = keys.serve(body)
	})
}
