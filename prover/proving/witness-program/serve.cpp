// SPDX-License-Identifier: GPL-3.0-or-later
//
// Runs the witness generator that circom writes in C++: takes inputs in frames from standard input and
// answers with the witness in frames on standard output (prover/proving/backends/framed-process.ts).
//
//   request  length u32, operation u8, then for each value: hash of its signal u64, position u32, 32 bytes
//   answer   length u32, status u8 (0: the witness, 32 bytes a wire; else a code and a message)
//
// Numbers are least byte first. What circom writes ends its process where an assertion fails, and frees
// nothing that it took: each request is answered by a child of its own.

#include <cassert>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <map>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "calcwit.hpp"
#include "circom.hpp"

// `loadCircuit`, out of what circom writes beside its generator.
#include "load-circuit.inc"

namespace {

const uint32_t kMostBytes = 1u << 28;
const size_t kFieldBytes = 32;
const size_t kEntryBytes = 8 + 4 + kFieldBytes;

bool ReadWhole(int file, void* into, size_t bytes) {
  uint8_t* at = static_cast<uint8_t*>(into);
  while (bytes > 0) {
    const ssize_t got = read(file, at, bytes);
    if (got <= 0) return false;
    at += got;
    bytes -= static_cast<size_t>(got);
  }
  return true;
}

bool WriteWhole(int file, const void* from, size_t bytes) {
  const uint8_t* at = static_cast<const uint8_t*>(from);
  while (bytes > 0) {
    const ssize_t put = write(file, at, bytes);
    if (put <= 0) return false;
    at += put;
    bytes -= static_cast<size_t>(put);
  }
  return true;
}

bool Answer(int file, uint8_t status, const std::vector<uint8_t>& payload) {
  const uint32_t length = static_cast<uint32_t>(payload.size() + 1);
  uint8_t head[5];
  std::memcpy(head, &length, 4);
  head[4] = status;
  return WriteWhole(file, head, sizeof head) && WriteWhole(file, payload.data(), payload.size());
}

std::vector<uint8_t> WitnessOf(Circom_Circuit* circuit, const std::vector<uint8_t>& entries) {
  Circom_CalcWit calculation(circuit);
  for (size_t at = 0; at < entries.size(); at += kEntryBytes) {
    uint64_t hash;
    uint32_t position;
    FrElement value;
    std::memcpy(&hash, &entries[at], 8);
    std::memcpy(&position, &entries[at + 8], 4);
    value.shortVal = 0;
    value.type = Fr_LONG;
    std::memcpy(value.longVal, &entries[at + 12], kFieldBytes);
    calculation.setInputSignal(hash, position, value);
  }
  if (calculation.getRemaingInputsToBeSet() != 0) {
    std::fprintf(stderr, "inputs are missing\n");
    _exit(1);
  }
  std::vector<uint8_t> witness(get_size_of_witness() * kFieldBytes);
  for (uint wire = 0; wire < get_size_of_witness(); wire += 1) {
    FrElement value;
    calculation.getWitness(wire, &value);
    Fr_toLongNormal(&value, &value);
    std::memcpy(&witness[wire * kFieldBytes], value.longVal, kFieldBytes);
  }
  return witness;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: witness circuit.dat\n");
    return 2;
  }
  // A failing assertion prints to standard output, which is for frames alone.
  const int answers = dup(STDOUT_FILENO);
  if (answers < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return 1;
  Circom_Circuit* circuit = loadCircuit(argv[1]);
  for (;;) {
    uint8_t head[5];
    if (!ReadWhole(STDIN_FILENO, head, sizeof head)) return 0;
    uint32_t length;
    std::memcpy(&length, head, 4);
    if (length == 0 || length > kMostBytes || (length - 1) % kEntryBytes != 0) return 1;
    std::vector<uint8_t> entries(length - 1);
    if (!ReadWhole(STDIN_FILENO, entries.data(), entries.size())) return 1;
    const pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) _exit(Answer(answers, 0, WitnessOf(circuit, entries)) ? 0 : 2);
    int status = 0;
    if (waitpid(child, &status, 0) != child) return 1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    // Half an answer cannot be taken back.
    if (WIFEXITED(status) && WEXITSTATUS(status) == 2) return 1;
    const std::string refusal = "UNSATISFIED_CIRCUIT\nthe generator ended: a constraint does not hold";
    if (!Answer(answers, 1, std::vector<uint8_t>(refusal.begin(), refusal.end()))) return 1;
  }
}
