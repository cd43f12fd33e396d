import { z } from 'zod';
import { RetryLaterError } from '../errors.ts';

/** What start.gg answers with, GraphQL or not: nothing in it can be relied on but its form. */
export const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string().catch(''),
        path: z
          .array(z.union([z.string(), z.number()]))
          .nullish()
          .catch(null),
      }),
    )
    .nullish(),
  extensions: z.object({ queryComplexity: z.number().nullish() }).nullish(),
  success: z.boolean().optional(),
  message: z.string().optional(),
});

export type RawAnswer = z.infer<typeof answerSchema>;

/** An answer that is not GraphQL, still readable: `{"success": false, "message": …}`, or a bare status. */
class Refusal extends Error {
  readonly status: number;
  readonly body: { message: string };
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, retryAfter: string | null) {
    super(message);
    this.status = status;
    this.body = { message };
    this.retryAfterMs = Number(retryAfter) > 0 ? Number(retryAfter) * 1000 : undefined;
  }
}

/** The refusal that an error was caused by, if it was. */
export function findRefusal(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  return error instanceof Error && error.cause ? findRefusal(error.cause) : undefined;
}

/**
 * Fetches, reads an answer to its end and lets only GraphQL answers through.
 *
 * @throws Refusal, or RetryLaterError where the answer says nothing
 */
export async function checkedFetch(...args: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...args);
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  if (response.status === 401) throw new Refusal(401, 'expired token', null);
  if (response.status >= 500) throw new RetryLaterError(`HTTP ${response.status}`);
  const body = parseJson(text);
  if (!body)
    throw new RetryLaterError(
      `HTTP ${response.status} without a readable answer (${text.length} characters)`,
    );
  const said = answerSchema.safeParse(body).data;
  if (response.status === 429) throw new Refusal(429, said?.message ?? 'rate limit', retryAfter);
  if (said?.success === false) throw new Refusal(response.status, said.message ?? 'refused', retryAfter);
  if (!response.ok)
    throw new Refusal(
      response.status,
      said?.message ?? said?.errors?.[0]?.message ?? `HTTP ${response.status}`,
      null,
    );
  return new Response(text, { status: response.status, headers: { 'content-type': 'application/json' } });
}

function parseJson(text: string): object | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
