import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { Random } from '../../src/sandbox/startgg/random.ts';
import { GAME, test } from '../e2e/stage.ts';
import { until } from '../support/until.ts';

const SEED = process.env.SOAK_SEED ?? 'crash';
const KILLS = Number(process.env.SOAK_KILLS ?? 24);
const MINUTES = 60_000;

const random = new Random(SEED);
const period = { from: new Date('2026-01-01'), to: new Date('2026-06-30') };
const POSTS = { method: 'POST', path: /^\/channels\/\d+\/messages$/ };

test(
  `killed ${KILLS} times at random moments (SOAK_SEED=${SEED}), an import ends as if nothing had happened`,
  async ({ open }) => {
    const world = createWorld({ seed: SEED, tournaments: 20 * KILLS, ...period });
    const stage = await open({ world, startgg: { latency: { minMs: 50, maxMs: 1_200 } } });
    let bot = await stage.bot();
    const { id, message } = await stage.begin();
    let killed = 0;
    while (killed < KILLS && (await stage.job(id)).state !== 'COMPLETED') {
      const asked = stage.startgg.requests.length;
      const more = random.int(1, 14);
      await stage.startgg
        .waitFor(({ length }) => length >= asked + more, 30_000)
        .catch(async (error) => {
          // Near its end there may be nothing left to ask for.
          if ((await stage.job(id)).state !== 'COMPLETED') throw error;
        });
      await pause(random.int(0, 700));
      await bot.stop('SIGKILL');
      killed += 1;
      // Sometimes it is killed again while it is still starting.
      bot = stage.launch();
      if (random.chance(0.2)) await pause(random.int(300, 2_000));
      else await bot.ready();
      const { state, counters } = await stage.job(id);
      process.stdout.write(
        `kill ${killed}/${KILLS}: ${state}, sets ${counters.sets?.done ?? 0}/${counters.sets?.total ?? 0}\n`,
      );
    }
    // The world is of use only if its import lasts so long.
    expect(killed).toBe(KILLS);
    await stage.shows(message, /Done/, 2 * MINUTES);
    expect((await stage.job(id)).counters).toEqual(stage.freshCounters());
    expect(await stage.differences()).toEqual([]);
    expect(stage.posted()).toEqual([message]);
  },
  30 * MINUTES,
);

test(
  'killed around the first post of its status message, it never posts two',
  async ({ open }) => {
    const stage = await open();
    let bot = await stage.bot();
    for (let i = 1; i <= 12; i++) {
      // Each time another period, and so another import; its message is posted in a channel of its own.
      const channel = stage.discord.world.addChannel(stage.place.guild, { name: `results-${i}` });
      const at = { ...stage.here, channelId: channel.id };
      const day = String(i).padStart(2, '0');
      const lost = stage.discord.faults.add({
        ...POSTS,
        kind: random.chance(0.5) ? 'lost-answer' : 'delay',
        ms: random.int(0, 1_500),
        times: 2,
      });
      await stage.type('import startgg', { ...GAME, since: `2026-03-${day}` }, { at });
      const [job] = await until('the import is there', async () => {
        const { rows } = await stage.sql.query<{ id: number }>(
          `select id from import_job where params->>'since' = $1`,
          [`2026-03-${day}`],
        );
        return rows.length > 0 && rows;
      });
      await pause(random.int(0, 1_200));
      await bot.stop('SIGKILL');
      if (random.chance(0.5)) lost();
      bot = await stage.bot();
      lost();
      const message = await stage.discord.waitFor(() => stage.posted(channel.id)[0], {
        timeoutMs: MINUTES,
        what: `message ${i}`,
      });
      await stage.shows(message, /Done/, 2 * MINUTES);
      expect((await stage.job(job?.id ?? 0)).state).toBe('COMPLETED');
      expect(stage.posted(channel.id)).toEqual([message]);
      process.stdout.write(`post ${i}/12: one message\n`);
    }
  },
  30 * MINUTES,
);
