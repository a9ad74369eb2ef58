// SPDX-License-Identifier: GPL-3.0-or-later
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { PlimsollError } from '../../core/errors.ts';
import { freePort } from '../free-port.ts';

const DEBIAN = '/usr/lib/postgresql';
const START_MS = 30_000;
const POLL_MS = 50;

/** The folder of the newest server that Debian's package has installed; none where there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  return versions
    .sort((left, right) => Number(right) - Number(left))
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')));
}

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL does not run as root: then it runs as the user that Debian made for it. */
function serverUser(): User {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** A PostgreSQL of its own in a folder, which can be killed and started again. */
export class PostgresCluster {
  readonly url: string;
  readonly #programs: string;
  readonly #folder: string;
  readonly #port: number;
  readonly #user: User;
  #server: ChildProcess | undefined;

  private constructor(programs: string, folder: string, port: number, user: User) {
    this.#programs = programs;
    this.#folder = folder;
    this.#port = port;
    this.#user = user;
    this.url = `postgresql://plimsoll@127.0.0.1:${port}/postgres`;
  }

  /** In a folder beside all others: its user may not look into one of root's. */
  static async create(): Promise<PostgresCluster> {
    const programs = findPostgres();
    if (programs === undefined) {
      throw new PlimsollError('NO_POSTGRESQL', `no PostgreSQL under ${DEBIAN}: install Debian's`);
    }
    const user = serverUser();
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-postgresql-'));
    if (user.uid !== undefined) chownSync(folder, user.uid, user.gid!);
    const args = ['-D', join(folder, 'data'), '-U', 'plimsoll', '-A', 'trust', '-E', 'UTF8'];
    const made = spawnSync(join(programs, 'initdb'), args, { ...user, cwd: folder });
    if (made.status !== 0) {
      throw new PlimsollError('NO_POSTGRESQL', `initdb: ${String(made.stderr)}`);
    }
    return new PostgresCluster(programs, folder, await freePort(), user);
  }

  /** Resolves once it answers; what runs already is left alone. */
  async start(): Promise<void> {
    if (this.#server?.exitCode === null && this.#server.signalCode === null) return;
    const settings = [`port=${this.#port}`, `unix_socket_directories=${this.#folder}`];
    const args = ['-D', join(this.#folder, 'data'), '-h', '127.0.0.1'];
    this.#server = spawn(
      join(this.#programs, 'postgres'),
      [...args, ...settings.flatMap((setting) => ['-c', setting])],
      { ...this.#user, cwd: this.#folder, stdio: 'ignore' },
    );
    const until = Date.now() + START_MS;
    while (!(await this.#answers())) {
      if (Date.now() > until) throw new PlimsollError('NO_POSTGRESQL', 'it does not answer');
      await sleep(POLL_MS);
    }
  }

  /** Kills it, and leaves nothing behind. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** SIGKILL for the server and what it has started. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server?.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await ended;
  }

  async #answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 1000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
