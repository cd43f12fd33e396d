import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { eraseFromTexts } from './erase-texts.ts';
import { ERASED, readErasures, rememberErased, type SourceKey } from './erased.ts';
import { eraseRacer, racerKeys } from './erased-racers.ts';
import { type Hideable, hideErased, peopleIn } from './hiding.ts';

/** What was erased, for those who keep copies of it. */
export type Erasure = {
  /** Undefined for somebody without a Discord account. */
  discordId: string | undefined;
  /** Under which sources knew them. */
  keys: SourceKey[];
  /** Matches that they are in. */
  matchIds: number[];
};

type Identity = SourceKey & { id: number; personId: number };

/**
 * Makes people of guilds, who are all one, nameless: their places stay, what says who had them goes, and imports are kept
 * from bringing it back. Placeholders that turned out to be them go with them. The caller holds the guilds.
 */
export async function erasePeople(
  em: EntityManager,
  personIds: readonly number[],
  discordId?: string,
): Promise<Erasure> {
  const names = await rows(
    em,
    sql<{ id: number; name: string; stream: string | null }>`select id, name, stream from person
      where id = any(${[...personIds]}::int[]) or merged_into_id = any(${[...personIds]}::int[]) order by id for update`,
  );
  const identities = await rows(
    em,
    sql<Identity>`select id, person_id as "personId", source, kind, key from person_identity
      where person_id = any(${names.map(({ id }) => id)}::int[]) order by id`,
  );
  const veiledKeys = await rememberErased(em, { discordId, keys: identities });
  const matches = await matchesOf(em, identities);
  for (const match of matches) await eraseFromMatch(em, match);
  const keys = new Set(identities.map(keyText));
  const seats = matches.flatMap(({ source, ...match }) =>
    peopleIn(match).filter(({ kind, key }) => keys.has(keyText({ source, kind, key }))),
  );
  const known = [...names, ...seats];
  const words = {
    names: [...new Set(known.map(({ name }) => name))].filter((name) => name !== ERASED),
    streams: [...new Set(known.map(({ stream }) => stream))].filter((stream) => stream !== null),
  };
  const racers = racerKeys(words.names, words.streams);
  await rememberErased(em, { keys: racers });
  const matchIds = matches.map(({ id }) => id);
  await eraseRacer(em, matchIds, racers, words.names);
  await eraseFromTexts(em, { discordId, matchIds, identityIds: identities.map(({ id }) => id), ...words });
  await eraseSeats(em, identities, veiledKeys);
  await erasePersonRows(em, personIds);
  return { discordId, keys: identities.map(({ source, kind, key }) => ({ source, kind, key })), matchIds };
}

type StoredMatch = Hideable & { id: number; source: string };

const keyText = ({ source, kind, key }: SourceKey) => `${source} ${kind} ${key}`;

/** The matches that somebody is in, in the form in which a source brings them. */
async function matchesOf(em: EntityManager, identities: readonly Identity[]): Promise<StoredMatch[]> {
  const ids = identities.map(({ id }) => id);
  const person = (seat: string) =>
    sql`json_build_object('kind', i.kind, 'key', i.key, 'handle', coalesce(p.handle, ''), 'name', ${sql.ref(`${seat}.name`)},
      'discordId', p.discord_id, 'tag', p.tag, 'stream', ${sql.ref(`${seat}.stream`)})`;
  return await rows(
    em,
    sql<StoredMatch>`
      select m.id, m.source, m.title, m.note, m.score, m.channels,
        (select coalesce(json_agg(json_build_object('pairing', s.pairing, 'side', s.side, 'name', s.name,
            'person', case when i.id is not null then ${person('s')} end) order by s.pairing, s.position), '[]')
          from match_player s left join person_identity i on i.id = s.identity_id left join person p on p.id = i.person_id
          where s.match_id = m.id) as players,
        (select coalesce(json_agg(json_build_object('role', c.role, 'outsideId', c.outside_id, 'language', c.language, 'person', ${person('c')})
            order by c.id), '[]')
          from crew_member c join person_identity i on i.id = c.identity_id join person p on p.id = i.person_id
          where c.match_id = m.id) as crew
      from match m
      where m.id in (select match_id from match_player where identity_id = any(${ids}::int[])
        union select match_id from crew_member where identity_id = any(${ids}::int[]))
      order by m.id for update of m`,
  );
}

/** What a match itself says: its title, its score, the channels it is shown on. Places follow by their keys. */
async function eraseFromMatch(em: EntityManager, match: StoredMatch): Promise<void> {
  const veil = await readErasures(em, match.source, peopleIn(match));
  const { title, note, score, channels } = hideErased<Hideable>(match, veil);
  await rows(
    em,
    sql`update match set title = ${title}, note = ${note}, score = ${score}, channels = ${JSON.stringify(channels)}::jsonb
        where id = ${match.id}`,
  );
}

async function eraseSeats(
  em: EntityManager,
  identities: readonly Identity[],
  veiledKeys: readonly string[],
): Promise<void> {
  const ids = identities.map(({ id }) => id);
  await rows(
    em,
    sql`update match_player set name = ${ERASED}, stream = null where identity_id = any(${ids}::int[])`,
  );
  await rows(
    em,
    sql`update crew_member set name = ${ERASED}, stream = null where identity_id = any(${ids}::int[])`,
  );
  await rows(
    em,
    sql`update person_identity i set key = now.key, person_id = coalesce(p.merged_into_id, p.id)
        from unnest(${ids}::int[], ${[...veiledKeys]}::text[]) as now(id, key), person p
        where i.id = now.id and p.id = i.person_id`,
  );
}

/** Merges and claims go too: there is nothing left that could be taken back, or decided. */
async function erasePersonRows(em: EntityManager, personIds: readonly number[]): Promise<void> {
  const ids = [...personIds];
  await rows(
    em,
    sql`delete from person_merge where person_id = any(${ids}::int[]) or placeholder_id = any(${ids}::int[])`,
  );
  await rows(em, sql`delete from person_claim where placeholder_id = any(${ids}::int[])`);
  await rows(em, sql`delete from person where merged_into_id = any(${ids}::int[])`);
  await rows(
    em,
    sql`update person set name = ${ERASED}, discord_id = null, is_placeholder = true, is_erased = true, handle = null, tag = null,
          stream = null, merged_into_id = null
        where id = any(${ids}::int[])`,
  );
}
