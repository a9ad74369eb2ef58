// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"bytes"
	"errors"
	"fmt"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// verify judges a key against its circuit and the powers it comes from. Every list of points is compared as
// a random combination, so that nothing of the key is computed anew: a key passes that is not this circuit's
// over these powers with probability 2^-128 a list.
func (from *key) verify(of *circuit, tau *powers) error {
	if err := of.requireFits(tau); err != nil {
		return err
	}
	if from.wires != of.wires || from.publicSignals != of.publicSignals || from.domainSize != of.domainSize() {
		return fmt.Errorf("zkey: it is of another circuit: %d wires, %d public signals, 2^%d rows are those of this one",
			of.wires, of.publicSignals, of.power)
	}
	expected, err := initialPoints(tau)
	if err != nil {
		return err
	}
	if from.points.alpha1 != expected.alpha1 || from.points.beta1 != expected.beta1 || from.points.beta2 != expected.beta2 {
		return errors.New("zkey: alpha or beta is not that of the powers of tau")
	}
	if from.points.gamma2 != expected.gamma2 {
		return errors.New("zkey: gamma is not the generator of G2")
	}
	coefficients, err := from.part(keyCoefficients, 0, from.sections[keyCoefficients].length)
	if err != nil {
		return err
	}
	if !bytes.Equal(coefficients, of.coefficients()) {
		return errors.New("zkey: the coefficients are not those of the circuit")
	}
	if err := from.checkHistory(); err != nil {
		return err
	}
	return from.checkPoints(of, tau)
}

func (from *key) checkPoints(of *circuit, tau *powers) error {
	weights, err := combiner(of.wires)
	if err != nil {
		return err
	}
	plain, err := tau.lagrangeG1(lagrangeTauG1, of.power)
	if err != nil {
		return err
	}
	rowsA, rowsB, rowsC := of.rowSums(0, weights), of.rowSums(1, weights), of.rowSums(2, weights)
	for _, list := range []struct {
		name string
		kind uint32
		rows []fr.Element
	}{{"A", keyA, rowsA}, {"B1", keyB1, rowsB}} {
		points, err := from.g1(list.kind, of.wires)
		if err != nil {
			return err
		}
		left, err := sumG1(points, weights)
		if err != nil {
			return err
		}
		right, err := sumG1(plain, list.rows)
		if err != nil {
			return err
		}
		if left != right {
			return fmt.Errorf("zkey: the points of %s are not those of the circuit", list.name)
		}
	}
	if err := from.checkB2(of, tau, weights, rowsB); err != nil {
		return err
	}
	if err := from.checkK(of, tau, weights, plain, rowsC); err != nil {
		return err
	}
	return from.checkH(of, tau)
}

func (from *key) checkB2(of *circuit, tau *powers, weights, rows []fr.Element) error {
	points, err := from.g2(keyB2, of.wires)
	if err != nil {
		return err
	}
	lagrange, err := tau.lagrangeG2(of.power)
	if err != nil {
		return err
	}
	left, err := sumG2(points, weights)
	if err != nil {
		return err
	}
	right, err := sumG2(lagrange, rows)
	if err != nil {
		return err
	}
	if left != right {
		return errors.New("zkey: the points of B2 are not those of the circuit")
	}
	return nil
}

// checkK: β·A + α·B + C of the public wires as they are, of the private ones divided by δ.
func (from *key) checkK(of *circuit, tau *powers, weights []fr.Element, plain []bn254.G1Affine, rowsC []fr.Element) error {
	public := of.publicSignals + 1
	ic, err := from.g1(keyIC, public)
	if err != nil {
		return err
	}
	c, err := from.g1(keyC, of.privateWires())
	if err != nil {
		return err
	}
	alpha, err := tau.lagrangeG1(lagrangeAlphaG1, of.power)
	if err != nil {
		return err
	}
	beta, err := tau.lagrangeG1(lagrangeBetaG1, of.power)
	if err != nil {
		return err
	}
	// Of some wires only: the others weigh nothing.
	expected := func(first, end int) (bn254.G1Affine, error) {
		some := make([]fr.Element, of.wires)
		copy(some[first:end], weights[first:end])
		rows := rowsC
		if first != 0 || end != of.wires {
			rows = of.rowSums(2, some)
		}
		var sum bn254.G1Affine
		for _, part := range []struct {
			points []bn254.G1Affine
			rows   []fr.Element
		}{{beta, of.rowSums(0, some)}, {alpha, of.rowSums(1, some)}, {plain, rows}} {
			partial, err := sumG1(part.points, part.rows)
			if err != nil {
				return sum, err
			}
			sum.Add(&sum, &partial)
		}
		return sum, nil
	}
	left, err := sumG1(ic, weights[:public])
	if err != nil {
		return err
	}
	right, err := expected(0, public)
	if err != nil {
		return err
	}
	if left != right {
		return errors.New("zkey: the points of IC are not those of the circuit")
	}
	if left, err = sumG1(c, weights[public:]); err != nil {
		return err
	}
	if right, err = expected(public, of.wires); err != nil {
		return err
	}
	return from.requireDivided("C", left, right)
}

func (from *key) checkH(of *circuit, tau *powers) error {
	h, err := from.g1(keyH, of.domainSize())
	if err != nil {
		return err
	}
	odd, err := of.oddLagrange(tau)
	if err != nil {
		return err
	}
	weights, err := combiner(of.domainSize())
	if err != nil {
		return err
	}
	left, err := sumG1(h, weights)
	if err != nil {
		return err
	}
	right, err := sumG1(odd, weights)
	if err != nil {
		return err
	}
	return from.requireDivided("H", left, right)
}

// requireDivided: points · δ = those before any contribution.
func (from *key) requireDivided(name string, divided, before bn254.G1Affine) error {
	if divided.IsInfinity() && before.IsInfinity() {
		return nil
	}
	_, _, _, g2 := bn254.Generators()
	if err := sameRatio(divided, before, g2, from.points.delta2); err != nil {
		return fmt.Errorf("zkey: the points of %s are not those of the circuit, divided by delta: %w", name, err)
	}
	return nil
}

// hashOfInitial is the circuit hash of a key that nobody has contributed to, over its own points: after
// verify has found them to be the circuit's.
func (from *key) hashOfInitial(of *circuit, tau *powers) ([64]byte, error) {
	var made initialKey
	var err error
	if made.a, err = from.g1(keyA, of.wires); err != nil {
		return [64]byte{}, err
	}
	if made.b1, err = from.g1(keyB1, of.wires); err != nil {
		return [64]byte{}, err
	}
	if made.b2, err = from.g2(keyB2, of.wires); err != nil {
		return [64]byte{}, err
	}
	ic, err := from.g1(keyIC, of.publicSignals+1)
	if err != nil {
		return [64]byte{}, err
	}
	c, err := from.g1(keyC, of.privateWires())
	if err != nil {
		return [64]byte{}, err
	}
	made.k = append(ic, c...)
	return of.hash(tau, &from.points, &made)
}
