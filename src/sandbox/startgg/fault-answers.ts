import { htmlPage } from '../html-page.ts';
import { tooComplex } from './connection.ts';
import type { Fault } from './faults.ts';

/** An answer as it goes over the wire. */
export interface WireAnswer {
  status: number;
  type: string;
  body: string;
  cost?: number;
  /** Whether it, or a part of it, was refused as too large. */
  refused?: boolean;
  headers?: Record<string, string>;
  /** True: the connection is cut instead. */
  destroy?: boolean;
}

/**
 * The whole answer of a fault that replaces it; undefined for faults that work inside an answer.
 * `whole` is what would have been answered, `keys` the names of its top-level fields.
 */
export function brokenAnswer(fault: { kind: 'invalid-token' | 'expired-token' | 'rate-limit' }): WireAnswer;
export function brokenAnswer(fault: Fault | undefined, whole: string, keys: string[]): WireAnswer | undefined;
export function brokenAnswer(
  fault: Fault | undefined,
  whole = '',
  keys: string[] = [],
): WireAnswer | undefined {
  switch (fault?.kind) {
    case 'rate-limit': {
      const headers: Record<string, string> =
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      return { ...refusal(429, 'Rate limit exceeded - api-token'), headers };
    }
    case 'rate-limit-200':
      return refusal(200, 'Rate limit exceeded - api-token');
    case 'rate-limit-errors':
      return failure('Rate limit exceeded - api-token', {}, null);
    case 'complexity': {
      const { message, extensions } = tooComplex(fault.actual ?? 1235);
      const more = {
        extensions,
        path: keys.slice(0, 1),
        type: 'validation',
        fields: null,
        fieldErrors: [],
      };
      return failure(message, more, Object.fromEntries(keys.map((key) => [key, null])));
    }
    case 'complexity-200': {
      // The form in start.gg's documentation (Rate limits).
      const message = tooComplex(fault.actual ?? 1235)
        .message.replace('Your query', 'Query')
        .replace('is too high', 'too high');
      return json(200, { success: false, fields: null, message });
    }
    case 'http':
      return { status: fault.status, type: 'text/plain', body: 'upstream error' };
    case 'html':
      return { status: 200, type: 'text/html', body: htmlPage('We will be right back') };
    case 'html-502':
      return { status: 502, type: 'text/html', body: htmlPage('502 Bad Gateway') };
    case 'cut-off':
      return { status: 200, type: 'application/json', body: whole.slice(0, Math.floor(whole.length / 2)) };
    case 'lost-connection':
      return { status: 0, type: '', body: '', destroy: true };
    case 'unknown-error':
      return failure('An unknown error has occurred', {}, null);
    case 'invalid-token':
      return refusal(400, 'Invalid authentication token');
    case 'expired-token':
      // Only the status is known; the words are ours.
      return refusal(401, 'Expired authentication token');
    default:
      return undefined;
  }
}

function refusal(status: number, message: string): WireAnswer {
  return json(status, { success: false, message });
}

function failure(message: string, more: object, data: unknown): WireAnswer {
  const extensions = { cacheControl: { version: 1, hints: null }, queryComplexity: 0 };
  return json(200, { errors: [{ message, ...more }], data, extensions, actionRecords: [] });
}

function json(status: number, body: unknown): WireAnswer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}
