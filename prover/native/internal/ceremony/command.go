// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
)

// Argument: one run of the program is one operation, read as JSON from standard input, so that no entropy is
// ever seen among the arguments of a process. The answer is JSON on standard output. Whoever asks keeps standard
// input open until then: its end says that nobody waits any more, and nothing may write to files that whoever goes
// on has begun anew.
// prover/proving/keys/native-ceremony.ts is the other side.
const Argument = "ceremony"

const maxRequestBytes = 1 << 20

type request struct {
	Operation string `json:"operation"`
	// Paths.
	Powers  string `json:"powers"`
	Circuit string `json:"circuit"`
	Key     string `json:"key"`
	Out     string `json:"out"`
	// Of a contribution; the beacon in hex.
	Name       string `json:"name"`
	Entropy    string `json:"entropy"`
	Beacon     string `json:"beacon"`
	Iterations byte   `json:"iterations"`
	// Of powers from a known trapdoor.
	Seed  string `json:"seed"`
	Power int    `json:"power"`
}

// Run answers one request; abandoned is called where from ends before there is an answer.
func Run(from io.Reader, to io.Writer, abandoned func()) error {
	var asked request
	decoder := json.NewDecoder(io.LimitReader(from, maxRequestBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, from)
		abandoned()
	}()
	operations := map[string]func() (any, error){
		"known-powers": asked.knownPowers, "check-powers": asked.checkPowers, "initial": asked.initial,
		"contribute": asked.contribute, "verify": asked.verify,
	}
	operation, known := operations[asked.Operation]
	if !known {
		return fmt.Errorf("unknown operation %q", asked.Operation)
	}
	answer, err := operation()
	if err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(answer)
}

func (asked *request) knownPowers() (any, error) {
	to, err := os.Create(asked.Out)
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(to, 1<<20)
	err = writeKnownPowers(out, asked.Seed, asked.Power)
	if err == nil {
		err = out.Flush()
	}
	return map[string]any{"power": asked.Power}, errors.Join(err, to.Close())
}

func (asked *request) checkPowers() (any, error) {
	tau, err := openPowers(asked.Powers)
	if err != nil {
		return nil, err
	}
	defer tau.Close()
	if err := tau.check(); err != nil {
		return nil, err
	}
	points, err := initialPoints(tau)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"power": tau.power, "alpha": points.alpha1.X.String(), "beta": points.beta1.X.String(),
	}, nil
}

// source is a circuit and powers that it fits.
func (asked *request) source() (*circuit, *powers, error) {
	of, err := readCircuit(asked.Circuit)
	if err != nil {
		return nil, nil, err
	}
	tau, err := openPowers(asked.Powers)
	return of, tau, err
}

func (asked *request) initial() (any, error) {
	of, tau, err := asked.source()
	if err != nil {
		return nil, err
	}
	defer tau.Close()
	circuitHash, err := of.writeInitial(asked.Out, tau)
	return map[string]any{"circuitHash": hex.EncodeToString(circuitHash[:])}, err
}

func (asked *request) contribute() (any, error) {
	from, err := openKey(asked.Key)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	if len(asked.Name) > maxNameBytes {
		return nil, fmt.Errorf("the name must have at most %d bytes", maxNameBytes)
	}
	entry := contribution{name: asked.Name}
	if asked.Beacon != "" {
		if entry.beacon, err = hex.DecodeString(asked.Beacon); err != nil {
			return nil, err
		}
		entry.kind, entry.iterations = byBeacon, asked.Iterations
		secret, base, err := fromBeacon(entry.beacon, entry.iterations)
		if err != nil {
			return nil, err
		}
		made, err := from.contribute(asked.Out, entry, &secret, base)
		if err != nil {
			return nil, err
		}
		return made.describe()
	}
	secret, err := secretFrom([]byte(asked.Entropy))
	if err != nil {
		return nil, err
	}
	defer secret.SetZero()
	base, err := randomPoint()
	if err != nil {
		return nil, err
	}
	made, err := from.contribute(asked.Out, entry, &secret, base)
	if err != nil {
		return nil, err
	}
	return made.describe()
}

// randomPoint is the s of a proof of knowledge: any point but infinity will do.
func randomPoint() (bn254.G1Affine, error) {
	scalars, err := combiner(1)
	if err != nil {
		return bn254.G1Affine{}, err
	}
	_, _, g1, _ := bn254.Generators()
	return bn254.BatchScalarMultiplicationG1(&g1, scalars)[0], nil
}

func (asked *request) verify() (any, error) {
	of, tau, err := asked.source()
	if err != nil {
		return nil, err
	}
	defer tau.Close()
	from, err := openKey(asked.Key)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	if err := from.verify(of, tau); err != nil {
		return nil, err
	}
	described := make([]any, 0, len(from.contributions))
	for index := range from.contributions {
		one, err := from.contributions[index].describe()
		if err != nil {
			return nil, err
		}
		described = append(described, one)
	}
	if len(from.contributions) == 0 {
		circuitHash, err := from.hashOfInitial(of, tau)
		if err != nil {
			return nil, err
		}
		if circuitHash != from.circuitHash {
			return nil, errors.New("zkey: the circuit hash is not that of the circuit")
		}
	}
	return map[string]any{
		"circuitHash": hex.EncodeToString(from.circuitHash[:]), "contributions": described,
	}, nil
}
