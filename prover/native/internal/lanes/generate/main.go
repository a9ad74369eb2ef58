// SPDX-License-Identifier: GPL-3.0-or-later

// Command generate writes the kernels of package lanes in Go's assembler: go generate ./internal/lanes
package main

import (
	"flag"
	"fmt"
	"math/big"
	"os"
	"strings"
)

// The fields of BN254: of coordinates and of scalars.
const (
	fp = "21888242871839275222246405745257275088696311157297823662689037894645226208583"
	fr = "21888242871839275222246405745257275088548364400416034343698204186575808495617"
)

// An element is five limbs of 52 bits.
const (
	limbs     = 5
	limbBits  = 52
	blockSize = limbs * 64
)

// writer collects a file of assembly.
type writer struct {
	text strings.Builder
	// field is that of the kernel in hand.
	field string
}

func (w *writer) line(format string, values ...any) {
	fmt.Fprintf(&w.text, "\t"+format+"\n", values...)
}

func (w *writer) plain(format string, values ...any) { fmt.Fprintf(&w.text, format+"\n", values...) }

// words declares a constant of 64-bit words.
func (w *writer) words(name string, words []uint64) {
	for index, word := range words {
		w.plain("DATA %s<>+%d(SB)/8, $%#016x", name, 8*index, word)
	}
	w.plain("GLOBL %s<>(SB), RODATA|NOPTR, $%d\n", name, 8*len(words))
}

// limbsOf cuts a number.
func limbsOf(number *big.Int) []uint64 {
	var cut []uint64
	mask := new(big.Int).SetUint64(1<<limbBits - 1)
	rest := new(big.Int).Set(number)
	for range limbs {
		cut = append(cut, new(big.Int).And(rest, mask).Uint64())
		rest.Rsh(rest, limbBits)
	}
	return cut
}

// Registers that hold the same through a kernel.
const (
	maskRegister    = "Z31"
	zeroRegister    = "Z30"
	inverseRegister = "Z29"
	// modulus + j
	modulusRegister = 24
)

// function declares a kernel. One without vectors runs on every processor.
func (w *writer) function(name, arguments string, size int, vectors bool, body func()) {
	w.plain("// func %s(%s)", name, arguments)
	w.plain("TEXT ·%s(SB), NOSPLIT, $0-%d", name, size)
	body()
	if vectors {
		w.line("VZEROUPPER")
	}
	w.line("RET\n")
}

func (w *writer) constants() {
	w.line("MOVQ $%#x, AX", uint64(1<<limbBits-1))
	w.line("VPBROADCASTQ AX, %s", maskRegister)
}

func (w *writer) montgomeryConstants() {
	w.constants()
	w.line("VPXORQ %[1]s, %[1]s, %[1]s", zeroRegister)
	w.line("VPBROADCASTQ inverse%s<>(SB), %s", w.field, inverseRegister)
	for limb := range limbs {
		w.line("VPBROADCASTQ modulus1%s<>+%d(SB), Z%d", w.field, 8*limb, modulusRegister+limb)
	}
}

// carry brings limbs, which may be negative, into 52 bits each; the last keeps what is above.
func (w *writer) carry(registers []string, spare string) {
	for limb := range limbs - 1 {
		w.line("VPSRAQ $%d, %s, %s", limbBits, registers[limb], spare)
		w.line("VPANDQ %s, %s, %s", maskRegister, registers[limb], registers[limb])
		w.line("VPADDQ %s, %s, %s", spare, registers[limb+1], registers[limb+1])
	}
}

func z(first, count int) []string {
	var names []string
	for register := first; register < first+count; register++ {
		names = append(names, fmt.Sprintf("Z%d", register))
	}
	return names
}

// read brings a block into registers from a first one on, write the other way.
func (w *writer) read(pointer string, first int) {
	for limb := range limbs {
		w.line("VMOVDQU64 %d(%s), Z%d", 64*limb, pointer, first+limb)
	}
}

func (w *writer) write(registers []string, pointer string) {
	for limb, register := range registers {
		w.line("VMOVDQU64 %s, %d(%s)", register, 64*limb, pointer)
	}
}

// product is (Σ left·right + m·modulus) / 2^260 for each lane, word by word (Montgomery, CIOS): left factors
// are in registers from Z0 on, right ones come from memory, limb by limb. It says where the result is.
func (w *writer) product(right ...string) []string {
	return w.productBy(len(right), func(index, step int) string {
		factor := fmt.Sprintf("Z%d", firstFactor+index)
		w.line("VMOVDQU64 %d(%s), %s", 64*step, right[index], factor)
		return factor
	})
}

// firstFactor is where limbs of right factors are.
const firstFactor = 17

// productBy is product of so many terms, of which right gives a register with a limb of the right factor.
func (w *writer) productBy(terms int, right func(index, step int) string) []string {
	const firstSum, multiplier = 10, 16
	sum := func(position int) string { return fmt.Sprintf("Z%d", firstSum+position%(limbs+1)) }
	for register := firstSum; register < firstSum+limbs+1; register++ {
		w.line("VMOVDQA64 %s, Z%d", zeroRegister, register)
	}
	for step := range limbs {
		var factors []string
		for index := range terms {
			factors = append(factors, right(index, step))
		}
		for index, factor := range factors {
			w.line("VPMADD52LUQ %s, Z%d, %s", factor, index*limbs, sum(step))
		}
		w.line("VMOVDQA64 %s, Z%d", zeroRegister, multiplier)
		w.line("VPMADD52LUQ %s, %s, Z%d", inverseRegister, sum(step), multiplier)
		for index, factor := range factors {
			for limb := 1; limb < limbs; limb++ {
				w.line("VPMADD52LUQ %s, Z%d, %s", factor, index*limbs+limb, sum(step+limb))
			}
			for limb := range limbs {
				w.line("VPMADD52HUQ %s, Z%d, %s", factor, index*limbs+limb, sum(step+limb+1))
			}
		}
		for limb := range limbs {
			w.line("VPMADD52LUQ Z%d, Z%d, %s", multiplier, modulusRegister+limb, sum(step+limb))
		}
		for limb := range limbs {
			w.line("VPMADD52HUQ Z%d, Z%d, %s", multiplier, modulusRegister+limb, sum(step+limb+1))
		}
		// The lowest limb is now a multiple of 2^52, and its register the next highest.
		w.line("VPSRLQ $%d, %[2]s, %[2]s", limbBits, sum(step))
		w.line("VPADDQ %s, %s, %s", sum(step), sum(step+1), sum(step+1))
		if step < limbs-1 {
			w.line("VMOVDQA64 %s, %s", zeroRegister, sum(step))
		}
	}
	var result []string
	for limb := range limbs {
		result = append(result, sum(limbs+limb))
	}
	w.carry(result, fmt.Sprintf("Z%d", multiplier))
	return result
}

// loop does something for so many blocks, as the register CX counts them, and moves the pointers on.
func (w *writer) loop(pointers []string, stride map[string]string, body func()) {
	w.line("TESTQ CX, CX")
	w.line("JZ done")
	w.plain("next:")
	body()
	for _, pointer := range pointers {
		step := stride[pointer]
		if step == "" {
			step = fmt.Sprintf("$%d", blockSize)
		}
		w.line("ADDQ %s, %s", step, pointer)
	}
	w.line("DECQ CX")
	w.line("JNZ next")
	w.plain("done:")
}

// transpose turns eight rows of eight words into columns: from Z0…Z7, by Z8…Z15, into Z0…Z7.
func (w *writer) transpose() {
	for pair := range 4 {
		low, high := 2*pair, 2*pair+1
		w.line("VPUNPCKLQDQ Z%d, Z%d, Z%d", high, low, 8+low)
		w.line("VPUNPCKHQDQ Z%d, Z%d, Z%d", high, low, 8+high)
	}
	for parity := range 2 {
		t := func(pair int) int { return 8 + 2*pair + parity }
		u := func(index int) int { return 16 + index }
		w.line("VSHUFI64X2 $0x88, Z%d, Z%d, Z%d", t(1), t(0), u(0))
		w.line("VSHUFI64X2 $0xdd, Z%d, Z%d, Z%d", t(1), t(0), u(1))
		w.line("VSHUFI64X2 $0x88, Z%d, Z%d, Z%d", t(3), t(2), u(2))
		w.line("VSHUFI64X2 $0xdd, Z%d, Z%d, Z%d", t(3), t(2), u(3))
		w.line("VSHUFI64X2 $0x88, Z%d, Z%d, Z%d", u(2), u(0), parity)
		w.line("VSHUFI64X2 $0xdd, Z%d, Z%d, Z%d", u(2), u(0), 4+parity)
		w.line("VSHUFI64X2 $0x88, Z%d, Z%d, Z%d", u(3), u(1), 2+parity)
		w.line("VSHUFI64X2 $0xdd, Z%d, Z%d, Z%d", u(3), u(1), 6+parity)
	}
}

// split makes five limbs of four words.
func (w *writer) split(words []string, into string) {
	w.line("VPANDQ %s, %s, Z16", maskRegister, words[0])
	w.line("VPSHRDQ $52, %s, %s, Z17", words[1], words[0])
	w.line("VPSHRDQ $40, %s, %s, Z18", words[2], words[1])
	w.line("VPSHRDQ $28, %s, %s, Z19", words[3], words[2])
	w.line("VPSRLQ $16, %s, Z20", words[3])
	for limb := 1; limb < 4; limb++ {
		w.line("VPANDQ %s, Z%d, Z%d", maskRegister, 16+limb, 16+limb)
	}
	for limb := range limbs {
		w.line("VMOVDQU64 Z%d, %d(%s)", 16+limb, 64*limb, into)
	}
}

// join is the reverse, from Z16…Z20, of which the last two are used up.
func (w *writer) join(words []string) {
	w.line("VPSLLQ $52, Z17, %s", words[0])
	w.line("VPORQ Z16, %[1]s, %[1]s", words[0])
	w.line("VPSRLQ $12, Z17, Z17")
	w.line("VPSLLQ $40, Z18, %s", words[1])
	w.line("VPORQ Z17, %[1]s, %[1]s", words[1])
	w.line("VPSRLQ $24, Z18, Z18")
	w.line("VPSLLQ $28, Z19, %s", words[2])
	w.line("VPORQ Z18, %[1]s, %[1]s", words[2])
	w.line("VPSRLQ $36, Z19, Z19")
	w.line("VPSLLQ $16, Z20, %s", words[3])
	w.line("VPORQ Z19, %[1]s, %[1]s", words[3])
}

// reduce brings Z16…Z20 from below 4 times the modulus below the modulus.
func (w *writer) reduce() {
	value, trial := z(16, limbs), z(21, limbs)
	for _, times := range []int{2, 1} {
		for limb := range limbs {
			w.line("VPSUBQ.BCST modulus%d%s<>+%d(SB), %s, %s", times, w.field, 8*limb, value[limb], trial[limb])
		}
		w.carry(trial, "Z26")
		w.line("VPMOVQ2M %s, K1", trial[limbs-1])
		for limb := range limbs {
			w.line("VPBLENDMQ %s, %s, K1, %s", value[limb], trial[limb], value[limb])
		}
	}
}

func main() {
	path := flag.String("out", "kernels_amd64.s", "the file to write")
	flag.Parse()
	if err := os.WriteFile(*path, []byte(kernels()), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// arguments moves them into registers.
func (w *writer) arguments(names, registers []string) {
	for index, name := range names {
		w.line("MOVQ %s+%d(FP), %s", name, 8*index, registers[index])
	}
}

// blocks declares a kernel that goes through lists of blocks: into and what follows it.
func (w *writer) blocks(name string, lists []string, prepare, body func(registers []string)) {
	registers := []string{"DI", "SI", "DX", "R8", "R9"}[:len(lists)]
	w.function(name+w.field, strings.Join(lists, ", ")+" *Block, count int", 8*(len(lists)+1), true, func() {
		w.arguments(append(lists, "count"), append(registers, "CX"))
		prepare(registers)
		w.loop(registers, nil, func() { body(registers) })
	})
}

func (w *writer) montgomery([]string) { w.montgomeryConstants() }

// start begins the kernels of a field.
func (w *writer) start(field, modulus string) {
	w.field = field
	prime, _ := new(big.Int).SetString(modulus, 10)
	for _, times := range []int64{1, 2, 4} {
		w.words(fmt.Sprintf("modulus%d%s", times, field), limbsOf(new(big.Int).Mul(prime, big.NewInt(times))))
	}
	radix := new(big.Int).Lsh(big.NewInt(1), limbBits)
	inverse := new(big.Int).ModInverse(prime, radix)
	w.words("inverse"+field, []uint64{inverse.Sub(radix, inverse).Uint64()})
}

func (w *writer) multiply() {
	w.blocks("multiply", []string{"into", "a", "b"}, w.montgomery, func(at []string) {
		w.read(at[1], 0)
		w.write(w.product(at[2]), at[0])
	})
}

func (w *writer) multiplyTwo() {
	w.blocks("multiplyTwo", []string{"into", "a", "b", "c", "d"}, w.montgomery, func(at []string) {
		w.read(at[1], 0)
		w.read(at[3], limbs)
		w.write(w.product(at[2], at[4]), at[0])
	})
}

func (w *writer) add() {
	w.blocks("add", []string{"into", "a", "b"}, func([]string) { w.constants() }, func(at []string) {
		w.read(at[1], 0)
		for limb := range limbs {
			w.line("VPADDQ %d(%s), Z%d, Z%d", 64*limb, at[2], limb, limb)
		}
		w.carry(z(0, limbs), "Z5")
		w.write(z(0, limbs), at[0])
	})
}

func (w *writer) subtract(times int) {
	constants := func([]string) {
		w.constants()
		for limb := range limbs {
			w.line("VPBROADCASTQ modulus%d%s<>+%d(SB), Z%d", times, w.field, 8*limb, modulusRegister+limb)
		}
	}
	w.blocks(fmt.Sprintf("subtract%d", times), []string{"into", "a", "b"}, constants, func(at []string) {
		for limb := range limbs {
			w.line("VPADDQ %d(%s), Z%d, Z%d", 64*limb, at[1], modulusRegister+limb, limb)
			w.line("VPSUBQ %d(%s), Z%d, Z%d", 64*limb, at[2], limb, limb)
		}
		w.carry(z(0, limbs), "Z5")
		w.write(z(0, limbs), at[0])
	})
}

// decimateFrequency: u, v = u + v, (u − v)·w, the sum less 2p where its highest limb is above that of 2p.
func (w *writer) decimateFrequency() {
	w.blocks("decimateFrequency", []string{"u", "v", "w"}, w.montgomery, func(at []string) {
		w.read(at[0], 16)
		w.read(at[1], 0)
		for limb := range limbs {
			w.line("VPADDQ Z%d, Z%d, Z%d", limb, 16+limb, 10+limb)
			w.line("VPSUBQ Z%d, Z%d, Z%d", limb, 16+limb, limb)
			w.line("VPADDQ.BCST modulus4%s<>+%d(SB), Z%d, Z%d", w.field, 8*limb, limb, limb)
		}
		w.lessTwice(z(10, limbs))
		w.carry(z(10, limbs), "Z21")
		w.write(z(10, limbs), at[0])
		w.carry(z(0, limbs), "Z21")
		w.write(w.product(at[2]), at[1])
	})
}

// decimateTime: u, v = u + v·w, u − v·w + 2p
func (w *writer) decimateTime() {
	w.blocks("decimateTime", []string{"u", "v", "w"}, w.montgomery, func(at []string) {
		w.read(at[1], 0)
		product := w.product(at[2])
		w.read(at[0], 0)
		for limb, register := range product {
			w.line("VPADDQ %s, Z%d, Z%d", register, limb, 5+limb)
			w.line("VPADDQ.BCST modulus2%s<>+%d(SB), Z%d, Z%d", w.field, 8*limb, limb, limb)
			w.line("VPSUBQ %s, Z%d, Z%d", register, limb, limb)
		}
		w.carry(z(5, limbs), "Z17")
		w.write(z(5, limbs), at[0])
		w.carry(z(0, limbs), "Z17")
		w.write(z(0, limbs), at[1])
	})
}

// lessTwice takes 2p from registers whose highest limb is above that of 2p.
func (w *writer) lessTwice(registers []string) {
	w.line("VPCMPUQ.BCST $6, modulus2%s<>+%d(SB), %s, K1", w.field, 8*(limbs-1), registers[limbs-1])
	for limb, register := range registers {
		w.line("VPSUBQ.BCST modulus2%[1]s<>+%[2]d(SB), %[3]s, K1, %[3]s", w.field, 8*limb, register)
	}
}

// addMultiple: into = into + a·factor, the factor being one for all, less 2p where that is above it.
func (w *writer) addMultiple() {
	lists := []string{"into", "a"}
	w.function("addMultiple"+w.field, "into, a *Block, factor *[5]uint64, count int", 32, true, func() {
		w.arguments(append(lists, "factor", "count"), []string{"DI", "SI", "DX", "CX"})
		w.montgomeryConstants()
		for limb := range limbs {
			w.line("VPBROADCASTQ %d(DX), Z%d", 8*limb, firstFactor+limb)
		}
		w.loop([]string{"DI", "SI"}, nil, func() {
			w.read("SI", 0)
			product := w.productBy(1, func(_, step int) string { return fmt.Sprintf("Z%d", firstFactor+step) })
			for limb, register := range product {
				w.line("VPADDQ %d(DI), %[2]s, %[2]s", 64*limb, register)
			}
			w.lessTwice(product)
			w.carry(product, "Z16")
			w.write(product, "DI")
		})
	})
}

// weigh: into = Σ columns[i]·factors[i] + addend, reduced once: columns are stride bytes apart.
func (w *writer) weigh() {
	names := []string{"into", "columns", "stride", "factors", "addend", "width", "count"}
	arguments := "into, columns *Block, stride uintptr, factors, addend *[5]uint64, width, count int"
	w.function("weigh"+w.field, arguments, 8*len(names), true, func() {
		w.arguments(names, []string{"DI", "SI", "R8", "DX", "BX", "R12", "CX"})
		w.montgomeryConstants()
		sums := z(0, 2*limbs)
		const column, factor, multiplier = 10, 15, 16
		w.loop([]string{"DI", "SI"}, nil, func() {
			for _, sum := range sums {
				w.line("VMOVDQA64 %s, %s", zeroRegister, sum)
			}
			w.line("MOVQ SI, R10")
			w.line("MOVQ DX, R11")
			w.line("MOVQ R12, R9")
			w.plain("column:")
			w.read("R10", column)
			for step := range limbs {
				w.line("VPBROADCASTQ %d(R11), Z%d", 8*step, factor)
				for limb := range limbs {
					w.line("VPMADD52LUQ Z%d, Z%d, %s", factor, column+limb, sums[step+limb])
				}
				for limb := range limbs {
					w.line("VPMADD52HUQ Z%d, Z%d, %s", factor, column+limb, sums[step+limb+1])
				}
			}
			w.line("ADDQ R8, R10")
			w.line("ADDQ $%d, R11", 8*limbs)
			w.line("DECQ R9")
			w.line("JNZ column")
			for step := range limbs {
				w.line("VMOVDQA64 %s, Z%d", zeroRegister, multiplier)
				w.line("VPMADD52LUQ %s, %s, Z%d", inverseRegister, sums[step], multiplier)
				for limb := range limbs {
					w.line("VPMADD52LUQ Z%d, Z%d, %s", multiplier, modulusRegister+limb, sums[step+limb])
				}
				for limb := range limbs {
					w.line("VPMADD52HUQ Z%d, Z%d, %s", multiplier, modulusRegister+limb, sums[step+limb+1])
				}
				w.line("VPSRLQ $%d, %[2]s, %[2]s", limbBits, sums[step])
				w.line("VPADDQ %[1]s, %[2]s, %[2]s", sums[step], sums[step+1])
			}
			result := sums[limbs:]
			for limb, register := range result {
				w.line("VPADDQ.BCST %d(BX), %[2]s, %[2]s", 8*limb, register)
			}
			w.carry(result, "Z16")
			w.write(result, "DI")
		})
	})
}

// memory declares the kernels that bring so many elements of each of eight places into blocks and back.
func (w *writer) memory(elements int) {
	lists := []string{"one", "other"}[:elements]
	names := append(lists, "places", "stride", "count")
	registers := append([]string{"DI", "DX"}[:elements], "SI", "R8", "CX")
	pointers := append([]string{"DI", "DX"}[:elements], "SI")
	arguments := strings.Join(lists, ", ") + " *Block, places unsafe.Pointer, stride uintptr, count int"
	// Places 0 to 3 stand at SI + place·R8, 4 to 7 at R10 + (place − 4)·R8; R9 is 3·R8, R11 8·R8.
	at := []string{"(SI)", "(SI)(R8*1)", "(SI)(R8*2)", "(SI)(R9*1)", "(R10)", "(R10)(R8*1)", "(R10)(R8*2)", "(R10)(R9*1)"}
	prepare := func() {
		w.arguments(names, registers)
		w.constants()
		w.line("LEAQ (R8)(R8*2), R9")
		w.line("MOVQ R8, R11")
		w.line("SHLQ $3, R11")
	}
	register := map[int]string{1: "Y", 2: "Z"}[elements]
	w.function(fmt.Sprintf("load%d%s", elements, w.field), arguments, 8*len(names), true, func() {
		prepare()
		w.loop(pointers, map[string]string{"SI": "R11"}, func() {
			w.line("LEAQ (SI)(R8*4), R10")
			for place, address := range at {
				w.line("VMOVDQU64 %s, %s%d", address, register, place)
			}
			w.transpose()
			for element := range elements {
				w.split(z(4*element, 4), registers[element])
			}
		})
	})
	w.function(fmt.Sprintf("store%d%s", elements, w.field), arguments, 8*len(names), true, func() {
		prepare()
		w.loop(pointers, map[string]string{"SI": "R11"}, func() {
			w.line("LEAQ (SI)(R8*4), R10")
			for element := range elements {
				w.read(registers[element], 16)
				w.reduce()
				w.join(z(4*element, 4))
			}
			w.transpose()
			for place, address := range at {
				w.line("VMOVDQU64 %s%d, %s", register, place, address)
			}
		})
	})
}

// kernels is the text of the file.
func kernels() string {
	var w writer
	w.plain("// SPDX-License-Identifier: GPL-3.0-or-later\n")
	w.plain("// Code generated by internal/lanes/generate. DO NOT EDIT.\n")
	w.plain("#include \"textflag.h\"\n")
	w.start("Fp", fp)
	w.multiply()
	w.multiplyTwo()
	w.add()
	w.subtract(1)
	w.subtract(2)
	w.subtract(4)
	w.memory(2)

	w.start("Fr", fr)
	w.multiply()
	w.subtract(2)
	w.decimateFrequency()
	w.decimateTime()
	w.addMultiple()
	w.weigh()
	w.memory(1)
	w.function("prefetch", "places unsafe.Pointer, size uintptr, entries *uint32, count int", 32, false, func() {
		w.arguments([]string{"places", "size", "entries", "count"}, []string{"DI", "R8", "SI", "CX"})
		w.loop([]string{"SI"}, map[string]string{"SI": "$4"}, func() {
			// An entry is twice the number of a place, and a sign.
			w.line("MOVL (SI), AX")
			w.line("SHRL $1, AX")
			w.line("IMULQ R8, AX")
			w.line("PREFETCHT0 (DI)(AX*1)")
			w.line("ADDQ R8, AX")
			w.line("PREFETCHT0 -64(DI)(AX*1)")
		})
	})
	w.function("transposeGroups", "blocks *Block, count int", 16, true, func() {
		w.arguments([]string{"blocks", "count"}, []string{"DI", "CX"})
		w.loop([]string{"DI"}, map[string]string{"DI": fmt.Sprintf("$%d", 8*blockSize)}, func() {
			for limb := range limbs {
				for block := range 8 {
					w.line("VMOVDQU64 %d(DI), Z%d", block*blockSize+64*limb, block)
				}
				w.transpose()
				for block := range 8 {
					w.line("VMOVDQU64 Z%d, %d(DI)", block, block*blockSize+64*limb)
				}
			}
		})
	})
	return w.text.String()
}
