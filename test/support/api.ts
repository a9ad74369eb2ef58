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
