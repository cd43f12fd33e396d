import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Random } from '../../src/sandbox/startgg/random.ts';
import { firstSync, follow, headlines, inHours, join, player } from './club.ts';
import type { Stage } from './stage.ts';

const NAMES = ['Ada', 'Ben', 'Cas', 'Dee', 'Eli', 'Fay'] as const;

/**
 * Moves matches again and again, and kills the bot at a random moment after each move: everybody gets each message
 * exactly once.
 */
export async function killWhileTelling(stage: Stage, kills: number, random: Random): Promise<void> {
  const { world } = stage.place.speedgaming;
  const people = Object.values(join(stage, NAMES));
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const episodes = [0, 1, 2].map((i) =>
    world.addEpisode('demo', { when: inHours(48), players: people.slice(i * 2, i * 2 + 2).map(player) }),
  );
  let bot = await stage.bot();
  await follow(stage, 'demo');
  await firstSync(stage);
  for (let kill = 1; kill <= kills; kill++) {
    for (const { id } of episodes) world.reschedule(id, inHours(48 + kill));
    // Half of the moments lie about the sending itself, where it matters most.
    if (random.chance(0.5)) await pause(random.int(0, 2_500));
    else {
      const posts = () =>
        stage.discord.log.filter(({ method, path }) => method === 'POST' && /messages$/.test(path));
      const before = posts().length;
      await stage.discord
        .waitFor(() => posts().length > before + random.int(0, 4), { timeoutMs: 4_000 })
        .catch(() => undefined);
    }
    await bot.stop('SIGKILL');
    bot = await stage.bot();
    await stage.discord.waitFor(() => people.every((user) => headlines(stage, user).length >= kill), {
      what: `message ${kill} for everybody`,
      // A read that died with its process counts until it would have been given up, 80 s later.
      timeoutMs: 120_000,
    });
    for (const user of people)
      expect(headlines(stage, user)).toEqual(Array.from({ length: kill }, () => 'Match moved'));
  }
  await bot.stop();
  for (const user of people) expect(headlines(stage, user)).toHaveLength(kills);
}
