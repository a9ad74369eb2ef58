// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { BaseSequencer, type TestSpecification } from 'vitest/node';

import { testsOf } from './lanes.ts';

const ROOT = join(import.meta.dirname, '..');

/**
 * Files that need circuits or contracts begin first, those of the fast lane fill the end: a fresh clone
 * knows no durations, and a minute of one file at the end is a minute in which the other core idles.
 */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const quick = new Set(testsOf('check').map((file) => join(ROOT, file)));
    const sorted = await super.sort(files);
    return [
      ...sorted.filter(({ moduleId }) => !quick.has(moduleId)),
      ...sorted.filter(({ moduleId }) => quick.has(moduleId)),
    ];
  }
}
