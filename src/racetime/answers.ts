import { z } from 'zod';
import { storable } from '../text.ts';

// Only the fields used, and leniently: a room of which something else is odd is still a room.

const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => storable(value ?? '').trim());
const time = z.iso.datetime({ offset: true }).nullish().catch(null);
const status = z.object({ value: z.string() }).transform(({ value }) => value);
const goal = z
  .object({ name: text })
  .nullish()
  .transform((value) => value?.name ?? '');
/** `/category/slug`. */
export const roomPath = z.string().regex(/^\/[\w-]+\/[\w-]+$/);

export const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

/** What is wrong with a form, by field; `__all__` for what concerns several. */
export const refusalAnswer = z.object({ errors: z.record(z.string(), z.array(z.unknown())) });

export const categoryAnswer = z.object({
  name: text,
  goals: z.array(z.string()),
  current_races: z.array(z.object({ url: roomPath, goal, info: text }).nullable().catch(null)),
});

const entrant = z.object({
  user: z.object({ name: text, full_name: text, twitch_name: text }),
  status,
  finish_time: z.string().nullish().catch(null),
  place: z.number().int().positive().nullish().catch(null),
});

export const raceAnswer = z.object({
  url: roomPath,
  status,
  goal,
  info_bot: text,
  opened_by_bot: text,
  entrants_count: z.number().catch(0),
  entrants: z.array(entrant).catch([]),
  opened_at: z.iso.datetime({ offset: true }),
  started_at: time,
  ended_at: time,
  cancelled_at: time,
});
/** A room as racetime.gg shows it to anybody. */
export type RaceAnswer = z.infer<typeof raceAnswer>;
