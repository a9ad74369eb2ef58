// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"golang.org/x/crypto/blake2b"

	"plimsoll/native/internal/affine"
	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/field"
)

const (
	byPerson = 0
	byBeacon = 1

	parameterName       = 1
	parameterIterations = 2
	parameterBeacon     = 3

	maxContributions   = 1 << 16
	maxParameterBytes  = 1 << 10
	maxNameBytes       = 64
	maxBeaconExponent  = 31
	contributionPoints = 3*g1Bytes + g2Bytes
)

// contribution is one entry of a key's history: δ afterwards, and a proof of knowledge of its factor x as
// (s, s·x, p·x), p being a point that the transcript determines.
type contribution struct {
	deltaAfter, base, baseTimes bn254.G1Affine
	challengeTimes              bn254.G2Affine
	transcript                  [64]byte
	kind                        uint32
	name                        string
	iterations                  byte
	beacon                      []byte
}

func (from *key) readHistory(bytes []byte) error {
	short := errors.New("zkey: the contributions are truncated")
	if len(bytes) < 68 {
		return short
	}
	copy(from.circuitHash[:], bytes)
	count := binary.LittleEndian.Uint32(bytes[64:])
	if count > maxContributions {
		return fmt.Errorf("zkey: must have at most %d contributions, got %d", maxContributions, count)
	}
	bytes = bytes[68:]
	for index := range count {
		if len(bytes) < contributionPoints+72 {
			return short
		}
		var entry contribution
		name := fmt.Sprintf("zkey contribution %d", index+1)
		points, err := affine.ReadG1(name, bytes[:3*g1Bytes])
		if err != nil {
			return err
		}
		entry.deltaAfter, entry.base, entry.baseTimes = points[0], points[1], points[2]
		inG2, err := affine.ReadG2(name, bytes[3*g1Bytes:contributionPoints])
		if err != nil {
			return err
		}
		entry.challengeTimes = inG2[0]
		bytes = bytes[contributionPoints:]
		copy(entry.transcript[:], bytes)
		entry.kind = binary.LittleEndian.Uint32(bytes[64:])
		length := int(binary.LittleEndian.Uint32(bytes[68:]))
		bytes = bytes[72:]
		if length > maxParameterBytes || length > len(bytes) {
			return short
		}
		if err := entry.readParameters(bytes[:length]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		bytes = bytes[length:]
		from.contributions = append(from.contributions, entry)
	}
	if len(bytes) != 0 {
		return fmt.Errorf("zkey: %d bytes follow the last contribution", len(bytes))
	}
	return nil
}

func (entry *contribution) readParameters(bytes []byte) error {
	last := byte(0)
	for len(bytes) > 0 {
		if len(bytes) < 2 || bytes[0] <= last {
			return errors.New("its parameters are not in order, or truncated")
		}
		last = bytes[0]
		length := int(bytes[1])
		if last == parameterIterations {
			entry.iterations, bytes = bytes[1], bytes[2:]
			continue
		}
		if last > parameterBeacon || len(bytes) < 2+length {
			return errors.New("its parameters are unknown or truncated")
		}
		value := bytes[2 : 2+length]
		if last == parameterName {
			entry.name = string(value)
		} else {
			entry.beacon = append([]byte(nil), value...)
		}
		bytes = bytes[2+length:]
	}
	return nil
}

func (entry *contribution) bytes() []byte {
	var parameters []byte
	if entry.name != "" {
		parameters = append(parameters, parameterName, byte(len(entry.name)))
		parameters = append(parameters, entry.name...)
	}
	if entry.kind == byBeacon {
		parameters = append(parameters, parameterIterations, entry.iterations)
		parameters = append(parameters, parameterBeacon, byte(len(entry.beacon)))
		parameters = append(parameters, entry.beacon...)
	}
	var out bytes.Buffer
	out.Write(bytesOfG1(entry.deltaAfter, entry.base, entry.baseTimes))
	out.Write(bytesOfG2(entry.challengeTimes))
	out.Write(entry.transcript[:])
	out.Write(binary.LittleEndian.AppendUint32(nil, entry.kind))
	out.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(parameters))))
	out.Write(parameters)
	return out.Bytes()
}

// hashInto hashes all of a contribution that binds: who made it and how is not in it.
func (entry *contribution) hashInto(into hash.Hash) {
	hashG1(into, entry.deltaAfter, entry.base, entry.baseTimes)
	hashG2(into, entry.challengeTimes)
	into.Write(entry.transcript[:])
}

// digest is what snarkjs shows as the contribution hash.
func (entry *contribution) digest() ([]byte, error) {
	into, err := blake2b.New512(nil)
	if err != nil {
		return nil, err
	}
	entry.hashInto(into)
	return into.Sum(nil), nil
}

// challengeAfter is the transcript of a contribution: everything before it, and its own s and s·x.
func (from *key) challengeAfter(before int, base, baseTimes bn254.G1Affine) ([64]byte, error) {
	var transcript [64]byte
	into, err := blake2b.New512(nil)
	if err != nil {
		return transcript, err
	}
	into.Write(from.circuitHash[:])
	for index := range before {
		from.contributions[index].hashInto(into)
	}
	hashG1(into, base, baseTimes)
	copy(transcript[:], into.Sum(nil))
	return transcript, nil
}

// checkHistory follows δ through all contributions.
func (from *key) checkHistory() error {
	_, _, delta, _ := bn254.Generators()
	for index := range from.contributions {
		entry := &from.contributions[index]
		fail := func(reason string, err error) error {
			return fmt.Errorf("contribution %d (%q): %s: %w", index+1, entry.name, reason, err)
		}
		transcript, err := from.challengeAfter(index, entry.base, entry.baseTimes)
		if err != nil {
			return err
		}
		if transcript != entry.transcript {
			return fail("it does not follow the ones before it", errors.New("another transcript"))
		}
		challenge := challengeOf(transcript)
		if err := sameRatio(entry.base, entry.baseTimes, challenge, entry.challengeTimes); err != nil {
			return fail("it does not prove that its secret is known", err)
		}
		if err := sameRatio(delta, entry.deltaAfter, challenge, entry.challengeTimes); err != nil {
			return fail("its delta is not the one before times its secret", err)
		}
		if entry.deltaAfter == delta {
			return fail("it changed nothing", errors.New("its secret is one"))
		}
		switch entry.kind {
		case byPerson:
		case byBeacon:
			secret, base, err := fromBeacon(entry.beacon, entry.iterations)
			if err != nil {
				return fail("its beacon", err)
			}
			var times bn254.G1Affine
			times.ScalarMultiplication(&base, secret.BigInt(new(big.Int)))
			if base != entry.base || times != entry.baseTimes {
				return fail("it is not what its beacon gives", errors.New("another secret"))
			}
		default:
			return fail("its kind is unknown", fmt.Errorf("%d", entry.kind))
		}
		delta = entry.deltaAfter
	}
	if delta != from.points.delta1 {
		return errors.New("zkey: delta is not that of the last contribution")
	}
	_, _, g1, g2 := bn254.Generators()
	if err := sameRatio(g1, delta, g2, from.points.delta2); err != nil {
		return fmt.Errorf("zkey: delta is not the same in both groups: %w", err)
	}
	return nil
}

// Randomness as snarkjs draws it, where both must draw the same

// chacha is ffjavascript's generator: ChaCha20 on a 32-byte seed, words in order.
type chacha struct {
	state, block [16]uint32
	next         int
}

func newChacha(seed []byte) *chacha {
	made := &chacha{state: [16]uint32{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, next: 16}
	for word := range 8 {
		made.state[4+word] = binary.BigEndian.Uint32(seed[4*word:])
	}
	return made
}

func (from *chacha) uint32() uint32 {
	if from.next == len(from.block) {
		from.refill()
	}
	from.next++
	return from.block[from.next-1]
}

func (from *chacha) refill() {
	block := from.state
	quarter := func(a, b, c, d int) {
		turn := func(into, by, other int, left uint) {
			block[into] += block[by]
			mixed := block[other] ^ block[into]
			block[other] = mixed<<left | mixed>>(32-left)
		}
		turn(a, b, d, 16)
		turn(c, d, b, 12)
		turn(a, b, d, 8)
		turn(c, d, b, 7)
	}
	for range 10 {
		quarter(0, 4, 8, 12)
		quarter(1, 5, 9, 13)
		quarter(2, 6, 10, 14)
		quarter(3, 7, 11, 15)
		quarter(0, 5, 10, 15)
		quarter(1, 6, 11, 12)
		quarter(2, 7, 8, 13)
		quarter(3, 4, 9, 14)
	}
	for word := range block {
		block[word] += from.state[word]
	}
	from.block, from.next = block, 0
	for word := 12; word < 16; word++ {
		from.state[word]++
		if from.state[word] != 0 {
			break
		}
	}
}

// limbs draws below a modulus of 254 bits; what is drawn is taken as the Montgomery form.
func (from *chacha) limbs(modulus [4]uint64) [4]uint64 {
	for {
		var value [4]uint64
		for word := range value {
			high := uint64(from.uint32())
			value[word] = high<<32 | uint64(from.uint32())
		}
		value[3] &= 1<<62 - 1
		if field.Below(value, modulus) {
			return value
		}
	}
}

func (from *chacha) g1() bn254.G1Affine {
	var three fp.Element
	three.SetUint64(3)
	for {
		var point bn254.G1Affine
		point.X = from.limbs(field.FpModulus)
		negative := from.uint32()&1 == 1
		var square fp.Element
		square.Square(&point.X).Mul(&square, &point.X).Add(&square, &three)
		if point.Y.Sqrt(&square) == nil {
			continue
		}
		if point.Y.LexicographicallyLargest() != negative {
			point.Y.Neg(&point.Y)
		}
		return point
	}
}

// twistCofactor is the order of the twist's curve over that of its subgroup.
var twistCofactor, _ = new(big.Int).SetString(
	"30644e72e131a029b85045b68181585e06ceecda572a2489345f2299c0f9fa8d", 16)

func (from *chacha) g2() bn254.G2Affine {
	b := twistB()
	for {
		var point bn254.G2Affine
		point.X.A0 = from.limbs(field.FpModulus)
		point.X.A1 = from.limbs(field.FpModulus)
		negative := from.uint32()&1 == 1
		var square bn254.E2
		square.Square(&point.X).Mul(&square, &point.X).Add(&square, &b)
		if square.Legendre() == -1 {
			continue
		}
		point.Y.Sqrt(&square)
		largest := point.Y.A1.LexicographicallyLargest()
		if point.Y.A1.IsZero() {
			largest = point.Y.A0.LexicographicallyLargest()
		}
		if largest != negative {
			point.Y.Neg(&point.Y)
		}
		// Not by the library's own multiplication, which is for points of the subgroup.
		return timesCofactor(point)
	}
}

// twistB: y² − x³ of the generator.
func twistB() bn254.E2 {
	_, _, _, g2 := bn254.Generators()
	var b, cube bn254.E2
	b.Square(&g2.Y)
	cube.Square(&g2.X).Mul(&cube, &g2.X)
	b.Sub(&b, &cube)
	return b
}

func timesCofactor(point bn254.G2Affine) bn254.G2Affine {
	var base, sum bn254.G2Jac
	base.FromAffine(&point)
	for bit := twistCofactor.BitLen() - 1; bit >= 0; bit-- {
		sum.DoubleAssign()
		if twistCofactor.Bit(bit) == 1 {
			sum.AddAssign(&base)
		}
	}
	var product bn254.G2Affine
	product.FromJacobian(&sum)
	return product
}

// challengeOf maps a transcript to a point of G2 whose logarithm nobody knows.
func challengeOf(transcript [64]byte) bn254.G2Affine {
	return newChacha(transcript[:]).g2()
}

// fromBeacon hashes a public value 2^iterations times and draws from what comes out.
func fromBeacon(beacon []byte, iterations byte) (fr.Element, bn254.G1Affine, error) {
	if len(beacon) == 0 || len(beacon) > 255 || iterations > maxBeaconExponent {
		return fr.Element{}, bn254.G1Affine{}, fmt.Errorf(
			"must have 1 to 255 bytes and be hashed up to 2^%d times", maxBeaconExponent)
	}
	value := beacon
	for range uint64(1) << iterations {
		digest := sha256.Sum256(value)
		value = digest[:]
	}
	draw := newChacha(value)
	return draw.limbs(field.FrModulus), draw.g1(), nil
}

// secretFrom draws the factor of a contribution from the system and from what its contributor gave; with
// either unknown it is unknown.
func secretFrom(entropy []byte) (fr.Element, error) {
	into, err := blake2b.New512(nil)
	if err != nil {
		return fr.Element{}, err
	}
	var system [64]byte
	if _, err := io.ReadFull(rand.Reader, system[:]); err != nil {
		return fr.Element{}, err
	}
	into.Write(system[:])
	into.Write(entropy)
	digest := into.Sum(nil)
	var secret fr.Element
	secret.SetBytes(digest)
	clear(system[:])
	clear(digest)
	clear(entropy)
	if secret.IsZero() || secret.IsOne() {
		return secret, errors.New("the secret is trivial")
	}
	return secret, nil
}

// contribute multiplies δ by a secret and writes the next key.
func (from *key) contribute(path string, entry contribution, secret *fr.Element, base bn254.G1Affine) (*contribution, error) {
	var number big.Int
	secret.BigInt(&number)
	entry.base = base
	entry.baseTimes.ScalarMultiplication(&base, &number)
	transcript, err := from.challengeAfter(len(from.contributions), entry.base, entry.baseTimes)
	if err != nil {
		return nil, err
	}
	entry.transcript = transcript
	challenge := challengeOf(transcript)
	entry.challengeTimes.ScalarMultiplication(&challenge, &number)
	points := from.points
	points.delta1.ScalarMultiplication(&points.delta1, &number)
	points.delta2.ScalarMultiplication(&points.delta2, &number)
	entry.deltaAfter = points.delta1
	var inverse fr.Element
	inverse.Inverse(secret)
	c, err := from.scaled(keyC, from.wires-from.publicSignals-1, &inverse)
	if err != nil {
		return nil, err
	}
	h, err := from.scaled(keyH, from.domainSize, &inverse)
	if err != nil {
		return nil, err
	}
	inverse.SetZero()
	clear(number.Bits())
	history := append([]byte(nil), from.circuitHash[:]...)
	history = binary.LittleEndian.AppendUint32(history, uint32(len(from.contributions)+1))
	for index := range from.contributions {
		history = append(history, from.contributions[index].bytes()...)
	}
	history = append(history, entry.bytes()...)
	sections := []section{
		{keyProtocol, binary.LittleEndian.AppendUint32(nil, groth16Protocol)},
		{keyHeader, headerBytesOf(from.wires, from.publicSignals, from.domainSize, &points)},
	}
	for _, kind := range []uint32{keyIC, keyCoefficients, keyA, keyB1, keyB2} {
		payload, err := from.part(kind, 0, from.sections[kind].length)
		if err != nil {
			return nil, err
		}
		sections = append(sections, section{kind, payload})
	}
	sections = append(sections, section{keyC, c}, section{keyH, h}, section{keyContributions, history})
	return &entry, writeContainer(path, "zkey", sections)
}

func (from *key) scaled(kind uint32, count int, factor *fr.Element) ([]byte, error) {
	points, err := from.g1(kind, count)
	if err != nil {
		return nil, err
	}
	products := make([]bn254.G1Jac, count)
	err = concurrent.Parallel(count, func(start, end int) error {
		var number big.Int
		factor.BigInt(&number)
		defer clear(number.Bits())
		for index := start; index < end; index++ {
			products[index].FromAffine(&points[index])
			products[index].ScalarMultiplication(&products[index], &number)
		}
		return nil
	})
	return bytesOfG1(bn254.BatchJacobianToAffineG1(products)...), err
}

func (entry *contribution) describe() (map[string]any, error) {
	digest, err := entry.digest()
	if err != nil {
		return nil, err
	}
	described := map[string]any{"name": entry.name, "hash": hex.EncodeToString(digest)}
	if entry.kind == byBeacon {
		described["beacon"] = hex.EncodeToString(entry.beacon)
		described["iterations"] = entry.iterations
	}
	return described, nil
}
