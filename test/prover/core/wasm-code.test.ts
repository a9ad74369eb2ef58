// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';

/** What V8 tells of its collections while a thread strips a module of its types, which is WebAssembly. */
function collections(start: string): string {
  const script = `
    import { Worker } from 'node:worker_threads';
    import { setTimeout } from 'node:timers/promises';
    ${start}
    const worker = new Worker(new URL('./prover/core/schema.ts', 'file://${REPOSITORY_ROOT}/'), { execArgv: [] });
    await new Promise((done) => worker.on('exit', done));`;
  const flags = ['--trace-wasm-code-gc', '--stress-wasm-code-gc', '--input-type=module'];
  return execFileSync(process.execPath, [...flags, '--eval', script], {
    cwd: REPOSITORY_ROOT,
    encoding: 'utf8',
    // A module that an earlier run has stripped comes from the cache, and no WebAssembly is compiled.
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' },
  });
}

describe('keepWasmCode', () => {
  it('leaves compiled WebAssembly where it is, which V8 would collect', () => {
    expect(collections('')).toContain('Triggering GC');
    expect(
      collections("(await import('./prover/core/wasm-code.ts')).keepWasmCode();"),
    ).not.toContain('Triggering GC');
  });
});
