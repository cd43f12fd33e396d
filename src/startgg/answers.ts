import { z } from 'zod';
import { storable } from '../text.ts';

// Only the fields used, and leniently: everything may be null.

const text = z.string().transform(storable).nullish().default(null);
const whole = z.int32().nullish().default(null);
const decimal = z.number().nullish().default(null);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
/** Ids are declared as strings and come as numbers. */
const id = z.coerce.number().pipe(z.int32().positive());
/** The end of the year 9999, up to which ISO text and PostgreSQL agree. */
const LAST_SECOND = 253_402_300_799;
/** Unix seconds → ISO text, which is what PostgreSQL reads. */
const time = z
  .number()
  .min(0)
  .max(LAST_SECOND)
  .nullish()
  .transform((seconds) => (seconds == null ? null : new Date(seconds * 1000).toISOString()));
const nodes = z
  .array(z.unknown())
  .nullish()
  .transform((list) => list ?? []);
const some = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema.nullable())
    .nullish()
    .transform((list) => (list ?? []).filter((entry) => entry !== null));

export const videogame = z.object({ id, name: z.string(), displayName: text, slug: text });
export type VideogameNode = z.infer<typeof videogame>;

export const event = z.object({
  id,
  name: text,
  slug: text,
  type: whole,
  startAt: time,
  numEntrants: whole,
  state: text,
  isOnline: flag,
  videogame: z.object({ id, name: text, displayName: text, slug: text }).nullish(),
});
export type EventNode = z.infer<typeof event>;

export const tournament = z.object({
  id,
  name: text,
  slug: text,
  startAt: time,
  endAt: time,
  city: text,
  countryCode: text,
  addrState: text,
  venueAddress: text,
  venueName: text,
  numAttendees: whole,
  primaryContact: text,
  registrationClosesAt: time,
  timezone: text,
  hashtag: text,
  isOnline: flag,
  hasOfflineEvents: flag,
  images: some(z.object({ type: text, url: text })),
  events: some(event),
});
export type TournamentNode = z.infer<typeof tournament>;

export const phaseGroup = z.object({
  id,
  displayIdentifier: text,
  state: whole,
  rounds: some(z.object({ number: whole, bestOf: whole })),
});
/** A pool with how many sets it has. */
export const countedPool = phaseGroup.extend({
  sets: z.object({ pageInfo: z.object({ total: z.number() }) }),
});

const entrantWith = <T extends z.ZodType>(user: T) =>
  z.object({
    id,
    name: text,
    initialSeedNum: whole,
    participants: some(
      z.object({
        id,
        gamerTag: text,
        prefix: text,
        player: z.object({ id, gamerTag: text, prefix: text }).nullish(),
        user: user.nullish(),
      }),
    ),
  });

export const entrant = entrantWith(z.object({ id, slug: text }));

/** A Discord id is text: as a number it would have lost its last digits. */
const discordId = z
  .unknown()
  .transform((value) => (typeof value === 'string' && /^\d{17,20}$/.test(value) ? value : null));
/** An entrant with the Discord accounts of its people. */
export const linkedEntrant = entrantWith(
  z
    .object({ id, slug: text, authorizations: some(z.object({ type: text, externalId: discordId })) })
    .transform(({ authorizations, ...user }) => ({
      ...user,
      discordId: authorizations.find(({ type }) => type === 'DISCORD')?.externalId ?? null,
    })),
);
export type EntrantNode = z.infer<typeof entrant> | z.infer<typeof linkedEntrant>;

const slotEntrant = z.object({ id, name: text, initialSeedNum: whole }).nullish();
const standing = z
  .object({
    placement: whole,
    stats: z.object({ score: z.object({ value: decimal }).nullish() }).nullish(),
  })
  .nullish();
const seed = z.object({ entrant: slotEntrant }).nullish();
/** The place in the list tells which slot it is, so a null slot stays. */
const slotsOf = <T extends z.ZodRawShape>(fields: T) =>
  z
    .array(z.object(fields).nullable())
    .nullish()
    .transform((list) => list ?? []);
const setId = z.union([z.string(), z.number()]).transform(String);

export const leanSet = z.object({
  id: setId,
  fullRoundText: text,
  round: whole,
  identifier: text,
  state: whole,
  startAt: time,
  startedAt: time,
  completedAt: time,
  winnerId: whole,
  displayScore: text,
  totalGames: whole,
  station: z.object({ number: whole }).nullish(),
  stream: z.object({ streamSource: text, streamName: text, streamId: text }).nullish(),
  slots: slotsOf({ entrant: slotEntrant }),
});
/** A set without what follows from the rest of it. */
export type LeanSet = z.infer<typeof leanSet>;

export const set = leanSet.extend({
  phaseGroup: z.object({ id }).nullish(),
  slots: slotsOf({ entrant: slotEntrant, standing, seed }),
});
export type SetNode = z.infer<typeof set>;

/** What may be asked of a set in addition: scores, or who its seeds are. */
export const setDetails = z.object({ id: setId, slots: slotsOf({ standing, seed }) });
export type SetDetails = z.infer<typeof setDetails>;

const pageInfo = z.object({ total: z.number().int().nonnegative() });
const connection = z.object({ pageInfo, nodes });

export const tournamentsAnswer = z.object({ tournaments: connection });
export const videogamesAnswer = z.object({ videogames: z.object({ nodes }) });
export const videogameAnswer = z.object({ videogame: videogame.nullable() });
const phases = some(z.object({ id, name: text, phaseOrder: whole, phaseGroups: connection }));
export const eventAnswer = z.object({
  event: z.object({ entrants: connection, sets: connection, phases }).nullable(),
});
export const entrantsAnswer = z.object({ event: z.object({ entrants: connection }).nullable() });
const nodesAlone = z.object({ nodes });
const totalAlone = z.object({ pageInfo });
export const tournamentAnswer = z.object({
  // Each event is read for itself: one that cannot be read does not keep the others from it.
  tournament: tournament.extend({ events: nodes }).nullable(),
});
export const tournamentNameAnswer = z.object({
  tournament: z.object({ name: text, slug: text }).nullable(),
});
export const poolState = z.object({ id, state: whole });
export type PoolState = z.infer<typeof poolState>;
export const changesAnswer = z.object({
  event: z
    .object({
      entrants: totalAlone,
      listed: totalAlone,
      changed: connection,
      phases: some(z.object({ id, phaseGroups: connection })),
    })
    .nullable(),
});
export const eventStanding = z.object({
  id: z.union([z.string(), z.number()]),
  placement: z.int32().positive(),
  entrant: z.object({ id, name: text }),
});
export const standingsAnswer = z.object({ event: z.object({ standings: nodesAlone }).nullable() });
export const setsAnswer = z.object({ event: z.object({ sets: connection }).nullable() });

export const followedEvent = event.omit({ videogame: true }).extend({
  entrants: totalAlone,
  sets: totalAlone,
  changed: totalAlone,
});
export type FollowedEvent = z.infer<typeof followedEvent>;
export const followedTournament = tournament.extend({ events: some(followedEvent) });
export type FollowedTournament = z.infer<typeof followedTournament>;

/** A changed set: which pool it is in, nobody knows without asking. */
export const changedSet = leanSet.extend({ phaseGroup: z.object({ id }) });

// Parts of answers to requests that ask for several things at once.
export const page = connection;
export const structure = z.object({
  entrantTotal: totalAlone.extend({ nodes: some(z.object({ participants: some(z.object({ id })) })) }),
  setTotal: totalAlone,
  phases,
});

/** The entries of a page that can be used; those that are null or unreadable are counted. */
export function readNodes<T extends { id: string | number }>(
  list: readonly unknown[],
  schema: z.ZodType<T>,
): { entries: T[]; keys: string[]; empty: number; complaint: string | undefined } {
  const entries = new Map<string, T>();
  let empty = 0;
  let complaint: string | undefined;
  for (const node of list) {
    const parsed = schema.safeParse(node);
    if (parsed.success) entries.set(String(parsed.data.id), parsed.data);
    else {
      empty++;
      if (node !== null) complaint ??= describe(node, parsed.error);
    }
  }
  return { entries: [...entries.values()], keys: [...entries.keys()], empty, complaint };
}

function describe(node: unknown, error: z.ZodError): string {
  const id = typeof node === 'object' && node !== null && 'id' in node ? String(node.id) : 'without id';
  return `entry ${id}, ${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`;
}
