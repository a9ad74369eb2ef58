// SPDX-License-Identifier: GPL-3.0-or-later

package lanes

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"
)

func number(text string) *big.Int {
	made, _ := new(big.Int).SetString(text, 10)
	return made
}

var (
	fpModulus = number("21888242871839275222246405745257275088696311157297823662689037894645226208583")
	frModulus = number("21888242871839275222246405745257275088548364400416034343698204186575808495617")
)

const testBlocks = 3

// operand is a list of blocks and what it holds.
type operand struct {
	blocks []Block
	values []*big.Int
}

// awkward values are below so many times the modulus: 0, 1, the largest, multiples of the modulus and their
// neighbours, limbs of ones, and random ones.
func awkward(random *rand.Rand, modulus *big.Int, times int64) operand {
	made := operand{blocks: make([]Block, testBlocks)}
	limit := new(big.Int).Mul(modulus, big.NewInt(times))
	for index := range testBlocks * Width {
		value := new(big.Int)
		switch random.IntN(6) {
		case 0:
			value.SetInt64(int64(random.IntN(3)))
		case 1:
			value.Sub(limit, big.NewInt(1+int64(random.IntN(3))))
		case 2:
			value.Mul(modulus, big.NewInt(random.Int64N(times)))
			value.Add(value, big.NewInt(int64(random.IntN(2))))
		case 3:
			value.Lsh(big.NewInt(1), uint(LimbBits*(1+random.IntN(limbs-1))))
			value.Sub(value, big.NewInt(1)).Mod(value, limit)
		default:
			for range limbs {
				value.Lsh(value, 64).Add(value, new(big.Int).SetUint64(random.Uint64()))
			}
			value.Mod(value, limit)
		}
		made.values = append(made.values, value)
		put(&made.blocks[index/Width], index%Width, value)
	}
	return made
}

func put(block *Block, lane int, value *big.Int) {
	rest, mask := new(big.Int).Set(value), new(big.Int).SetUint64(1<<LimbBits-1)
	for limb := range block {
		block[limb][lane] = new(big.Int).And(rest, mask).Uint64()
		rest.Rsh(rest, LimbBits)
	}
}

func get(block *Block, lane int) *big.Int {
	made := new(big.Int)
	for limb := limbs - 1; limb >= 0; limb-- {
		made.Lsh(made, LimbBits).Add(made, new(big.Int).SetUint64(block[limb][lane]))
	}
	return made
}

// check compares blocks with what they should hold, exactly or modulo a modulus and below a bound.
func check(t *testing.T, what string, found []Block, wanted func(index int) *big.Int, modulus, bound *big.Int) {
	t.Helper()
	for index := range len(found) * Width {
		value, right := get(&found[index/Width], index%Width), wanted(index)
		if modulus != nil {
			if value.Cmp(bound) >= 0 {
				t.Fatalf("%s: element %d is %v, not below %v", what, index, value, bound)
			}
			value.Mod(value, modulus)
			right.Mod(right, modulus)
		}
		if value.Cmp(right) != 0 {
			t.Fatalf("%s: element %d is %v, not %v", what, index, value, right)
		}
	}
}

func needKernels(t *testing.T) {
	if !Available {
		t.Skip("this processor has no 52-bit multiplier")
	}
}

func times(modulus *big.Int, factor int64) *big.Int {
	return new(big.Int).Mul(modulus, big.NewInt(factor))
}

func TestArithmeticIsThatOfTheField(t *testing.T) {
	needKernels(t)
	random := rand.New(rand.NewPCG(7, 20))
	type kernels struct {
		name                                 string
		modulus                              *big.Int
		multiply                             func(into, a, b []Block)
		multiplyTwo                          func(into, a, b, c, d []Block)
		add, subtract1, subtract2, subtract4 func(into, a, b []Block)
	}
	for _, field := range []kernels{
		{"Fp", fpModulus, FpMultiply, FpMultiplyTwo, FpAdd, FpSubtract1, FpSubtract2, FpSubtract4},
		{"Fr", frModulus, FrMultiply, nil, nil, nil, FrSubtract2, nil},
	} {
		modulus := field.modulus
		radixInverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), limbs*LimbBits), modulus)
		into := make([]Block, testBlocks)
		for range 400 {
			a, b := awkward(random, modulus, 12), awkward(random, modulus, 7)
			field.multiply(into, a.blocks, b.blocks)
			product := func(index int) *big.Int {
				made := new(big.Int).Mul(a.values[index], b.values[index])
				return made.Mul(made, radixInverse)
			}
			check(t, field.name+" product", into, product, modulus, times(modulus, 2))
			// A result may stand where an operand stood.
			own := append([]Block(nil), a.blocks...)
			field.multiply(own, own, b.blocks)
			check(t, field.name+" product in place", own, product, modulus, times(modulus, 2))
			if field.multiplyTwo != nil {
				c, d := awkward(random, modulus, 6), awkward(random, modulus, 7)
				a, b := awkward(random, modulus, 6), awkward(random, modulus, 7)
				field.multiplyTwo(into, a.blocks, b.blocks, c.blocks, d.blocks)
				check(t, field.name+" two products", into, func(index int) *big.Int {
					made := new(big.Int).Mul(a.values[index], b.values[index])
					made.Add(made, new(big.Int).Mul(c.values[index], d.values[index]))
					return made.Mul(made, radixInverse)
				}, modulus, times(modulus, 2))
			}
			if field.add != nil {
				field.add(into, a.blocks, b.blocks)
				check(t, field.name+" sum", into, func(index int) *big.Int {
					return new(big.Int).Add(a.values[index], b.values[index])
				}, nil, nil)
			}
			for more, subtract := range map[int64]func(into, a, b []Block){
				1: field.subtract1, 2: field.subtract2, 4: field.subtract4,
			} {
				if subtract == nil {
					continue
				}
				b := awkward(random, modulus, more)
				subtract(into, a.blocks, b.blocks)
				check(t, field.name+" difference", into, func(index int) *big.Int {
					made := new(big.Int).Sub(a.values[index], b.values[index])
					return made.Add(made, times(modulus, more))
				}, nil, nil)
			}
		}
	}
}

func TestButterfliesAreThoseOfTheField(t *testing.T) {
	needKernels(t)
	random := rand.New(rand.NewPCG(7, 21))
	radixInverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), limbs*LimbBits), frModulus)
	for range 400 {
		u, v, w := awkward(random, frModulus, 2), awkward(random, frModulus, 2), awkward(random, frModulus, 1)
		FrDecimateFrequency(u.blocks, v.blocks, w.blocks)
		above := new(big.Int).Lsh(big.NewInt(3), 4*LimbBits)
		check(t, "sum", u.blocks, func(index int) *big.Int {
			return new(big.Int).Add(u.values[index], v.values[index])
		}, frModulus, above.Add(above, times(frModulus, 2)))
		check(t, "twisted difference", v.blocks, func(index int) *big.Int {
			made := new(big.Int).Sub(u.values[index], v.values[index])
			return made.Mul(made, w.values[index]).Mul(made, radixInverse)
		}, frModulus, times(frModulus, 2))

		u, v = awkward(random, frModulus, 60), awkward(random, frModulus, 60)
		FrDecimateTime(u.blocks, v.blocks, w.blocks)
		twisted := func(index int) *big.Int {
			made := new(big.Int).Mul(v.values[index], w.values[index])
			return made.Mul(made, radixInverse)
		}
		check(t, "sum with twisted", u.blocks, func(index int) *big.Int {
			return new(big.Int).Add(u.values[index], twisted(index))
		}, frModulus, times(frModulus, 62))
		check(t, "difference with twisted", v.blocks, func(index int) *big.Int {
			return new(big.Int).Sub(u.values[index], twisted(index))
		}, frModulus, times(frModulus, 62))
	}
}

func TestWeighedSumsAreThoseOfTheField(t *testing.T) {
	needKernels(t)
	random := rand.New(rand.NewPCG(7, 23))
	radixInverse := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), limbs*LimbBits), frModulus)
	into := make([]Block, testBlocks)
	for _, width := range []int{1, 2, 9, mostColumns} {
		for range 100 {
			var columns []Block
			var operands []operand
			var factors []Constant
			weights := awkward(random, frModulus, 1)
			for index := range width {
				operands = append(operands, awkward(random, frModulus, 3))
				columns = append(columns, operands[index].blocks...)
				factors = append(factors, ConstantOf(wordsOf(weights.values[index])))
			}
			addend := weights.values[mostColumns]
			addendLimbs := ConstantOf(wordsOf(addend))
			FrWeigh(into, columns, factors, &addendLimbs)
			check(t, "weighed sum", into, func(index int) *big.Int {
				made := new(big.Int)
				for column := range width {
					made.Add(made, new(big.Int).Mul(operands[column].values[index], weights.values[column]))
				}
				return made.Mul(made, radixInverse).Add(made, addend)
			}, frModulus, times(frModulus, 3))

			sum, a := awkward(random, frModulus, 3), operands[0]
			FrAddMultiple(sum.blocks, a.blocks, &factors[0])
			check(t, "sum with a multiple", sum.blocks, func(index int) *big.Int {
				made := new(big.Int).Mul(a.values[index], weights.values[0])
				return made.Mul(made, radixInverse).Add(made, sum.values[index])
			}, frModulus, times(frModulus, 3))
		}
	}
}

func wordsOf(value *big.Int) (words [4]uint64) {
	rest := new(big.Int).Set(value)
	for word := range words {
		words[word] = new(big.Int).And(rest, new(big.Int).SetUint64(^uint64(0))).Uint64()
		rest.Rsh(rest, 64)
	}
	return words
}

func TestElementsComeBackReduced(t *testing.T) {
	needKernels(t)
	random := rand.New(rand.NewPCG(7, 22))
	for range 400 {
		// Of places of 128 bytes a pair is in the first half or the second.
		var pairs [testBlocks * Width][2][2][4]uint64
		half := random.IntN(2)
		one, other := awkward(random, fpModulus, 4), awkward(random, fpModulus, 4)
		at := unsafe.Pointer(&pairs[0][half])
		FpStore(one.blocks, other.blocks, at, unsafe.Sizeof(pairs[0]))
		for index := range pairs {
			for element, from := range []operand{one, other} {
				if pairs[index][half][element] != wordsOf(new(big.Int).Mod(from.values[index], fpModulus)) {
					t.Fatalf("element %d of place %d: %v", element, index, pairs[index][half][element])
				}
				if pairs[index][1-half][element] != [4]uint64{} {
					t.Fatalf("the other half of place %d was written", index)
				}
			}
		}
		FpLoad(one.blocks, other.blocks, at, unsafe.Sizeof(pairs[0]))
		for _, from := range []operand{one, other} {
			check(t, "what was read", from.blocks, func(index int) *big.Int {
				return new(big.Int).Mod(from.values[index], fpModulus)
			}, nil, nil)
		}

		var single [testBlocks * Width][4]uint64
		scalars := awkward(random, frModulus, 4)
		FrStore(scalars.blocks, unsafe.Pointer(&single), unsafe.Sizeof(single[0]))
		for index := range single {
			if single[index] != wordsOf(new(big.Int).Mod(scalars.values[index], frModulus)) {
				t.Fatalf("scalar %d: %v", index, single[index])
			}
		}
		FrLoad(scalars.blocks, unsafe.Pointer(&single), unsafe.Sizeof(single[0]))
		check(t, "scalars read", scalars.blocks, func(index int) *big.Int {
			return new(big.Int).Mod(scalars.values[index], frModulus)
		}, nil, nil)
	}
}

func TestGroupsAreTransposed(t *testing.T) {
	needKernels(t)
	var blocks [2 * Width]Block
	name := func(group, block, limb, lane int) uint64 {
		return uint64(((group*Width+block)*limbs+limb)*Width + lane)
	}
	for index := range blocks {
		for limb := range limbs {
			for lane := range Width {
				blocks[index][limb][lane] = name(index/Width, index%Width, limb, lane)
			}
		}
	}
	TransposeGroups(blocks[:])
	for index := range blocks {
		for limb := range limbs {
			for lane := range Width {
				if blocks[index][limb][lane] != name(index/Width, lane, limb, index%Width) {
					t.Fatalf("block %d, limb %d, lane %d: %d", index, limb, lane, blocks[index][limb][lane])
				}
			}
		}
	}
}

func TestListsOfDifferentLengthsAreRefused(t *testing.T) {
	needKernels(t)
	three, two := make([]Block, 3), make([]Block, 2)
	for name, call := range map[string]func(){
		"product":      func() { FpMultiply(three, three, two) },
		"two products": func() { FpMultiplyTwo(three, three, three, two, three) },
		"butterfly":    func() { FrDecimateTime(three, two, three) },
		"pairs":        func() { FpLoad(three, two, unsafe.Pointer(&two[0]), 64) },
		"groups":       func() { TransposeGroups(three) },
		"weights":      func() { FrWeigh(two, three, make([]Constant, 2), new(Constant)) },
		"nothing":      func() { FpAdd(nil, nil, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: was not refused", name)
				}
			}()
			call()
		}()
	}
}

// The distance to the limit: multiplications counted times this.
func BenchmarkMultiply(b *testing.B) {
	if !Available {
		b.Skip("this processor has no 52-bit multiplier")
	}
	x, y := make([]Block, 64), make([]Block, 64)
	for range b.N {
		FpMultiply(x, x, y)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(x)*Width), "ns/multiplication")
}
