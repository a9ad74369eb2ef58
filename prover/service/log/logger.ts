// SPDX-License-Identifier: GPL-3.0-or-later
import { pino, stdSerializers, type Logger } from 'pino';

import { answerInstead } from '../../chain/node-failure.ts';

const HIDDEN = '[secret]';

/**
 * An error as a log has it. Libraries hang the question they asked on an error, with the address of the
 * node and its key: what a log tells is what it was and where, without what was asked.
 */
function errorForLog(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, cause } = error;
  const { code, shortMessage } = error as { readonly code?: unknown; shortMessage?: unknown };
  const answer = answerInstead(error);
  const told = typeof shortMessage === 'string' ? shortMessage : message;
  return {
    type: name,
    ...(typeof code === 'string' ? { code } : {}),
    message: told,
    ...(answer === undefined ? {} : { answer }),
    stack: stack?.replace(message, told),
    ...(cause instanceof Error ? { cause: errorForLog(cause) } : {}),
  };
}

/** Without any of the secrets, as they are and as JSON has them. */
export function withoutSecrets(line: string, secrets: readonly string[]): string {
  let clean = line;
  for (const secret of secrets) {
    clean = clean
      .replaceAll(secret, HIDDEN)
      .replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN);
  }
  return clean;
}

/** Where lines go: standard error, unless a test reads them. */
export interface LineSink {
  write(line: string): unknown;
}

/**
 * JSON lines on standard error; standard output is the command's. No header is logged: they hold tokens.
 *
 * @param secrets what no line may hold, whoever wrote it; the longest first
 */
export function serviceLogger(
  level: string,
  secrets: readonly string[] = [],
  sink: LineSink = pino.destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      redact: ['req.headers', 'res.headers'],
      serializers: { ...stdSerializers, err: errorForLog },
    },
    { write: (line: string) => void sink.write(withoutSecrets(line, secrets)) },
  );
}
