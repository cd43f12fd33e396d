import { z } from 'zod';
import { shorten, storable } from '../text.ts';

// Only the fields used, and leniently. What is absent comes as '' (the API's own manner), as null, or not at all.

const text = z
  .string()
  .nullish()
  .transform((value) => storable(value ?? '').trim());
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const minutes = z.number().int().min(0).max(10_000).nullish().catch(null);
/** A Discord id is text: as a number it has lost its last digits already. Whatever else people type is none. */
const discordId = z
  .unknown()
  .transform((value) =>
    typeof value === 'string' && /^\d{17,20}$/.test(value.trim()) ? value.trim() : null,
  );
const time = text.transform((value, context) => {
  if (!value) return null;
  const date = new Date(value);
  if (/(Z|[+-]\d\d:?\d\d)$/.test(value) && !Number.isNaN(date.getTime()))
    return date.toISOString().replace('.000Z', 'Z');
  context.addIssue({ code: 'custom', message: `“${value}” is no time` });
  return z.NEVER;
});
const list = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema.nullable())
    .nullish()
    .transform((entries) => (entries ?? []).filter((entry) => entry !== null));

const person = z.object({
  id: z.number().int(),
  displayName: text,
  discordId,
  discordTag: text,
  publicStream: text,
});
const player = person.extend({ streamingFrom: text });
const crew = person.extend({ approved: flag, language: text });
const match = z.object({ title: text, note: text, players: list(player) });

/** One broadcast slot with its match, or two matches. */
export const episodeAnswer = z.object({
  id: z
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1),
  title: text,
  when: time,
  whenCountdown: time,
  length: minutes,
  timezone: text,
  // A feed that does not say so lists only what was approved.
  approved: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  externalRestream: flag,
  event: z.object({ slug: text, name: text }).nullish(),
  match1: match.nullish(),
  match2: match.nullish(),
  channels: list(z.object({ name: text, slug: text, language: text })),
  commentators: list(crew),
  trackers: list(crew),
  broadcasters: list(crew),
  helpers: list(crew),
});
export type EpisodeAnswer = z.infer<typeof episodeAnswer>;

export const eventAnswer = z.object({ slug: text, name: text });
/** What comes in place of an answer, in a form and length that can be stored and shown. */
export const errorAnswer = z.object({
  error: z
    .union([z.string(), z.record(z.string(), z.unknown()).transform((words) => JSON.stringify(words))])
    .transform((words) => shorten(storable(words), 300)),
});
