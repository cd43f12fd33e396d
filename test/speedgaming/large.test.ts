import { expect, test } from 'vitest';
import { inHours, League } from './league.ts';

/** The checks have no time for all 200; the benchmark syncs them too. */
const SLUGS = process.env.HERALD_SOAK ? 200 : 40;
const GUILDS = SLUGS / 4;
const AT_ONCE = 4;

test(`${SLUGS * 25} matches in ${SLUGS} tournaments of ${GUILDS} guilds: a sync of the unchanged world writes nothing`, async () => {
  const league = await League.open();
  try {
    const slugs = league.world.fill({
      slugs: SLUGS,
      episodesPerSlug: 25,
      from: inHours(1),
      to: inHours(700),
      seed: 'large',
    });
    for (const [i, slug] of slugs.entries()) await league.follow(String(1 + (i % GUILDS)), slug);
    const run = async () => {
      const left = [...slugs];
      const lane = async () => {
        for (let slug = left.pop(); slug; slug = left.pop()) await league.run(slug);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
    };
    await run();
    const before = await league.versions();
    const [counts] = await league.rows<{ matches: number; guilds: number }>(
      'select count(*)::int as matches, count(distinct t.guild_id)::int as guilds from match m join tournament t on t.id = m.tournament_id',
    );
    expect(counts).toEqual({ matches: SLUGS * 25, guilds: GUILDS });
    await run();
    expect(await league.versions()).toEqual(before);
  } finally {
    await league.close();
  }
}, 900_000);
