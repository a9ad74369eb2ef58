// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { alertsOf } from '../../service/alerts/alert.ts';
import { tickTransitionsSchema, type Transition } from '../../service/margin/margin-book.ts';
import { EmbeddedDatabase, PostgresDatabase } from '../../service/store/database.ts';
import { FolderJournal, type Journal } from '../../service/store/journal.ts';
import { PostgresJournal } from '../../service/store/postgres-journal.ts';

/** What a service wrote down: every transition, and the alerts that somebody must have been told of. */
export interface Outcome {
  readonly transitions: readonly Transition[];
  readonly alerts: ReadonlySet<string>;
}

async function openJournal(
  folder: string,
  databaseUrl: string | undefined,
): Promise<{ journal: Journal; close: () => Promise<void> }> {
  if (databaseUrl === undefined) {
    const journal = new FolderJournal(join(folder, 'state'));
    // It opens too: a database that a kill has broken would be a finding.
    await (await EmbeddedDatabase.open(join(folder, 'state', 'database'))).close();
    return { journal, close: async () => journal.close() };
  }
  const database = new PostgresDatabase(databaseUrl);
  const none = (): void => undefined;
  const journal = await PostgresJournal.acquire(database, { standby: none, lost: none });
  return {
    journal,
    close: async () => {
      await journal.close();
      await database.close();
    },
  };
}

/** From the journal of a service that has ended. */
export async function readOutcome(
  folder: string,
  databaseUrl: string | undefined,
): Promise<Outcome> {
  const transitions: Transition[] = [];
  const alerts = new Set<string>();
  const { journal, close } = await openJournal(folder, databaseUrl);
  for await (const { sequence, body } of journal.read(0, 'transitions')) {
    const made = tickTransitionsSchema.parse(body);
    transitions.push(...made.transitions);
    for (const { id, to } of alertsOf(sequence, made)) if (to !== 'healthy') alerts.add(id);
  }
  await close();
  return { transitions, alerts };
}
