import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow, rows } from '../database/database.ts';
import type { MatchEvent } from './change.ts';
import { changesBetween, fieldsOf, type MatchFields } from './fields.ts';
import { mergePerson } from './people/merge.ts';
import { identify } from './people/people.ts';
import { withoutErased } from './privacy/without-erased.ts';
import { writeResults } from './rooms/race-finish.ts';
import { eventsBetween, iso, snapshotsOf } from './snapshots.ts';
import type { SourceMatch, SourcePerson } from './source.ts';
import { settleStates } from './states.ts';

/** A link as a source writes through it. */
export type LinkTarget = {
  id: number;
  tournamentId: number;
  guildId: string;
  /** Its first sync is complete: from now on people are told what is new. */
  isReady: boolean;
};

/** Only one transaction at a time changes the people and matches of a guild. To be taken in the order of the ids. */
export async function holdGuild(em: EntityManager, guildId: string): Promise<void> {
  await rows(em, sql`select 1 from guild where id = ${guildId} for no key update`);
}

/**
 * Holds the guild of a link. False when the link was taken off or switched off since it was read: nothing is to be
 * written through it any more.
 */
export async function holdLink(em: EntityManager, { id, guildId }: LinkTarget): Promise<boolean> {
  await holdGuild(em, guildId);
  const still = await firstRow(
    em,
    sql`select 1 from tournament_link where id = ${id} and disabled_at is null`,
  );
  return still !== undefined;
}

/**
 * Writes a match as its source has it into one link's tournament, people and crew included. The caller holds the guild.
 *
 * @returns what is to be told: of this match, and of others whose people turned out to be somebody
 */
export async function applyMatch(
  em: EntityManager,
  link: LinkTarget,
  named: SourceMatch,
): Promise<MatchEvent[]> {
  const stored = await findStored(em, link, named);
  if (stored && stored.revision >= named.revision && stored.linkId === link.id) return [];
  const given = await withoutErased(em, link.guildId, named);
  const before = await snapshotsOf(em, stored ? [stored.id] : []);
  // What this match says of people can change others of theirs: in every guild alike, by the same name.
  const step = `+${given.outsideId}.${given.revision}`;
  const hearing = { guildId: link.guildId, source: given.source, step };
  const events: MatchEvent[] = [];
  const identityOf = async (person: SourcePerson) => {
    const found = await identify(em, hearing, person);
    events.push(...found.events);
    return found.id;
  };
  const matchId = await writeMatch(em, link, given);
  await writePlayers(em, matchId, given, identityOf);
  if (stored) await writeResults(em, matchId);
  events.push(...(await writeCrew(em, matchId, given, identityOf, step)));
  await settleStates(em, { matchId });
  if (stored) await noteChanges(em, stored, given);
  const ofOthers = joined(events).filter((event) => event.matchId !== matchId);
  return [...ofOthers, ...eventsBetween(before, await snapshotsOf(em, [matchId]))];
}

/** One event per match, from before the first to after the last: of several with the same name only one would be told. */
function joined(events: readonly MatchEvent[]): MatchEvent[] {
  const byMatch = new Map<number, MatchEvent>();
  for (const event of events) {
    const before = byMatch.get(event.matchId)?.before ?? event.before;
    byMatch.set(event.matchId, { ...event, before });
  }
  return [...byMatch.values()];
}

type Stored = { id: number; revision: number; linkId: number | null; fields: Parameters<typeof fieldsOf>[0] };

async function findStored(
  em: EntityManager,
  link: LinkTarget,
  { source, outsideId }: SourceMatch,
): Promise<Stored | undefined> {
  return await firstRow(
    em,
    sql<Stored>`select id, revision, link_id as "linkId", json_build_object(
        'state', state, 'title', title, 'startsAt', ${iso('starts_at')}, 'airsAt', ${iso('airs_at')},
        'lengthMinutes', length_minutes, 'timeNote', time_note, 'isApproved', is_approved, 'hasRestream', has_restream,
        'note', note, 'channels', channels, 'score', score,
        'players', (select coalesce(json_agg(json_build_object('name', name, 'pairing', pairing, 'side', side) order by pairing, position), '[]')
          from match_player where match_id = match.id),
        'crew', (select coalesce(json_agg(json_build_object('role', role, 'name', name)), '[]')
          from crew_member where match_id = match.id)) as fields
      from match where tournament_id = ${link.tournamentId} and source = ${source} and outside_id = ${outsideId} for update`,
  );
}

async function writeMatch(em: EntityManager, link: LinkTarget, given: SourceMatch): Promise<number> {
  const { players: _, crew: __, channels, ...fields } = given;
  const written = await firstRow(
    em,
    sql<{ id: number }>`
      insert into match as old (tournament_id, link_id, source, slug, outside_id, url, title, state, starts_at, airs_at, length_minutes,
        time_note, is_approved, has_restream, note, channels, score, station, revision, is_quiet)
      values (${link.tournamentId}, ${link.id}, ${fields.source},
        (select slug from tournament_link where id = ${link.id}), ${fields.outsideId}, ${fields.url}, ${fields.title},
        ${fields.state}, ${fields.startsAt}, ${fields.airsAt}, ${fields.lengthMinutes}, ${fields.timeNote}, ${fields.isApproved},
        ${fields.hasRestream}, ${fields.note}, ${JSON.stringify(channels)}::jsonb, ${fields.score},
        ${fields.station ?? null}, ${fields.revision}, ${!link.isReady})
      on conflict (tournament_id, source, outside_id) do update set link_id = excluded.link_id, slug = excluded.slug, url = excluded.url,
        title = excluded.title, state = excluded.state, starts_at = excluded.starts_at, airs_at = excluded.airs_at,
        length_minutes = excluded.length_minutes, time_note = excluded.time_note, is_approved = excluded.is_approved,
        has_restream = excluded.has_restream, note = excluded.note, channels = excluded.channels, score = excluded.score,
        station = excluded.station, revision = excluded.revision, is_quiet = old.is_quiet and excluded.is_quiet, updated_at = now()
      returning id`,
  );
  if (!written) throw new Error('a match was not written');
  return written.id;
}

async function writePlayers(
  em: EntityManager,
  matchId: number,
  { players }: SourceMatch,
  identityOf: (person: SourcePerson) => Promise<number>,
): Promise<void> {
  const slots: Record<string, unknown>[] = [];
  for (const [index, { pairing, side = null, name, person }] of players.entries())
    slots.push({
      pairing,
      side,
      position: index + 1,
      name,
      identity: person && (await identityOf(person)),
      stream: person?.stream ?? null,
    });
  const given = sql`json_to_recordset(${JSON.stringify(slots)}::json)
    as given(pairing smallint, side smallint, position smallint, name text, identity int, stream text)`;
  await rows(
    em,
    sql`delete from match_player old where match_id = ${matchId}
          and not exists (select 1 from ${given} where (given.pairing, given.position) = (old.pairing, old.position))`,
  );
  await rows(
    em,
    sql`insert into match_player as old (match_id, pairing, side, position, name, identity_id, stream)
        select ${matchId}, pairing, side, position, name, identity, stream from ${given}
        on conflict (match_id, pairing, position) do update set side = excluded.side, name = excluded.name,
          identity_id = excluded.identity_id, stream = excluded.stream, finish_rank = null, finish_time = null
        where (old.side, old.name, old.identity_id, old.stream)
          is distinct from (excluded.side, excluded.name, excluded.identity_id, excluded.stream)`,
  );
}

async function writeCrew(
  em: EntityManager,
  matchId: number,
  { crew }: SourceMatch,
  identityOf: (person: SourcePerson) => Promise<number>,
  step: string,
): Promise<MatchEvent[]> {
  // Were a sign-up listed twice, it could not be written twice.
  const signUps = new Map(crew.map((signUp) => [`${signUp.role} ${signUp.outsideId}`, signUp]));
  const members: Record<string, unknown>[] = [];
  for (const { role, outsideId, language, person } of signUps.values())
    members.push({
      role,
      outsideId,
      language,
      name: person.name,
      stream: person.stream,
      identity: await identityOf(person),
    });
  const given = sql`json_to_recordset(${JSON.stringify(members)}::json)
    as given(role text, "outsideId" text, language text, name text, stream text, identity int)`;
  const events = await upgradeCrew(em, matchId, given, step);
  await rows(
    em,
    sql`delete from crew_member old where match_id = ${matchId}
          and not exists (select 1 from ${given} where (given.role, given."outsideId") = (old.role, old.outside_id))`,
  );
  await rows(
    em,
    sql`insert into crew_member as old (match_id, role, outside_id, language, name, stream, identity_id)
        select ${matchId}, role, "outsideId", language, name, stream, identity from ${given}
        on conflict (match_id, role, outside_id) do update set language = excluded.language, name = excluded.name,
          stream = excluded.stream, identity_id = excluded.identity_id
        where (old.language, old.name, old.stream, old.identity_id)
          is distinct from (excluded.language, excluded.name, excluded.stream, excluded.identity_id)`,
  );
  return events;
}

/**
 * A sign-up that was known by a tag and has a Discord account now says who that placeholder is; where two of them say
 * different things, people share the tag, and nothing follows.
 */
async function upgradeCrew(
  em: EntityManager,
  matchId: number,
  given: ReturnType<typeof sql>,
  step: string,
): Promise<MatchEvent[]> {
  const known = await rows(
    em,
    sql<{ placeholder: number; person: number }>`
      select before.id as placeholder, min(now.id) as person
      from crew_member c join ${given} on (given.role, given."outsideId") = (c.role, c.outside_id)
        join person_identity old on old.id = c.identity_id join person before on before.id = old.person_id
        join person_identity new on new.id = given.identity join person now on now.id = new.person_id
      where c.match_id = ${matchId} and before.is_placeholder and not old.is_decided and not now.is_placeholder
      group by before.id having min(now.id) = max(now.id) order by before.id`,
  );
  const events: MatchEvent[] = [];
  for (const { placeholder, person } of known)
    events.push(...(await mergePerson(em, placeholder, person, { cause: 'source', by: null, step })));
  return events;
}

async function noteChanges(em: EntityManager, stored: Stored, given: SourceMatch): Promise<void> {
  const crew = given.crew.map(({ role, person }) => ({ role, name: person.name }));
  const now: MatchFields = fieldsOf({ ...given, crew });
  const changes = changesBetween(fieldsOf(stored.fields), now);
  if (changes.length === 0) return;
  await rows(
    em,
    sql`insert into match_change (match_id, revision, changes)
        values (${stored.id}, ${given.revision}, ${JSON.stringify(changes)}::jsonb)`,
  );
}
