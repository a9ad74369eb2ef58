// SPDX-License-Identifier: GPL-3.0-or-later

// Package worker answers framed requests, one after another, and keeps what costs time to load.
package worker

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/fault"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/groth16"
	"plimsoll/native/internal/poseidon"
)

func Run(from io.Reader, to io.Writer) error {
	var keys worker
	for {
		request, err := readFrame(from)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		reply, err := keys.serve(request)
		if err == nil {
			err = writeFrame(to, statusDone, reply)
		} else {
			err = writeFrame(to, statusFailed, describe(err))
		}
		if err != nil {
			return err
		}
	}
}

// describe writes an error as its code, a line feed and its message.
func describe(err error) []byte {
	code := "BACKEND_FAILED"
	var known fault.Failure
	if errors.As(err, &known) {
		code = known.Code
	}
	return fmt.Appendf(nil, "%s\n%s", code, err)
}

const (
	// Beyond this the least recently used key is forgotten, and loaded again when it is asked for.
	maxKeptBytes = 1 << 30
	maxKeyBytes  = 4 << 30
)

type digest [sha256.Size]byte

var errNotLoaded = fault.New("KEY_NOT_LOADED", errors.New("the key is not loaded"))

type loadedKey struct {
	digest digest
	bytes  int64
	key    *groth16.ProvingKey
}

// worker keeps keys warm; it serves one request at a time, each on all processors.
type worker struct {
	// Least recently used first.
	keys []loadedKey
}

// serve answers one request. Whatever goes wrong is an error for this request alone.
func (w *worker) serve(request []byte) (reply []byte, err error) {
	defer concurrent.RecoverInto(&err)
	if operation(request[0]) == opHash {
		return hash(request[1:])
	}
	if len(request) < 1+sha256.Size {
		return nil, fault.ErrShort
	}
	wanted, payload := digest(request[1:]), request[1+sha256.Size:]
	switch operation(request[0]) {
	case opLoad:
		return nil, w.load(wanted, string(payload))
	case opProve:
		return w.prove(wanted, payload)
	case opEffort:
		return w.effort(wanted)
	default:
		return nil, fault.New("PROTOCOL", fmt.Errorf("there is no operation %d", request[0]))
	}
}

func (w *worker) find(wanted digest) *groth16.ProvingKey {
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
		return fault.New("ARTIFACT_MISSING", err)
	}
	if !about.Mode().IsRegular() || about.Size() > maxKeyBytes {
		return fault.New("KEY_FORMAT", fmt.Errorf("%s: must be a file of at most %d bytes", path, int64(maxKeyBytes)))
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return fault.New("ARTIFACT_MISSING", err)
	}
	if actual := digest(sha256.Sum256(file)); actual != wanted {
		return fault.New("ARTIFACT_HASH", fmt.Errorf("%s: SHA-256 %x is not the listed %x", path, actual, wanted))
	}
	w.makeRoom(int64(len(file)))
	key, err := groth16.ReadKey(file)
	if err != nil {
		return fault.New("KEY_FORMAT", fmt.Errorf("%s: %w", path, err))
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
	witness, err := groth16.ReadWitness(wtns)
	if err != nil {
		return nil, fault.New("WITNESS_FORMAT", err)
	}
	made, err := key.Prove(witness)
	if err != nil {
		return nil, err
	}
	return key.Encode(made), nil
}

func (w *worker) effort(wanted digest) ([]byte, error) {
	key := w.find(wanted)
	if key == nil {
		return nil, errNotLoaded
	}
	return json.Marshal(key.Effort())
}

func hash(payload []byte) ([]byte, error) {
	if len(payload) < 1+field.FieldBytes {
		return nil, fault.ErrShort
	}
	first := fr.Element(field.Limbs(payload[1:]))
	if !field.Below(first, field.FrModulus) {
		return nil, fault.New("HASH_RANGE", field.ErrNotCanonical)
	}
	first.Mul(&first, &field.MontgomeryFactor)
	return poseidon.HashRows(first, int(payload[0]), payload[1+field.FieldBytes:])
}
