// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"runtime"
	"sync"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"
	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
	"github.com/consensys/gnark/constraint"
	cs "github.com/consensys/gnark/constraint/bn254"
)

const (
	g1Bytes = 2 * fp.Bytes
	g2Bytes = 4 * fp.Bytes
)

// sections are those of a file of iden3's format, by their numbers.
func sections(file []byte, magic string) (found [16][]byte, err error) {
	if len(file) < 12 || string(file[:4]) != magic {
		return found, errors.New("the file is of another kind")
	}
	count, rest := binary.LittleEndian.Uint32(file[8:]), file[12:]
	for range count {
		if len(rest) < 12 {
			return found, errShort
		}
		kind, length := binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint64(rest[4:])
		rest = rest[12:]
		if uint64(len(rest)) < length || int(kind) >= len(found) {
			return found, errShort
		}
		found[kind], rest = rest[:length], rest[length:]
	}
	return found, nil
}

func limbs(from []byte) (words [4]uint64) {
	for index := range words {
		words[index] = binary.LittleEndian.Uint64(from[8*index:])
	}
	return words
}

// Coordinates stand in Montgomery form, as gnark-crypto has them; infinity is zeros in both.

func g1(from []byte) bn254.G1Affine {
	return bn254.G1Affine{X: limbs(from), Y: limbs(from[fp.Bytes:])}
}

func g2(from []byte) (point bn254.G2Affine) {
	point.X.A0, point.X.A1 = limbs(from), limbs(from[fp.Bytes:])
	point.Y.A0, point.Y.A1 = limbs(from[2*fp.Bytes:]), limbs(from[3*fp.Bytes:])
	return point
}

func listG1(from []byte) []bn254.G1Affine {
	list := make([]bn254.G1Affine, len(from)/g1Bytes)
	for index := range list {
		list[index] = g1(from[index*g1Bytes:])
	}
	return list
}

// key is a .zkey.
type key struct {
	domain               uint64
	alpha1, beta1, delta bn254.G1Affine
	beta2, gamma2        bn254.G2Affine
	delta2               bn254.G2Affine
	ic, a, b1, c, h      []bn254.G1Affine
	b2                   []bn254.G2Affine
}

func readKey(file []byte) (*key, error) {
	parts, err := sections(file, "zkey")
	if err != nil {
		return nil, err
	}
	header := parts[2]
	if len(header) < 2*(4+fp.Bytes)+12+3*g1Bytes+3*g2Bytes {
		return nil, errShort
	}
	header = header[2*(4+fp.Bytes)+8:]
	made := &key{domain: uint64(binary.LittleEndian.Uint32(header))}
	header = header[4:]
	take := func(count int) []byte {
		taken := header[:count]
		header = header[count:]
		return taken
	}
	made.alpha1, made.beta1, made.beta2 = g1(take(g1Bytes)), g1(take(g1Bytes)), g2(take(g2Bytes))
	made.gamma2, made.delta, made.delta2 = g2(take(g2Bytes)), g1(take(g1Bytes)), g2(take(g2Bytes))
	made.ic, made.a, made.b1 = listG1(parts[3]), listG1(parts[5]), listG1(parts[6])
	made.c, made.h = listG1(parts[8]), listG1(parts[9])
	for rest := parts[7]; len(rest) >= g2Bytes; rest = rest[g2Bytes:] {
		made.b2 = append(made.b2, g2(rest))
	}
	if uint64(len(made.h)) != made.domain {
		return nil, errors.New("H is not of the size of the domain")
	}
	return made, nil
}

func (k *key) proving() *groth16.ProvingKey {
	made := &groth16.ProvingKey{Domain: *fft.NewDomain(k.domain)}
	made.G1.Alpha, made.G1.Beta, made.G1.Delta = k.alpha1, k.beta1, k.delta
	made.G2.Beta, made.G2.Delta = k.beta2, k.delta2
	made.InfinityA, made.InfinityB = make([]bool, len(k.a)), make([]bool, len(k.b1))
	for wire := range k.a {
		if made.InfinityA[wire] = k.a[wire].IsInfinity(); made.InfinityA[wire] {
			made.NbInfinityA++
		} else {
			made.G1.A = append(made.G1.A, k.a[wire])
		}
		if made.InfinityB[wire] = k.b1[wire].IsInfinity(); made.InfinityB[wire] {
			made.NbInfinityB++
		} else {
			made.G1.B = append(made.G1.B, k.b1[wire])
			made.G2.B = append(made.G2.B, k.b2[wire])
		}
	}
	made.G1.K = k.c
	made.G1.Z = k.powers()
	return made
}

// powers are gnark's basis of the quotient, τ^i·Z(τ)/δ in bit-reversed order, where snarkjs's H has Lagrange's
// over the odd half of the doubled domain: x^k·Z is −2·x^k at each of its points w·g^i, so that the k-th is
// −2·w^k·Σ g^(ik)·H_i, a Fourier transform in the group. The last, of a power that no quotient has, is left out.
func (k *key) powers() []bn254.G1Affine {
	size := len(k.h)
	points := make([]bn254.G1Jac, size)
	for index := range points {
		points[index].FromAffine(&k.h[index])
	}
	root, _ := fft.Generator(k.domain)
	shift, _ := fft.Generator(2 * k.domain)
	// By frequency: it leaves its results in bit-reversed order.
	for half := size / 2; half >= 1; half /= 2 {
		roots := powersOf(root, half)
		split(size/2, func(start, end int) {
			for pair := start; pair < end; pair++ {
				low := pair/half*2*half + pair%half
				sum, difference := points[low], points[low]
				sum.AddAssign(&points[low+half])
				difference.SubAssign(&points[low+half])
				points[low] = sum
				points[low+half] = times(&difference, &roots[pair%half])
			}
		})
		root.Square(&root)
	}
	factors := powersOf(shift, size)
	minusTwo := *new(fr.Element).SetInt64(-2)
	width := bits.TrailingZeros(uint(size))
	split(size, func(start, end int) {
		for place := start; place < end; place++ {
			power := bits.Reverse64(uint64(place)) >> (64 - width)
			factor := *new(fr.Element).Mul(&factors[power], &minusTwo)
			points[place] = times(&points[place], &factor)
		}
	})
	return bn254.BatchJacobianToAffineG1(points)[:size-1]
}

func times(point *bn254.G1Jac, factor *fr.Element) (product bn254.G1Jac) {
	if factor.IsOne() {
		return *point
	}
	product.ScalarMultiplication(point, factor.BigInt(new(big.Int)))
	return product
}

func powersOf(base fr.Element, count int) []fr.Element {
	made := make([]fr.Element, count)
	made[0].SetOne()
	for index := 1; index < count; index++ {
		made[index].Mul(&made[index-1], &base)
	}
	return made
}

func split(count int, work func(start, end int)) {
	var all sync.WaitGroup
	parts := runtime.NumCPU()
	for part := range parts {
		all.Go(func() { work(part*count/parts, (part+1)*count/parts) })
	}
	all.Wait()
}

func (k *key) verifying() *groth16.VerifyingKey {
	made := new(groth16.VerifyingKey)
	made.G1.Alpha, made.G1.Beta, made.G1.Delta, made.G1.K = k.alpha1, k.beta1, k.delta, k.ic
	made.G2.Beta, made.G2.Gamma, made.G2.Delta = k.beta2, k.gamma2, k.delta2
	if err := made.Precompute(); err != nil {
		panic(err)
	}
	return made
}

// readSystem is an .r1cs as gnark's, every wire an input of it, and after its rows those that snarkjs adds: one a
// public signal, in which it stands alone.
func readSystem(file []byte) (*cs.R1CS, error) {
	parts, err := sections(file, "r1cs")
	if err != nil {
		return nil, err
	}
	header := parts[1]
	if len(header) < 4+fr.Bytes+28 {
		return nil, errShort
	}
	header = header[4+fr.Bytes:]
	word := func(place int) int { return int(binary.LittleEndian.Uint32(header[4*place:])) }
	wires, public, rows := word(0), word(1)+word(2), word(6)
	system := cs.NewR1CS(rows)
	for wire := range wires {
		if wire <= public {
			system.AddPublicVariable(fmt.Sprint(wire))
		} else {
			system.AddSecretVariable(fmt.Sprint(wire))
		}
	}
	plan := system.AddBlueprint(&constraint.BlueprintGenericR1C{})
	rest := parts[2]
	read := func() (made constraint.LinearExpression) {
		count := binary.LittleEndian.Uint32(rest)
		rest = rest[4:]
		for range count {
			// A plain number.
			var factor fr.Element
			words := limbs(rest[4:])
			for index := len(words) - 1; index >= 0; index-- {
				factor.Mul(&factor, &wordBase)
				factor.Add(&factor, new(fr.Element).SetUint64(words[index]))
			}
			var own constraint.U64
			copy(own[:], factor[:])
			made = append(made, system.MakeTerm(own, int(binary.LittleEndian.Uint32(rest))))
			rest = rest[4+fr.Bytes:]
		}
		return made
	}
	for range rows {
		system.AddR1C(constraint.R1C{L: read(), R: read(), O: read()}, plan)
	}
	var one constraint.U64
	element := fr.One()
	copy(one[:], element[:])
	for wire := range public + 1 {
		left := constraint.LinearExpression{system.MakeTerm(one, wire)}
		system.AddR1C(constraint.R1C{L: left}, plan)
	}
	return system, nil
}

// wordBase is 2^64.
var wordBase = func() (base fr.Element) {
	base.SetUint64(1 << 32)
	return *base.Square(&base)
}()
