import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { rows } from '../../database/database.ts';
import { escapeText } from '../../text.ts';
import type { Change, MatchView, Seat } from '../change.ts';
import { ERASED } from './erased.ts';
import { hasWord, hideInView, withoutWords } from './hiding.ts';

/** Somebody who is to go from what was written down of them. */
type Leaving = {
  discordId: string | undefined;
  names: readonly string[];
  streams: readonly string[];
  matchIds: readonly number[];
  identityIds: readonly number[];
};

/** Takes somebody out of the history of matches, and out of what others were told or are about to be. */
export async function eraseFromTexts(em: EntityManager, leaving: Leaving): Promise<void> {
  const earlier = await eraseFromMessages(em, leaving);
  const names = [...new Set([...leaving.names, ...earlier])];
  await eraseFromHistory(em, { ...leaving, names });
  await eraseFromNotices(em, { ...leaving, names });
}

/**
 * Messages to others keep what they compare with, so that nobody is told anew what they know; they only forget who it was.
 *
 * @returns names under which the person was spoken of
 */
async function eraseFromMessages(
  em: EntityManager,
  { discordId, names, matchIds }: Leaving,
): Promise<string[]> {
  type Message = { id: string; payload: Record<string, unknown> };
  const found = await rows(
    em,
    sql<Message>`select id::text as id, payload from notification n
      where class <> 'notice' and ((source, outside_id) in (select source, outside_id from match where id = any(${[...matchIds]}::int[]))
        or ${discordId ?? null}::text is not null and strpos(payload::text, ${`"${discordId}"`}) > 0)
      order by id for update`,
  );
  // A step that was about their account has it in its name.
  await rows(
    em,
    sql`update notification set revision = replace(revision, ${discordId ?? null}::text, ${ERASED})
        where strpos(revision, ${discordId ?? null}::text) > 0`,
  );
  const isTheirs = (seat: Seat) =>
    seat.discordId === null ? names.includes(seat.name) : seat.discordId === discordId;
  const earlier = new Set<string>();
  for (const { id, payload } of found) {
    const views = Object.entries(payload).filter(([, value]) => isView(value)) as [string, MatchView][];
    const hidden = views.map(([key, view]) => [key, hideInView(view, isTheirs)] as const);
    if (hidden.every(([, view], index) => view === views[index]?.[1])) continue;
    for (const [, view] of views)
      for (const seat of [...view.players, ...view.crew]) if (isTheirs(seat)) earlier.add(seat.name);
    const now = { ...payload, ...Object.fromEntries(hidden) };
    await rows(em, sql`update notification set payload = ${JSON.stringify(now)}::jsonb where id = ${id}`);
  }
  earlier.delete(ERASED);
  return [...earlier];
}

function isView(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'players' in value && 'crew' in value;
}

/**
 * What changed in matches: of theirs, and of those that name them although they are in them no more. There, nobody else
 * of that name may be meant.
 */
async function eraseFromHistory(
  em: EntityManager,
  { names, streams, matchIds, identityIds }: Leaving,
): Promise<void> {
  type History = { id: string; changes: Change[]; plays: boolean; helps: boolean };
  const seats = (table: 'match_player' | 'crew_member') =>
    sql`exists (select 1 from ${sql.table(table)} s where s.match_id = c.match_id and s.identity_id = any(${[...identityIds]}::int[]))`;
  const found = await rows(
    em,
    sql<History>`select c.id::text as id, c.changes, ${seats('match_player')} as plays, ${seats('crew_member')} as helps
      from match_change c join match m on m.id = c.match_id join tournament t on t.id = m.tournament_id
      where c.match_id = any(${[...matchIds]}::int[])
        or t.guild_id in (select guild_id from person_identity where id = any(${[...identityIds]}::int[]))
          and exists (select 1 from unnest(${[...names]}::text[]) name where strpos(lower(c.changes::text), lower(name)) > 0)
          and not exists (select 1 from match_player s where s.match_id = m.id and lower(s.name) = any(${names.map((name) => name.toLowerCase())}::text[]))
          and not exists (select 1 from crew_member s where s.match_id = m.id and lower(s.name) = any(${names.map((name) => name.toLowerCase())}::text[]))
      order by c.id for update of c`,
  );
  const words = [...names, ...streams];
  for (const { id, changes, plays, helps } of found) {
    const now = changes.flatMap((change) => changeWithout(change, words, { plays, helps }));
    if (now.length === 0) await rows(em, sql`delete from match_change where id = ${id}`);
    else
      await rows(em, sql`update match_change set changes = ${JSON.stringify(now)}::jsonb where id = ${id}`);
  }
}

/**
 * In a match of theirs, a line about its people that has them on one side only may have an earlier name of theirs on the
 * other: it goes as a whole.
 */
function changeWithout(
  change: Change,
  words: readonly string[],
  { plays, helps }: { plays: boolean; helps: boolean },
): Change[] {
  const { what, from, to } = change;
  const isVersus = what === 'title' && [from, to].some((text) => text?.includes(' vs '));
  const isOfPeople = what === 'crew' ? helps : plays && (what === 'players' || isVersus);
  if (isOfPeople && !(hasWord(from, words) && hasWord(to, words))) return [];
  const without = (text: string | null) => text && withoutWords(text, words);
  return [{ what, from: without(from), to: without(to) }];
}

/** Notices to organisers. What was sent stands in Discord and is needed no more; what waits is sent without the name. */
async function eraseFromNotices(
  em: EntityManager,
  { discordId, names, identityIds }: Leaving,
): Promise<void> {
  type Notice = { id: string; payload: Record<string, unknown>; isPending: boolean };
  const words = [...(discordId ? [`<@${discordId}>`, discordId] : []), ...names.map(escapeText), ...names];
  const found = await rows(
    em,
    sql<Notice>`select id::text as id, payload, state = 'pending' as "isPending" from notification
      where class = 'notice' and payload <> '{}' and (
        guild_id in (select guild_id from person_identity where id = any(${[...identityIds]}::int[]))
        or ${discordId ?? null}::text is not null and strpos(payload::text, ${discordId ?? ''}) > 0)
      order by id for update`,
  );
  for (const { id, payload, isPending } of found) {
    const text = String(payload.text ?? '');
    const hidden = withoutWords(text, words);
    if (hidden === text) continue;
    const kept = isPending ? { ...payload, text: hidden } : {};
    await rows(em, sql`update notification set payload = ${JSON.stringify(kept)}::jsonb where id = ${id}`);
  }
}
