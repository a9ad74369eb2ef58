// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const (
	// Beyond this the least recently used key is forgotten, and loaded again when it is asked for.
	maxKeptBytes = 1 << 30
	maxKeyBytes  = 4 << 30
)

type digest [sha256.Size]byte

// failure is an error with the code under which the other side reports it.
type failure struct {
	code string
	error
}

var (
	errNotLoaded = failure{"KEY_NOT_LOADED", errors.New("the key is not loaded")}
	errShort     = failure{"PROTOCOL", errors.New("the request is truncated")}
)

type loadedKey struct {
	digest digest
	bytes  int64
	key    *provingKey
}

// worker keeps keys warm; it serves one request at a time, each on all processors.
type worker struct {
	// Least recently used first.
	keys []loadedKey
}

// serve answers one request. Whatever goes wrong is an error for this request alone.
func (w *worker) serve(request []byte) (reply []byte, err error) {
	defer recoverInto(&err)
	if len(request) < 1+sha256.Size {
		return nil, errShort
	}
	wanted, payload := digest(request[1:]), request[1+sha256.Size:]
	switch operation(request[0]) {
	case opLoad:
		return nil, w.load(wanted, string(payload))
	case opProve:
		return w.prove(wanted, payload)
	default:
		return nil, failure{"PROTOCOL", fmt.Errorf("there is no operation %d", request[0])}
	}
}

func (w *worker) find(wanted digest) *provingKey {
	index := slices.IndexFunc(w.keys, func(key loadedKey) bool { return key.digest == wanted })
	if index < 0 {
		return nil
	}
	found := w.keys[index]
	w.keys = append(slices.Delete(w.keys, index, index+1), found)
	return found.key
}

// load reads a key once. The bytes that are hashed are the bytes that are parsed.
func (w *worker) load(wanted digest, path string) error {
	if w.find(wanted) != nil {
		return nil
	}
	about, err := os.Stat(path)
	if err != nil {
		return failure{"ARTIFACT_MISSING", err}
	}
	if !about.Mode().IsRegular() || about.Size() > maxKeyBytes {
		return failure{"KEY_FORMAT", fmt.Errorf("%s: must be a file of at most %d bytes", path, int64(maxKeyBytes))}
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return failure{"ARTIFACT_MISSING", err}
	}
	if actual := digest(sha256.Sum256(file)); actual != wanted {
		return failure{"ARTIFACT_HASH", fmt.Errorf("%s: SHA-256 %x is not the listed %x", path, actual, wanted)}
	}
	w.makeRoom(int64(len(file)))
	key, err := readKey(file)
	if err != nil {
		return failure{"KEY_FORMAT", fmt.Errorf("%s: %w", path, err)}
	}
	w.keys = append(w.keys, loadedKey{wanted, int64(len(file)), key})
	return nil
}

func (w *worker) makeRoom(bytes int64) {
	for _, key := range w.keys {
		bytes += key.bytes
	}
	for bytes > maxKeptBytes && len(w.keys) > 0 {
		bytes -= w.keys[0].bytes
		w.keys = slices.Delete(w.keys, 0, 1)
	}
}

func (w *worker) prove(wanted digest, wtns []byte) ([]byte, error) {
	key := w.find(wanted)
	if key == nil {
		return nil, errNotLoaded
	}
	witness, err := readWitness(wtns)
	if err != nil {
		return nil, failure{"WITNESS_FORMAT", err}
	}
	made, err := key.prove(witness)
	if err != nil {
		return nil, err
	}
	return encode(made, key.scratch.public), nil
}

// encode writes big-endian coordinates, the real part of an extension element first.
func encode(made *proof, public []fr.Element) []byte {
	reply := make([]byte, 0, (8+len(public))*fieldBytes)
	for _, coordinate := range [][fieldBytes]byte{
		made.a.X.Bytes(), made.a.Y.Bytes(),
		made.b.X.A0.Bytes(), made.b.X.A1.Bytes(), made.b.Y.A0.Bytes(), made.b.Y.A1.Bytes(),
		made.c.X.Bytes(), made.c.Y.Bytes(),
	} {
		reply = append(reply, coordinate[:]...)
	}
	for index := range public {
		signal := public[index].Bytes()
		reply = append(reply, signal[:]...)
	}
	return reply
}
