// SPDX-License-Identifier: GPL-3.0-or-later
import type { InspectAllowance } from '../../statements/manifest.ts';
import { definingFile } from './sources.ts';

const WARNING =
  /^warning\[(\w+)\]: ([\s\S]*?)(?=^(?:warning|error)\[|^template instances|(?![\s\S]))/gm;
const THIRD_PARTY = /^node_modules\//;

/**
 * The `--inspect` warnings that stop a build. A warning is tolerated only when the allow-list names
 * its template and code and the template lives in a third-party package.
 */
export function refusedWarnings(
  output: string,
  sources: ReadonlyMap<string, string>,
  allowances: readonly InspectAllowance[],
): string[] {
  const refused: string[] = [];
  for (const [text, code] of output.matchAll(WARNING)) {
    const template = /[Ii]n template "(\w+)/.exec(text)?.[1];
    const file = template === undefined ? undefined : definingFile(sources, template);
    const allowed =
      file !== undefined &&
      THIRD_PARTY.test(file) &&
      allowances.some((entry) => entry.template === template && entry.code === code);
    if (!allowed) refused.push(text.trim());
  }
  return refused;
}
