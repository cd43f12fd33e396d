/** Tables in which people could see something of a sync. */
export const SCHEDULE = [
  'match',
  'match_change',
  'match_player',
  'crew_member',
  'person',
  'person_identity',
  'person_merge',
  'notification',
  'live_message',
  'discord_event',
];

type Row = Record<string, unknown>;

/** Which version of which row stands where: a row that was only written anew differs too. */
export async function versions(
  query: (statement: string) => Promise<Row[]>,
  tables: readonly string[],
): Promise<Record<string, Row[]>> {
  const found: Record<string, Row[]> = {};
  for (const table of tables)
    found[table] = await query(`select ctid::text, xmin::text from "${table}" order by ctid`);
  return found;
}
