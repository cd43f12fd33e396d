import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServices, type Services } from '../../../src/sandbox/place.ts';
import {
  completeSet,
  fillGames,
  gameViews,
  renamePlayer,
  resetBracket,
  worldOptions,
} from '../../../src/sandbox/playground/games.ts';
import { addMatch, cancelMatch, EVENT, fillSchedule } from '../../../src/sandbox/playground/matches.ts';
import { load, recall, remember, save } from '../../../src/sandbox/playground/memory.ts';
import { settle } from '../../../src/sandbox/playground/people.ts';
import { emptyWorld } from '../../../src/sandbox/startgg/create-world.ts';

const TODAY = Date.parse('2026-06-01T12:00:00Z');
const options = worldOptions(TODAY);

let folder: string;
const opened: Services[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-memory-'));
});
afterAll(async () => {
  for (const services of opened) await services.close();
  await rm(folder, { recursive: true });
});

async function services(): Promise<Services> {
  const all = await openServices({ world: emptyWorld(options) });
  opened.push(all);
  return all;
}

/** Services in which something has happened, and what was kept of them and read again. */
async function kept() {
  const before = await services();
  const { discord, startgg, speedgaming } = before;
  const people = settle(discord);
  fillGames(startgg.world, options);
  fillSchedule(speedgaming.world, people, TODAY);
  const path = join(folder, `worlds-${opened.length}.bin`);
  const keep = async () => {
    await save(path, remember(before, people, 5_000));
    const after = await services();
    const read = await load(path);
    if (!read) throw new Error('nothing was kept');
    recall(after, read);
    return { after, read };
  };
  return { before, people, keep };
}

describe('a sandbox that goes on later', () => {
  it("finds start.gg's world as it was, what was changed in it included, and can go on changing it", async () => {
    const { before, keep } = await kept();
    const { world } = before.startgg;
    const [small] = gameViews(world);
    if (!small) throw new Error('no game');
    completeSet(world, small.id);
    renamePlayer(world, small.id, '<b>Somebody</b>');
    resetBracket(world, small.id);
    const { after } = await keep();
    const question = { videogameId: small.id, since: new Date(small.since) };
    expect(after.startgg.world.truth(question)).toEqual(world.truth(question));
    expect(completeSet(after.startgg.world, small.id)).toBe(completeSet(world, small.id));
    const ids = (each: typeof world) => each.addTournament({ startAt: TODAY / 1_000 }).id;
    expect(ids(after.startgg.world)).toBe(ids(world));
  });

  it('finds the schedule, with who was cancelled, and gives out no id twice', async () => {
    const { before, people, keep } = await kept();
    const { world } = before.speedgaming;
    const cancelled = addMatch(world, people);
    cancelMatch(world, cancelled.id, true);
    const { after } = await keep();
    const all = [0, Number.MAX_SAFE_INTEGER] as const;
    expect(after.speedgaming.world.schedule(EVENT.slug, ...all)).toEqual(world.schedule(EVENT.slug, ...all));
    expect(after.speedgaming.world.lookUp(cancelled.id)).toBeUndefined();
    cancelMatch(after.speedgaming.world, cancelled.id, false);
    expect(after.speedgaming.world.lookUp(cancelled.id)).toMatchObject({ id: cancelled.id });
    expect(addMatch(after.speedgaming.world, people).id).toBe(cancelled.id + 1);
  });

  it('finds people, servers and messages in Discord, and how far time was ahead', async () => {
    const { before, people, keep } = await kept();
    const { discord } = before;
    const [guild] = [...discord.world.guilds.values()];
    const [channel] = discord.world.channelsOf(guild?.id ?? '');
    if (!guild || !channel) throw new Error('no channel');
    const said = discord.person(people.player).say(channel.id, 'hello <@everyone> & "all"');
    discord.world.setAcceptsDms(people.caster, false);
    const { after, read } = await keep();
    expect(read).toMatchObject({ aheadMs: 5_000, people });
    const again = after.discord;
    expect(again.person(people.organiser).sees(channel.id)).toMatchObject([
      { id: said.id, content: said.content, author: { id: people.player } },
    ]);
    expect(again.world.user(people.caster).acceptsDms).toBe(false);
    expect(again.world.application).toEqual(discord.world.application);
    expect(again.world.botGuilds().map(({ name }) => name)).toEqual(['Fighting Game Club', 'Race Lounge']);
    // What is said from now on comes after what was said before.
    expect(BigInt(again.person(people.player).say(channel.id, 'later').id)).toBeGreaterThan(BigInt(said.id));
  });

  it('begins anew where nothing was kept, and says what to do where that is damaged', async () => {
    expect(await load(join(folder, 'nothing.bin'))).toBeUndefined();
    const path = join(folder, 'damaged.bin');
    for (const bytes of ['', 'nonsense', Buffer.from([0xff, 0x0f, 0x6f])]) {
      await writeFile(path, bytes);
      await expect(load(path)).rejects.toThrow(/damaged, or of another version.*--fresh/);
    }
  });
});
