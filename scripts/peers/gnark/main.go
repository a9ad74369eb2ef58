// SPDX-License-Identifier: GPL-3.0-or-later

// gnark behind the protocol of scripts/peers/README.md, for comparisons only. It trusts the files, which the
// benchmark has made.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/backend/witness"
	cs "github.com/consensys/gnark/constraint/bn254"
	"github.com/consensys/gnark/logger"
)

const (
	opLoad  = 1
	opProve = 2

	statusDone   = 0
	statusFailed = 1
)

type digest [sha256.Size]byte

type loaded struct {
	system    *cs.R1CS
	proving   *groth16.ProvingKey
	verifying *groth16.VerifyingKey
}

var keys = map[digest]*loaded{}

var errShort = errors.New("the frame is too short")

func serve(request []byte) ([]byte, error) {
	if len(request) < 1+sha256.Size {
		return nil, errShort
	}
	wanted, payload := digest(request[1:]), request[1+sha256.Size:]
	switch request[0] {
	case opLoad:
		return nil, load(wanted, string(payload))
	case opProve:
		return prove(wanted, payload)
	default:
		return nil, fmt.Errorf("there is no operation %d", request[0])
	}
}

func load(wanted digest, payload string) error {
	if keys[wanted] != nil {
		return nil
	}
	keyPath, systemPath, found := strings.Cut(payload, "\n")
	if !found {
		return errShort
	}
	keyFile, err := os.ReadFile(keyPath)
	if err != nil {
		return err
	}
	if sha256.Sum256(keyFile) != wanted {
		return errors.New("the key is not the one that is listed")
	}
	systemFile, err := os.ReadFile(systemPath)
	if err != nil {
		return err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return err
	}
	system, err := readSystem(systemFile)
	if err != nil {
		return err
	}
	keys[wanted] = &loaded{system, key.proving(), key.verifying()}
	return nil
}

func prove(wanted digest, wtns []byte) ([]byte, error) {
	own := keys[wanted]
	if own == nil {
		return nil, errors.New("the key is not loaded")
	}
	full, public, err := readWitness(wtns, own.system.GetNbPublicVariables()-1)
	if err != nil {
		return nil, err
	}
	made, err := groth16.Prove(own.system, own.proving, full)
	if err != nil {
		return nil, err
	}
	if err := groth16.Verify(made, own.verifying, public); err != nil {
		return nil, err
	}
	return encode(made, public), nil
}

// readWitness is all but the first value of a .wtns, which is 1, as gnark wants it.
func readWitness(wtns []byte, public int) (witness.Witness, fr.Vector, error) {
	parts, err := sections(wtns, "wtns")
	if err != nil {
		return nil, nil, err
	}
	values := parts[2][fr.Bytes:]
	count := len(values) / fr.Bytes
	if count < public {
		return nil, nil, errShort
	}
	head := make([]byte, 0, 12+len(values))
	head = binary.BigEndian.AppendUint32(head, uint32(public))
	head = binary.BigEndian.AppendUint32(head, uint32(count-public))
	head = binary.BigEndian.AppendUint32(head, uint32(count))
	for index := range count {
		for place := fr.Bytes - 1; place >= 0; place-- {
			head = append(head, values[index*fr.Bytes+place])
		}
	}
	full, err := witness.New(fr.Modulus())
	if err != nil {
		return nil, nil, err
	}
	if _, err := full.ReadFrom(bytes.NewReader(head)); err != nil {
		return nil, nil, err
	}
	return full, full.Vector().(fr.Vector)[:public], nil
}

// encode writes big-endian numbers, the real part of an extension element first, then the public signals.
func encode(made *groth16.Proof, public fr.Vector) []byte {
	var reply []byte
	for _, coordinate := range [][fr.Bytes]byte{
		made.Ar.X.Bytes(), made.Ar.Y.Bytes(),
		made.Bs.X.A0.Bytes(), made.Bs.X.A1.Bytes(), made.Bs.Y.A0.Bytes(), made.Bs.Y.A1.Bytes(),
		made.Krs.X.Bytes(), made.Krs.Y.Bytes(),
	} {
		reply = append(reply, coordinate[:]...)
	}
	for index := range public {
		signal := public[index].Bytes()
		reply = append(reply, signal[:]...)
	}
	return reply
}

func run(from io.Reader, to io.Writer) error {
	for {
		var length [4]byte
		if _, err := io.ReadFull(from, length[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		request := make([]byte, binary.LittleEndian.Uint32(length[:]))
		if _, err := io.ReadFull(from, request); err != nil {
			return err
		}
		status, reply := byte(statusDone), []byte(nil)
		if made, err := serve(request); err != nil {
			status, reply = statusFailed, fmt.Appendf(nil, "BACKEND_FAILED\n%v", err)
		} else {
			reply = made
		}
		frame := binary.LittleEndian.AppendUint32(nil, uint32(1+len(reply)))
		if _, err := to.Write(append(append(frame, status), reply...)); err != nil {
			return err
		}
	}
}

func main() {
	// What gnark says by itself would go to where the answers are read.
	logger.Disable()
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
