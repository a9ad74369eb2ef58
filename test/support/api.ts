// SPDX-License-Identifier: GPL-3.0-or-later

/** A request of a service: a body that is no text goes as JSON, a bearer of null is nobody. */
export async function request(
  url: string,
  method: string,
  body: unknown,
  bearer: string | null,
  headers: Readonly<Record<string, string>> = {},
) {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

/** Asks one service, as the holder of this token unless told otherwise; the body is what is JSON of the answer. */
export const asker =
  (urlNow: () => string, token: string) =>
  async (
    method: string,
    path: string,
    body?: unknown,
    bearer: string | null = token,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const answer = await request(`${urlNow()}${path}`, method, body, bearer, headers);
    const isObject = answer.text.startsWith('{');
    const json = (isObject ? JSON.parse(answer.text) : {}) as Record<string, unknown>;
    return { ...answer, body: json };
  };
