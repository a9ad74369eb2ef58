// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `npm run reproduce`: builds circuits, keys, verifiers and the package twice, in two folders, as two users, under
 * two locales, time zones and umasks, with the native program and without it, and compares every byte.
 *
 *   npm run reproduce                     all that the set-up builds: minutes
 *   npm run reproduce -- takeover-any     one circuit, and the package
 *
 * A second user only for root, who may become one; the dependencies are those of this checkout.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { sha256, sha256File } from '../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';

interface Surroundings {
  /** Below the temporary folder: paths differ in length and in what they spell. */
  readonly folder: string;
  readonly umask: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: number | undefined;
  /** Keys are made by the native program where it is built; else by JavaScript. */
  readonly native: boolean;
}

const isRoot = process.getuid?.() === 0;
/** `nobody` of every Linux. */
const NOBODY = 65_534;

function two(canBeNobody: boolean): readonly [Surroundings, Surroundings] {
  const dotless = 'tr_TR.UTF-8';
  return [
    {
      folder: 'a',
      umask: '022',
      environment: { LC_ALL: 'C', TZ: 'UTC', USER: 'ada' },
      user: undefined,
      native: true,
    },
    {
      folder: 'another folder/ü',
      umask: '077',
      // Where i has no dot, and the clock is 12:45 ahead.
      environment: { LC_ALL: dotless, LANG: dotless, TZ: 'Pacific/Chatham', USER: 'bob' },
      user: canBeNobody ? NOBODY : undefined,
      native: false,
    },
  ];
}

async function run(
  command: readonly string[],
  folder: string,
  { umask, environment, user }: Surroundings,
  input?: Buffer,
): Promise<void> {
  const child = spawn('sh', ['-c', `umask ${umask} && exec "$@"`, 'sh', ...command], {
    cwd: folder,
    // Nothing of whoever runs this but where programs are.
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...environment },
    stdio: ['pipe', 'ignore', 'inherit'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${code}`);
}

/** Every file that git has, as it stands here, with modes that the umask leaves. */
async function checkout(folder: string, around: Surroundings): Promise<void> {
  const listed = execFileSync('git', ['ls-files', '-z'], {
    cwd: REPOSITORY_ROOT,
    encoding: 'utf8',
  });
  const files = listed.split('\0').filter((path) => existsSync(join(REPOSITORY_ROOT, path)));
  const archive = execFileSync('tar', ['--null', '-T', '-', '-c'], {
    cwd: REPOSITORY_ROOT,
    input: files.filter((path) => path !== '').join('\0'),
    maxBuffer: 2 ** 30,
  });
  if (around.user !== undefined) chownSync(folder, around.user, around.user);
  const unpack = ['tar', '-x', '-m', '--no-same-permissions', '--no-same-owner'];
  await run(unpack, folder, around, archive);
  await run(['mkdir', '.plimsoll'], folder, around);
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(REPOSITORY_ROOT, 'node_modules'))) {
    const [here, there] = [REPOSITORY_ROOT, folder].map((at) => join(at, 'node_modules', name));
    // circom sees nothing outside of its folder, and follows no link there.
    if (name === 'circomlib') cpSync(here!, there!, { recursive: true });
    else symlinkSync(here!, there!);
  }
  for (const tools of ['tools', ...(around.native ? ['native'] : [])]) {
    const here = join(REPOSITORY_ROOT, '.plimsoll', tools);
    if (existsSync(here)) symlinkSync(here, join(folder, '.plimsoll', tools));
  }
}

/** Of stamps and the manifest everything counts but how long things took. */
function hashOf(path: string): string {
  if (!['build.json', 'key.json', 'manifest.json'].includes(basename(path))) {
    return sha256File(path);
  }
  const isDuration = (key: string): boolean => key === 'milliseconds' || key === 'buildMs';
  return sha256(
    JSON.stringify(JSON.parse(readFileSync(path, 'utf8')), (key, value: unknown) =>
      isDuration(key) ? undefined : value,
    ),
  );
}

/** SHA-256 by path of everything that was built. */
function built(folder: string): ReadonlyMap<string, string> {
  const under = (path: string): readonly string[] =>
    readdirSync(join(folder, path), { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const paths = [
    '.plimsoll/artifacts',
    'contracts/verifiers',
    'prover/statements/generated',
    'dist',
  ];
  const packed = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  if (packed.length !== 1) throw new Error(`${packed.length} packages in ${folder}`);
  return new Map(
    [...paths.flatMap(under), ...packed]
      .filter((path) => !/\/(locks|work)\//.test(path))
      .sort()
      .map((path) => [path, hashOf(join(folder, path))]),
  );
}

/** Whether `nobody` can read the dependencies and the interpreter, which may lie in somebody's home. */
function nobodyReads(): boolean {
  if (!isRoot) return false;
  const paths = [join(REPOSITORY_ROOT, 'node_modules', 'circom2', 'package.json')];
  const script = `require('node:fs').accessSync(${JSON.stringify(paths[0])})`;
  return (
    spawnSync(process.execPath, ['-e', script], { uid: NOBODY, gid: NOBODY, cwd: '/' }).status === 0
  );
}

const targets = process.argv.slice(2);
const base = mkdtempSync(join(tmpdir(), 'plimsoll-reproduce-'));
try {
  const canBeNobody = nobodyReads();
  const build = async (around: Surroundings): Promise<ReadonlyMap<string, string>> => {
    const folder = join(base, around.folder);
    mkdirSync(folder, { recursive: true });
    // Whoever builds has to get there.
    for (const above of [base, dirname(folder)]) chmodSync(above, 0o755);
    await checkout(folder, around);
    await run([process.execPath, 'prover/toolchain/build-circuits.ts', ...targets], folder, around);
    await run([process.execPath, 'prover/toolchain/package.ts'], folder, around);
    await run(['npm', 'pack', '--ignore-scripts', '--offline', '--loglevel=error'], folder, around);
    return built(folder);
  };
  const [one, other] = two(canBeNobody);
  const builds = [build(one), build(other)] as const;
  // The folders of both are there until both have ended.
  await Promise.allSettled(builds);
  const [first, second] = await Promise.all(builds);
  const different = [...new Set([...first.keys(), ...second.keys()])].filter(
    (path) => first.get(path) !== second.get(path),
  );
  for (const path of different) process.stdout.write(`DIFFERS  ${path}\n`);
  process.stdout.write(
    `${first.size} files built twice, by ${canBeNobody ? 'two users' : 'one user'}, under two ` +
      `locales, time zones and umasks: ${different.length === 0 ? 'all the same' : `${different.length} differ`}\n`,
  );
  process.exitCode = different.length === 0 ? 0 : 1;
} finally {
  rmSync(base, { recursive: true, force: true });
}
