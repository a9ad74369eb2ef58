// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Asks Z3 one question: SMT-LIB 2 on standard input, its answer on standard output. A process of its
 * own, because a question that takes too long is ended by ending whoever thinks about it.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** Where z3-solver is installed. */
const [, , folder = ''] = process.argv;
const require = createRequire(join(folder, 'package.json'));
const { init } = require(/** @type {string} */ ('z3-solver'));
const { Z3 } = await init();
const context = Z3.mk_context(Z3.mk_config());
process.stdout.write(await Z3.eval_smtlib2_string(context, await text(process.stdin)));
// Its threads would keep the process.
process.exit(0);
