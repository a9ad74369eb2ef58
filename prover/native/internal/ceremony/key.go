// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"

	"plimsoll/native/internal/affine"
	"plimsoll/native/internal/container"
	"plimsoll/native/internal/field"
)

// Sections of a .zkey file.
const (
	keyProtocol      = 1
	keyHeader        = 2
	keyIC            = 3
	keyCoefficients  = 4
	keyA             = 5
	keyB1            = 6
	keyB2            = 7
	keyC             = 8
	keyH             = 9
	keyContributions = 10

	groth16Protocol = 1
	keyHeaderBytes  = 2*(4+field.FieldBytes) + 12 + 3*g1Bytes + 3*g2Bytes
)

// verifyingPoints are those of a key's header.
type verifyingPoints struct {
	alpha1, beta1, delta1 bn254.G1Affine
	beta2, gamma2, delta2 bn254.G2Affine
}

// key is a .zkey of which the header and the contributions are in memory.
type key struct {
	*file
	wires, publicSignals, domainSize int
	points                           verifyingPoints
	circuitHash                      [64]byte
	contributions                    []contribution
}

func openKey(path string) (*key, error) {
	from, err := openFile(path, "zkey")
	if err != nil {
		return nil, err
	}
	opened := &key{file: from}
	if err := opened.read(); err != nil {
		from.Close()
		return nil, err
	}
	return opened, nil
}

func (from *key) read() error {
	protocol, err := from.whole(keyProtocol, 4)
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(protocol) != groth16Protocol {
		return errors.New("zkey: the protocol is not Groth16")
	}
	header, err := from.whole(keyHeader, keyHeaderBytes)
	if err != nil {
		return err
	}
	if err := from.readHeader(header); err != nil {
		return err
	}
	history, err := from.part(keyContributions, 0, from.sections[keyContributions].length)
	if err != nil {
		return err
	}
	return from.readHistory(history)
}

func (from *key) readHeader(header []byte) error {
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FpModulus {
		return errors.New("zkey: wrong curve: its base field is not that of BN254")
	}
	header = header[4+field.FieldBytes:]
	if binary.LittleEndian.Uint32(header) != field.FieldBytes || field.Limbs(header[4:]) != field.FrModulus {
		return errors.New("zkey: wrong curve: its scalar field is not that of BN254")
	}
	header = header[4+field.FieldBytes:]
	from.wires = int(binary.LittleEndian.Uint32(header))
	from.publicSignals = int(binary.LittleEndian.Uint32(header[4:]))
	from.domainSize = int(binary.LittleEndian.Uint32(header[8:]))
	if from.publicSignals >= from.wires {
		return fmt.Errorf("zkey: %d public signals need more than %d wires", from.publicSignals, from.wires)
	}
	header = header[12:]
	inG1 := func(name string, into *bn254.G1Affine) error {
		points, err := affine.ReadG1("zkey "+name, header[:g1Bytes])
		header = header[g1Bytes:]
		if err == nil {
			*into = points[0]
		}
		return err
	}
	inG2 := func(name string, into *bn254.G2Affine) error {
		points, err := affine.ReadG2("zkey "+name, header[:g2Bytes])
		header = header[g2Bytes:]
		if err == nil {
			*into = points[0]
		}
		return err
	}
	return errors.Join(inG1("alpha", &from.points.alpha1), inG1("beta", &from.points.beta1),
		inG2("beta", &from.points.beta2), inG2("gamma", &from.points.gamma2),
		inG1("delta", &from.points.delta1), inG2("delta", &from.points.delta2))
}

func (from *key) g1(kind uint32, count int) ([]bn254.G1Affine, error) {
	bytes, err := from.whole(kind, int64(count)*g1Bytes)
	if err != nil {
		return nil, err
	}
	return affine.ReadG1(fmt.Sprintf("zkey section %d", kind), bytes)
}

func (from *key) g2(kind uint32, count int) ([]bn254.G2Affine, error) {
	bytes, err := from.whole(kind, int64(count)*g2Bytes)
	if err != nil {
		return nil, err
	}
	return affine.ReadG2(fmt.Sprintf("zkey section %d", kind), bytes)
}

// headerBytesOf is the payload of the header section.
func headerBytesOf(wires, publicSignals, domainSize int, points *verifyingPoints) []byte {
	var out bytes.Buffer
	for _, modulus := range [][4]uint64{field.FpModulus, field.FrModulus} {
		out.Write(binary.LittleEndian.AppendUint32(nil, field.FieldBytes))
		for _, word := range modulus {
			out.Write(binary.LittleEndian.AppendUint64(nil, word))
		}
	}
	for _, count := range []int{wires, publicSignals, domainSize} {
		out.Write(binary.LittleEndian.AppendUint32(nil, uint32(count)))
	}
	out.Write(bytesOfG1(points.alpha1, points.beta1))
	out.Write(bytesOfG2(points.beta2, points.gamma2))
	out.Write(bytesOfG1(points.delta1))
	out.Write(bytesOfG2(points.delta2))
	return out.Bytes()
}

// section is one to be written.
type section struct {
	kind    uint32
	payload []byte
}

// writeContainer writes a whole file, or none: it is made beside its place and renamed into it.
func writeContainer(path, magic string, sections []section) error {
	temporary := path + ".partial"
	to, err := os.OpenFile(temporary, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	out := bufio.NewWriterSize(to, 1<<20)
	start := binary.LittleEndian.AppendUint32([]byte(magic), 1)
	start = binary.LittleEndian.AppendUint32(start, uint32(len(sections)))
	_, err = out.Write(start)
	for index := 0; err == nil && index < len(sections); index++ {
		err = container.WriteSection(out, sections[index].kind, sections[index].payload)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = to.Sync()
	}
	if err = errors.Join(err, to.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
