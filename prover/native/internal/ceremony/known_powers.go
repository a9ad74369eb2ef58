// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/container"
	"plimsoll/native/internal/curve"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/msm"
)

// knownScalar: whoever reads this and the seed knows the trapdoor. That is the point: such a file tests what
// reads files, and its α and β are on the list of those that no production key may have.
func knownScalar(seed, purpose string) fr.Element {
	digest := sha512.Sum512([]byte("plimsoll KNOWN-TRAPDOOR powers of tau/" + seed + "/" + purpose))
	var scalar fr.Element
	scalar.SetBytes(digest[:])
	return scalar
}

func geometricScalars(first, ratio *fr.Element, count int) []fr.Element {
	scalars := make([]fr.Element, count)
	next := *first
	for index := range scalars {
		scalars[index] = next
		next.Mul(&next, ratio)
	}
	return scalars
}

// lagrangeScalars: Lᵢ(τ) = (τⁿ − 1)/n · ωⁱ/(τ − ωⁱ), on every level from 2⁰ on.
func lagrangeScalars(tau *fr.Element, levels int) ([]fr.Element, error) {
	all := []fr.Element{fr.One()}
	one := fr.One()
	for power := 1; power < levels; power++ {
		size := uint64(1) << power
		root, err := fft.Generator(size)
		if err != nil {
			return nil, err
		}
		var scale, n fr.Element
		scale.Exp(*tau, new(big.Int).SetUint64(size))
		scale.Sub(&scale, &one)
		n.SetUint64(size)
		scale.Div(&scale, &n)
		roots := geometricScalars(&one, &root, int(size))
		values := make([]fr.Element, size)
		for index := range values {
			values[index].Sub(tau, &roots[index])
		}
		values = fr.BatchInvert(values)
		for index := range values {
			values[index].Mul(&values[index], &roots[index]).Mul(&values[index], &scale)
		}
		all = append(all, values...)
	}
	return all, nil
}

func timesScalar(values []fr.Element, factor *fr.Element) []fr.Element {
	products := make([]fr.Element, len(values))
	for index := range values {
		products[index].Mul(&values[index], factor)
	}
	return products
}

// writeKnownPowers makes a prepared .ptau file of 2^power powers from a trapdoor that everybody knows.
func writeKnownPowers(to io.Writer, seed string, power int) error {
	if power < 1 || power > maxPower {
		return fmt.Errorf("powers: must be of 2^1 to 2^%d, got 2^%d", maxPower, power)
	}
	tau, alpha, beta := knownScalar(seed, "tau"), knownScalar(seed, "alpha"), knownScalar(seed, "beta")
	size := 1 << power
	one := fr.One()
	_, _, g1, g2 := bn254.Generators()
	plain := geometricScalars(&one, &tau, 2*size-1)
	lagrange, err := lagrangeScalars(&tau, power+2)
	if err != nil {
		return err
	}
	silent := func(int) {}
	ofG1, ofG2 := msm.NewG1Multiples(&g1, 13*size), msm.NewG2Multiples(&g2, 3*size)
	inG1 := func(scalars []fr.Element) ([]byte, error) {
		multiples, err := ofG1.Of(scalars, silent)
		points := make([]bn254.G1Affine, len(multiples))
		for index := range multiples {
			points[index] = curve.ToG1(&multiples[index])
		}
		return bytesOfG1(points...), err
	}
	inG2 := func(scalars []fr.Element) ([]byte, error) {
		multiples, err := ofG2.Of(scalars, silent)
		points := make([]bn254.G2Affine, len(multiples))
		for index := range multiples {
			points[index] = curve.ToG2(&multiples[index])
		}
		return bytesOfG2(points...), err
	}
	header := binary.LittleEndian.AppendUint32(nil, field.FieldBytes)
	for _, word := range field.FpModulus {
		header = binary.LittleEndian.AppendUint64(header, word)
	}
	header = binary.LittleEndian.AppendUint32(header, uint32(power))
	header = binary.LittleEndian.AppendUint32(header, uint32(power))
	start := binary.LittleEndian.AppendUint32([]byte("ptau"), 1)
	start = binary.LittleEndian.AppendUint32(start, 11)
	if _, err := to.Write(start); err != nil {
		return err
	}
	for _, section := range []struct {
		kind  uint32
		bytes func() ([]byte, error)
	}{
		{powersHeader, func() ([]byte, error) { return header, nil }},
		{powersTauG1, func() ([]byte, error) { return inG1(plain) }},
		{powersTauG2, func() ([]byte, error) { return inG2(plain[:size]) }},
		{powersAlphaG1, func() ([]byte, error) { return inG1(timesScalar(plain[:size], &alpha)) }},
		{powersBetaG1, func() ([]byte, error) { return inG1(timesScalar(plain[:size], &beta)) }},
		{powersBetaG2, func() ([]byte, error) { return inG2([]fr.Element{beta}) }},
		{powersHistory, func() ([]byte, error) { return make([]byte, 4), nil }},
		{lagrangeTauG1, func() ([]byte, error) { return inG1(lagrange) }},
		{lagrangeTauG2, func() ([]byte, error) { return inG2(lagrange[:2*size-1]) }},
		{lagrangeAlphaG1, func() ([]byte, error) { return inG1(timesScalar(lagrange[:2*size-1], &alpha)) }},
		{lagrangeBetaG1, func() ([]byte, error) { return inG1(timesScalar(lagrange[:2*size-1], &beta)) }},
	} {
		bytes, err := section.bytes()
		if err == nil {
			err = container.WriteSection(to, section.kind, bytes)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
