import { describe, expect } from 'vitest';
import type { HttpRequest } from '../../src/sandbox/http.ts';
import { inHours, known, type League, test } from './league.ts';

/** Every look-up of these episodes fails from now on. */
const mute = (league: League, ids: readonly number[]) =>
  league.speedgaming.faults.add({
    kind: 'http',
    status: 500,
    match: ({ path, query }: HttpRequest) => path.includes('/episode') && ids.includes(Number(query.id)),
    times: Number.POSITIVE_INFINITY,
  });

const askedFor = (league: League) =>
  league.speedgaming.requests
    .filter(({ path }) => path.includes('/episode'))
    .map(({ query }) => Number(query.id));

describe('a look-up that keeps failing', () => {
  test('keeps no other episode from being looked up, and no new link from being ready', async ({
    league,
  }) => {
    const bad = await known(league, { when: inHours(30) });
    const good = await known(league, { when: inHours(40) });
    for (const { id } of [bad, good]) league.world.deleteEpisode(id);
    mute(league, [bad.id]);
    await league.follow('2');
    await league.run();
    const links = await league.rows(
      'select ready_at is not null as ready, last_error, skipped from tournament_link',
    );
    const skipped = [{ item: `Episode ${bad.id}`, reason: 'SpeedGaming answered with HTTP 500' }];
    expect(links).toEqual([1, 2].map(() => ({ ready: true, last_error: null, skipped })));
    await league.run();
    expect((await league.match(good)).state).toBe('cancelled');
    expect((await league.match(bad)).state).toBe('scheduled');
  });

  test('has its turn after all others', async ({ league }) => {
    const episodes = [];
    for (let i = 0; i < 22; i++) episodes.push(await known(league, { when: inHours(30 + i), players: [] }));
    const ids = episodes.map(({ id }) => id);
    for (const id of ids) league.world.deleteEpisode(id);
    mute(league, ids.slice(0, 2));
    await league.run();
    expect(askedFor(league)).toEqual(ids.slice(0, 20));
    await league.run();
    expect(askedFor(league).slice(20, 24)).toEqual([ids[20], ids[21], ids[0], ids[1]]);
  });

  test('ends the look-ups of a run when three in a row fail', async ({ league }) => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await known(league, { when: inHours(30 + i), players: [] })).id);
    for (const id of ids) league.world.deleteEpisode(id);
    mute(league, ids);
    await league.run();
    expect(askedFor(league)).toEqual(ids.slice(0, 3));
    await league.run();
    expect(askedFor(league).slice(3)).toEqual([ids[3], ids[4], ids[0]]);
    expect(await league.rows('select 1 from tournament_link where last_error is null')).toHaveLength(1);
  });
});
