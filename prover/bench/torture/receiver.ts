// SPDX-License-Identifier: GPL-3.0-or-later
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody's end of a webhook: counts by id, and now and then refuses. */
export class Receiver {
  readonly seen = new Map<string, number>();
  #server: Server | undefined;

  async listen(random: () => number): Promise<string> {
    this.#server = createServer((request, response) => {
      request.resume();
      request.on('end', () => {
        const refuses = random() < 0.05;
        if (!refuses) {
          const id = String(request.headers['plimsoll-alert']);
          this.seen.set(id, (this.seen.get(id) ?? 0) + 1);
        }
        response.statusCode = refuses ? 503 : 204;
        response.end();
      });
    });
    await new Promise<void>((resolve) => this.#server!.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** All of them, also those under an id that was known. */
  get deliveries(): number {
    return [...this.seen.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Alerts that nobody was told of, and those told that there are not. */
  against(alerts: ReadonlySet<string>): { readonly untold: number; readonly invented: number } {
    return {
      untold: [...alerts].filter((id) => !this.seen.has(id)).length,
      invented: [...this.seen.keys()].filter((id) => !alerts.has(id)).length,
    };
  }

  close(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}
