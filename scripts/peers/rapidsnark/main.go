// SPDX-License-Identifier: GPL-3.0-or-later

// rapidsnark's own library behind the command line of its own program, which is in no package
// registry: rapidsnark key.zkey witness.wtns proof.json public.json. For comparisons only.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/iden3/go-rapidsnark/prover"
)

func run(arguments []string) error {
	if len(arguments) != 4 {
		return errors.New("usage: rapidsnark <circuit.zkey> <witness.wtns> <proof.json> <public.json>")
	}
	key, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	witness, err := os.ReadFile(arguments[1])
	if err != nil {
		return err
	}
	proof, public, err := prover.Groth16ProverRaw(key, witness)
	if err != nil {
		return err
	}
	if err := os.WriteFile(arguments[2], []byte(proof), 0o600); err != nil {
		return err
	}
	return os.WriteFile(arguments[3], []byte(public), 0o600)
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
