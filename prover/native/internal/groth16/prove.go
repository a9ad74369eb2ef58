// SPDX-License-Identifier: GPL-3.0-or-later

// Package groth16 reads keys and witnesses and makes proofs, verified before they leave.
package groth16

import (
	"errors"
	"fmt"
	"math/big"
	"runtime"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/fault"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/fourier"
	"plimsoll/native/internal/msm"
)

type proof struct {
	a bn254.G1Affine
	b bn254.G2Affine
	c bn254.G1Affine
}

// scratch is kept with the key: a proof allocates little.
type scratch struct {
	// The public signals, in Montgomery form.
	public []fr.Element
	a, b   []fr.Element
	// Plain scalars of the terms of C, then of H; while it is computed the polynomial stands there.
	ch       []fr.Element
	quotient *fourier.Scratch
	summers  []*msm.Summer
	// Multiplications of the summers before the proof that was made last, and in it.
	before, inSums uint64
}

func newScratch(key *ProvingKey) scratch {
	size := key.domainSize
	made := scratch{
		public: make([]fr.Element, key.publicSignals),
		a:      make([]fr.Element, size),
		b:      make([]fr.Element, size),
		ch:     make([]fr.Element, len(key.ch.Wires)+size),
	}
	if key.extension != nil {
		made.quotient = key.extension.NewScratch()
	}
	for range runtime.GOMAXPROCS(0) {
		made.summers = append(made.summers, msm.NewSummer())
	}
	return made
}

// c is the polynomial's place.
func (key *ProvingKey) c() []fr.Element {
	return key.scratch.ch[len(key.ch.Wires):]
}

var errUnsatisfied = fault.New("PROOF_INVALID", errors.New("the witness does not satisfy the circuit"))

// Prove makes a proof from a witness (plain values) and verifies it before it returns it.
func (key *ProvingKey) Prove(witness []fr.Element) (*proof, error) {
	if len(witness) != key.wires {
		return nil, fault.New(
			"WITNESS_FORMAT", fmt.Errorf("wtns: must hold %d values, got %d", key.wires, len(witness)),
		)
	}
	var r, s fr.Element
	if _, err := r.SetRandom(); err != nil {
		return nil, err
	}
	if _, err := s.SetRandom(); err != nil {
		return nil, err
	}
	if err := key.quotient(witness); err != nil {
		return nil, err
	}
	made, err := key.combine(witness, r, s)
	if err != nil {
		return nil, err
	}
	public := fr.Vector(key.scratch.public)
	public.ScalarMul(witness[1:key.publicSignals+1], &field.MontgomeryFactor)
	holds, err := key.verifying.verify(made, public)
	if err != nil {
		return nil, err
	}
	if !holds {
		return nil, errUnsatisfied
	}
	return made, nil
}

// rows evaluates A and B of every constraint.
func (key *ProvingKey) rows(witness []fr.Element) error {
	return concurrent.Parallel(key.domainSize, func(start, end int) error {
		for matrix, into := range [2][]fr.Element{key.scratch.a, key.scratch.b} {
			key.matrices[matrix].multiply(key.coefficients, witness, into, start, end)
		}
		return nil
	})
}

func (matrix *sparseMatrix) multiply(coefficients, witness, into []fr.Element, start, end int) {
	var product fr.Element
	for row := start; row < end; row++ {
		var sum fr.Element
		for _, term := range matrix.terms[matrix.start[row]:matrix.start[row+1]] {
			product.Mul(&coefficients[term.coefficient], &witness[term.wire])
			sum.Add(&sum, &product)
		}
		into[row] = sum
	}
}

// quotient leaves in c the polynomial A·B − C over the odd half of the doubled domain, as snarkjs's H
// wants it, as plain scalars.
func (key *ProvingKey) quotient(witness []fr.Element) error {
	work := &key.scratch
	if err := key.rows(witness); err != nil {
		return err
	}
	c := key.c()
	if key.extension != nil {
		return key.extension.Quotient(work.quotient, work.a, work.b, c)
	}
	err := concurrent.Parallel(len(c), func(start, end int) error {
		product := fr.Vector(c[start:end])
		product.Mul(work.a[start:end], work.b[start:end])
		return nil
	})
	if err != nil {
		return err
	}
	for _, polynomial := range [][]fr.Element{work.a, work.b, c} {
		key.domain.FFTInverse(polynomial, fft.DIF)
		key.domain.FFT(polynomial, fft.DIT, fft.OnCoset())
	}
	return concurrent.Parallel(len(c), func(start, end int) error {
		product, into := fr.Vector(work.a[start:end]), fr.Vector(c[start:end])
		product.Mul(product, work.b[start:end])
		into.Sub(product, into)
		into.ScalarMul(into, &field.PlainFactor)
		return nil
	})
}

// combine makes the three points of the proof from the sums over the key.
func (key *ProvingKey) combine(witness []fr.Element, r, s fr.Element) (*proof, error) {
	work, points := &key.scratch, &key.verifying
	var ofA, ofB, ofCH msm.DigitRows
	err := concurrent.Together([]func() error{
		func() error {
			msm.ScalarsOf(key.ch.Wires, witness, work.ch)
			ofCH = msm.DigitsOf(work.ch)
			return nil
		},
		func() error {
			ofA = msm.DigitsOf(msm.ScalarsOf(key.a.Wires, witness, make([]fr.Element, len(key.a.Wires))))
			ofB = msm.DigitsOf(msm.ScalarsOf(key.b1.Wires, witness, make([]fr.Element, len(key.b1.Wires))))
			return nil
		},
	})
	if err != nil {
		return nil, err
	}
	var a, b1, c bn254.G1Jac
	var b2 bn254.G2Jac
	// What takes longest first, so that the processors end together.
	tasks, finishB2 := msm.SumG2(&b2, key.b2.Points, ofB)
	finish := []func() error{finishB2}
	for _, sum := range []struct {
		into   *bn254.G1Jac
		points []curve.Affine[fp.Element]
		digits msm.DigitRows
	}{{&c, key.ch.Points, ofCH}, {&a, key.a.Points, ofA}, {&b1, key.b1.Points, ofB}} {
		more, finishSum := msm.SumG1(sum.into, sum.points, sum.digits)
		tasks, finish = append(tasks, more...), append(finish, finishSum)
	}
	if err := msm.RunTasks(tasks, work.summers); err != nil {
		return nil, err
	}
	work.countSums()
	if err := concurrent.Together(finish); err != nil {
		return nil, err
	}

	a.AddMixed(&points.alpha1)
	a.AddAssign(timesG1(&points.delta1, &r))
	b2.AddMixed(&points.beta2)
	b2.AddAssign(timesG2(&points.delta2, &s))
	b1.AddMixed(&points.beta1)
	b1.AddAssign(timesG1(&points.delta1, &s))

	var made proof
	made.a.FromJacobian(&a)
	made.b.FromJacobian(&b2)
	var b1Affine bn254.G1Affine
	b1Affine.FromJacobian(&b1)
	var product fr.Element
	product.Mul(&r, &s).Neg(&product)
	c.AddAssign(timesG1(&made.a, &s))
	c.AddAssign(timesG1(&b1Affine, &r))
	c.AddAssign(timesG1(&points.delta1, &product))
	made.c.FromJacobian(&c)
	return &made, nil
}

func timesG1(point *bn254.G1Affine, scalar *fr.Element) *bn254.G1Jac {
	var product bn254.G1Jac
	product.FromAffine(point)
	return product.ScalarMultiplication(&product, scalar.BigInt(new(big.Int)))
}

func timesG2(point *bn254.G2Affine, scalar *fr.Element) *bn254.G2Jac {
	var product bn254.G2Jac
	product.FromAffine(point)
	return product.ScalarMultiplication(&product, scalar.BigInt(new(big.Int)))
}

// verify is Groth16's equation: e(A, B) = e(alpha, beta) · e(IC(public), gamma) · e(C, delta).
func (points *verifyingPoints) verify(made *proof, public []fr.Element) (bool, error) {
	var sum bn254.G1Jac
	sum.FromAffine(&points.ic[0])
	for index := range public {
		sum.AddAssign(timesG1(&points.ic[index+1], &public[index]))
	}
	var inputs, negated bn254.G1Affine
	inputs.FromJacobian(&sum)
	negated.Neg(&made.a)
	return bn254.PairingCheck(
		[]bn254.G1Affine{negated, points.alpha1, inputs, made.c},
		[]bn254.G2Affine{made.b, points.beta2, points.gamma2, points.delta2},
	)
}

// Encode writes the proof that was made last and its public signals: big-endian numbers, the real
// part of an extension element first.
func (key *ProvingKey) Encode(made *proof) []byte {
	public := key.scratch.public
	reply := make([]byte, 0, (8+len(public))*field.FieldBytes)
	for _, coordinate := range [][field.FieldBytes]byte{
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
