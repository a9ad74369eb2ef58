// SPDX-License-Identifier: GPL-3.0-or-later
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the compiled code of every WebAssembly module until the module itself goes. V8 collects code that
 * newer code has replaced, and what threads of one process share of it, it frees while another still uses it:
 * the process dies of SIGSEGV (nodejs/node#64500). PGlite, the hash and the stripping of types are
 * WebAssembly, so whoever starts a thread calls this first. It holds for the whole process.
 */
export function keepWasmCode(): void {
  setFlagsFromString('--no-wasm-code-gc');
}
