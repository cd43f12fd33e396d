import { expect } from 'vitest';
import { smallWorld } from '../../src/sandbox/place.ts';
import { type EventRecord, setId, setState, setsOf } from '../../src/sandbox/startgg/model.ts';
import type { World } from '../../src/sandbox/startgg/world.ts';
import { versions } from '../support/tables.ts';
import { WAREHOUSE } from '../support/warehouse.ts';
import { test, textOf } from './stage.ts';

const latency = { minMs: 400, maxMs: 1_200 };

test('an import as a person sees it', async ({ open }) => {
  const stage = await open({ startgg: { latency } });
  await stage.bot();

  const handle = await stage.type('import startgg', { game: '2XKO', since: '2026-01-01' });
  const answer = await handle.answer();
  expect(answer.visibleTo).toBe(stage.place.organiser.id);
  expect(answer.content).toMatch(
    /^Import 1 of \*\*2XKO · 2026\\-01\\-01 to now and upcoming\*\* has started/,
  );
  const status = await stage.discord.waitFor(() => stage.posted()[0], { what: 'the status message' });
  await stage.shows(answer, new RegExp(`discord\\.com/channels/\\d+/${stage.here.channelId}/${status.id}`));
  await stage.shows(status, /Done/);

  expect(stage.posted()).toEqual([status]);
  expect(status.visibleTo).toBeUndefined();
  const gaps = status.history.slice(1).map((version, i) => version.at - (status.history[i]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2_000);
  const shown = status.history.map((version) => textOf({ content: '', embeds: version.embeds }));
  expect(shown.filter((text) => /Importing · \d+ %/.test(text)).length).toBeGreaterThan(1);
  expect(new Set(shown.map((text) => /▶️ \*\*(\w+)/.exec(text)?.[1]).filter(Boolean)).size).toBeGreaterThan(1);

  const job = await stage.reaches(1, 'COMPLETED');
  expect(job.counters).toEqual(stage.freshCounters());
  for (const [phase, { total = 0 }] of Object.entries(job.counters)) {
    const title = phase.charAt(0).toUpperCase() + phase.slice(1);
    const number = total.toLocaleString('en-US');
    expect(textOf(status)).toContain(`✅ **${title}** ${number} · ${number} new`);
  }
  expect(textOf(status)).toMatch(/In all:\*\* [\d,]+ new · 0 changed · 0 unchanged · 0 gone/);
  expect(textOf(status)).toMatch(/Errors\nnone/);
  expect(await stage.differences()).toEqual([]);
});

test('the same again touches no row; what changed in between is found', async ({ open }) => {
  const stage = await open({ world: smallWorld(18) });
  const { world } = stage.startgg;
  const running = world.addTournament({ startAt: world.now - 3_600 });
  const event = world.addEvent(running.id, { entrants: 12, state: 'ACTIVE', progress: 0.4, hasSets: true });
  await stage.bot();
  const first = await stage.begin();
  await stage.shows(first.message, /Done/);
  const before = await versions(async (statement) => (await stage.sql.query(statement)).rows, WAREHOUSE);

  const second = await stage.begin();
  await stage.shows(second.message, /Done/);
  expect(second.id).not.toBe(first.id);
  expect(second.message.id).not.toBe(first.message.id);
  const known = await stage.job(first.id);
  for (const [phase, counts] of Object.entries((await stage.job(second.id)).counters)) {
    const total = known.counters[phase]?.total;
    expect({ phase, ...counts }).toEqual({
      phase,
      done: total,
      total,
      new: 0,
      changed: 0,
      unchanged: total,
      gone: 0,
    });
  }
  expect(textOf(second.message)).toMatch(/In all:\*\* 0 new · 0 changed · [\d,]+ unchanged · 0 gone/);
  expect(await versions(async (statement) => (await stage.sql.query(statement)).rows, WAREHOUSE)).toEqual(
    before,
  );

  world.completeSet(openSet(world, event));
  const late = world.addTournament({ startAt: world.now + 86_400 });
  world.addEvent(late.id, { entrants: 5, hasSets: false });
  const third = await stage.begin();
  await stage.shows(third.message, /Done/);
  const { counters } = await stage.job(third.id);
  expect(counters.tournaments).toMatchObject({ new: 1, changed: 0 });
  expect(counters.entrants).toMatchObject({ new: 5 });
  expect(counters.sets?.changed).toBeGreaterThan(0);
  expect(await stage.differences()).toEqual([]);
});

/** A set that is not over and has both its entrants. */
function openSet(world: World, event: EventRecord): number | string {
  for (const set of setsOf(world.bracket(event)))
    if (
      set.realId &&
      !set.bye &&
      set.state !== setState.completed &&
      set.slots.every(({ seed }) => seed?.entrant)
    )
      return setId(set);
  throw new Error('no set is open');
}
