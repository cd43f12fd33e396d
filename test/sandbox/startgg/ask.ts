import type { Startgg } from '../../../src/sandbox/startgg/server.ts';

/** What came back over HTTP: the status, and the body as JSON where it is JSON. */
export interface Asked {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers have the shape of the document that asked
  body: any;
  headers: Headers;
}

export const token = 'test-token';

/** Sends one document to the stand-in as any HTTP client would. */
export async function ask(
  startgg: Startgg,
  query: string,
  variables: Record<string, unknown> = {},
  options: { token?: string; signal?: AbortSignal; operationName?: string } = {},
): Promise<Asked> {
  const response = await fetch(startgg.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${options.token ?? token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables, operationName: options.operationName }),
    signal: options.signal,
  });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, text, body, headers: response.headers };
}
