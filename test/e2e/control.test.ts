import { expect } from 'vitest';
import { STARTGG_TOKEN, smallWorld } from '../../src/sandbox/place.ts';
import { type Begun, buttonsOf, type Stage, test, textOf } from './stage.ts';

const steady = { latency: { minMs: 300, maxMs: 900 } };

/** The three ways to reach a job that runs in another process. */
const WAYS = {
  command: async (stage: Stage, verb: string, { id }: Begun) =>
    void (await stage.ask(
      `import ${verb}`,
      { job: String(id) },
      { until: new RegExp(`[Ii]mport ${id} of`) },
    )),
  button: async (stage: Stage, verb: string, { message }: Begun) => {
    const label = verb.charAt(0).toUpperCase() + verb.slice(1);
    await stage.discord.waitFor(() => buttonsOf(message).includes(label), { what: `the button ${label}` });
    await stage.click(message, label);
  },
  CLI: async (stage: Stage, verb: string, { id }: Begun) => {
    const { code, err } = await stage.cli('import', verb, String(id));
    expect({ code, err }).toEqual({ code: 0, err: '' });
  },
} as const;

/** One import for each way: of the same game, but another period. */
async function beginAll(stage: Stage): Promise<[keyof typeof WAYS, Begun][]> {
  const begun: [keyof typeof WAYS, Begun][] = [];
  for (const [i, way] of (['command', 'button', 'CLI'] as const).entries())
    begun.push([way, await stage.begin({ since: `2026-01-0${i + 1}` })]);
  return begun;
}

test.concurrent('pause and cancel are obeyed and shown while start.gg lets one wait, by command, by button and from a terminal', async ({
  open,
}) => {
  const stage = await open();
  await Promise.all([stage.bot({ ROLES: 'worker' }), stage.bot({ ROLES: 'gateway' })]);
  const goOn = stage.hold();
  const all = await beginAll(stage);
  await stage.startgg.waitFor((requests) => requests.length >= 2 * all.length);
  for (const [way, begun] of all) {
    await WAYS[way](stage, 'pause', begun);
    await stage.reaches(begun.id, 'PAUSED');
    await stage.shows(begun.message, /Paused · \d+ %/);
    expect(buttonsOf(begun.message)).toEqual(['Resume', 'Cancel']);
  }
  goOn();
  const isQuiet = (requests: Stage['startgg']['requests']) =>
    requests.every((each) => each.answeredAt !== undefined);
  await stage.startgg.waitFor(isQuiet);
  const asked = stage.startgg.requests.length;
  for (const [way, begun] of all) {
    await WAYS[way](stage, 'cancel', begun);
    await stage.shows(begun.message, /Cancelled/);
    expect(await stage.job(begun.id)).toMatchObject({ state: 'CANCELLED' });
    expect(buttonsOf(begun.message)).toEqual([]);
  }
  expect(stage.startgg.requests.length).toBe(asked);
});

test.concurrent('paused over a restart, an import goes on when it is resumed', async ({ open }) => {
  const stage = await open({ startgg: steady });
  const bot = await stage.bot();
  const goOn = stage.hold(8);
  const begun = await stage.begin();
  await stage.startgg.waitFor((requests) => requests.length > 8);
  await WAYS.command(stage, 'pause', begun);
  await stage.shows(begun.message, /Paused/);
  expect(await bot.stop()).toBe(0);
  goOn();
  const asked = stage.startgg.requests.length;
  await stage.bot();
  expect(stage.startgg.requests.length).toBe(asked);
  expect(await stage.job(begun.id)).toMatchObject({ state: 'PAUSED' });

  await WAYS.button(stage, 'resume', begun);
  await stage.shows(begun.message, /Done/);
  expect((await stage.job(begun.id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([begun.message]);
});

test.concurrent('retry takes up only what failed, by command, by button and from a terminal', async ({
  open,
}) => {
  const stage = await open({ world: smallWorld(18) });
  const events = [...stage.startgg.world.events({ videogameId: 64423 })];
  const event = events.toSorted((a, b) => a.tournament.startAt - b.tournament.startAt).at(-1);
  const mend = stage.startgg.faults.failEvent(event?.id ?? 0);
  await stage.bot();
  const all = await beginAll(stage);
  for (const [, { message }] of all) {
    await stage.shows(message, /Done, but 1 item failed/, 90_000);
    expect(textOf(message)).toMatch(/Errors\n⚠️ 1/);
    expect(buttonsOf(message)).toEqual(['Errors', 'Retry']);
  }
  mend();
  for (const [way, begun] of all) {
    const asked = stage.startgg.requests.length;
    await WAYS[way](stage, 'retry', begun);
    await stage.shows(begun.message, /✅ \*\*Done\*\*/);
    const again = stage.startgg.requests.slice(asked).flatMap(({ query }) => eventsIn(query));
    expect(new Set(again)).toEqual(new Set([event?.id]));
    const { counters, error_count } = await stage.job(begun.id);
    expect(error_count).toBe(0);
    for (const { done, total } of Object.values(counters)) expect(done).toBe(total);
  }
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('an expired token stops the import, which says how to renew it and goes on after that', async ({
  open,
}) => {
  const stage = await open({ startgg: { ...steady, token: [STARTGG_TOKEN, 'the-new-token'] } });
  const bot = await stage.bot();
  const goOn = stage.hold(8);
  const { id, message } = await stage.begin();
  await stage.startgg.waitFor((requests) => requests.length > 8);
  stage.startgg.expire(STARTGG_TOKEN);
  goOn();
  await stage.shows(message, /Stopped by an error/);
  expect(textOf(message).replaceAll('\\', '')).toMatch(
    /token has expired.*https:\/\/start\.gg\/admin\/profile\/developer.*STARTGG_TOKEN/,
  );
  expect(buttonsOf(message)).toEqual(['Resume', 'Cancel']);
  expect(await stage.job(id)).toMatchObject({ state: 'FAILED' });

  await bot.stop();
  await stage.bot({ STARTGG_TOKEN: 'the-new-token' });
  await stage.ask('import resume', { job: String(id) });
  await stage.shows(message, /✅ \*\*Done\*\*/);
  expect((await stage.job(id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
});

const eventsIn = (query: string) => [...query.matchAll(/event\(id: (\d+)\)/g)].map(([, id]) => Number(id));
