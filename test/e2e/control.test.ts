import { expect } from 'vitest';
import { STARTGG_TOKEN } from '../../src/sandbox/place.ts';
import { type Begun, buttonsOf, type Stage, test, textOf } from './stage.ts';

const WITHIN_MS = 5_000;
const slow = { latency: { minMs: 2_000, maxMs: 3_000 } };
const brisk = { latency: { minMs: 60, maxMs: 240 } };

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
const ways = Object.entries(WAYS);

test.concurrent.for(ways)(
  'pause and cancel by %s are obeyed and shown within 5 s',
  async ([way, order], { open }) => {
    const stage = await open({ startgg: slow });
    await stage.bot({ ROLES: 'worker' });
    await stage.bot({ ROLES: 'gateway' });
    const begun = await stage.begin();
    await stage.startgg.waitFor((requests) => requests.length > 5, 20_000);

    const since = Date.now();
    // Starting the terminal's own process takes a while and is no part of what is measured.
    const [ordered] = await Promise.all([
      order(stage, 'pause', begun).then(() => Date.now()),
      stage.reaches(begun.id, 'PAUSED'),
    ]);
    await stage.shows(begun.message, /Paused · \d+ %/, WITHIN_MS);
    if (way !== 'CLI') expect(ordered - since).toBeLessThan(WITHIN_MS);
    expect(buttonsOf(begun.message)).toEqual(['Resume', 'Cancel']);
    await stage.startgg.waitFor(
      (requests) => requests.every(({ answeredAt }) => answeredAt !== undefined),
      1_000,
    );
    const asked = stage.startgg.requests.length;

    await order(stage, 'cancel', begun);
    await stage.shows(begun.message, /Cancelled/, WITHIN_MS);
    expect(await stage.job(begun.id)).toMatchObject({ state: 'CANCELLED' });
    expect(buttonsOf(begun.message)).toEqual([]);
    expect(stage.startgg.requests.length).toBe(asked);
  },
);

test.concurrent('paused over a restart, an import goes on when it is resumed', async ({ open }) => {
  const stage = await open({ startgg: brisk });
  const bot = await stage.bot();
  const begun = await stage.begin();
  await stage.startgg.waitFor((requests) => requests.length > 15);
  await WAYS.command(stage, 'pause', begun);
  await stage.shows(begun.message, /Paused/, WITHIN_MS);
  const asked = stage.startgg.requests.length;
  expect(await bot.stop()).toBe(0);
  await stage.bot();
  expect(stage.startgg.requests.length).toBe(asked);
  expect(await stage.job(begun.id)).toMatchObject({ state: 'PAUSED' });

  await WAYS.button(stage, 'resume', begun);
  await stage.shows(begun.message, /Done/);
  expect((await stage.job(begun.id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
  expect(stage.posted()).toEqual([begun.message]);
});

test.concurrent.for(ways)('retry by %s takes up only what failed', async ([, order], { open }) => {
  const stage = await open();
  const [event] = stage.startgg.world.events({ videogameId: 64423 });
  const mend = stage.startgg.faults.failEvent(event?.id ?? 0);
  await stage.bot();
  const begun = await stage.begin();
  await stage.shows(begun.message, /Done, but 1 item failed/);
  expect(textOf(begun.message)).toMatch(/Errors\n⚠️ 1/);
  expect(buttonsOf(begun.message)).toEqual(['Errors', 'Retry']);
  const errors = await (await stage.click(begun.message, 'Errors')).answer();
  expect(textOf(errors)).toContain('1 failed');

  mend();
  const asked = stage.startgg.requests.length;
  await order(stage, 'retry', begun);
  await stage.shows(begun.message, /✅ \*\*Done\*\*/);
  const again = stage.startgg.requests.slice(asked).map(({ variables }) => variables.id);
  expect(new Set(again.map(Number))).toEqual(new Set([event?.id]));
  expect((await stage.job(begun.id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
});

test.concurrent('an expired token stops the import, which says how to renew it and goes on after that', async ({
  open,
}) => {
  const stage = await open({ startgg: { ...brisk, token: [STARTGG_TOKEN, 'the-new-token'] } });
  const bot = await stage.bot();
  const { id, message } = await stage.begin();
  await stage.startgg.waitFor((requests) => requests.length > 15);
  stage.startgg.expire(STARTGG_TOKEN);
  await stage.shows(message, /Stopped by an error/, 10_000);
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
