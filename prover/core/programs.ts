// SPDX-License-Identifier: GPL-3.0-or-later
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** A file that this process may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first program of one of these names on the PATH, earlier names first; folders there are absolute or do not count. */
export function findProgram(
  names: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((one) => isAbsolute(one));
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => isExecutable(path));
}

/** What a program that failed complained of first, in one line. */
export function firstLinesOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split('\n').slice(0, 3).join('; ');
}
