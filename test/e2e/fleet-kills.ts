import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Bot } from '../../src/sandbox/bot.ts';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import type { Random } from '../../src/sandbox/startgg/random.ts';
import { until } from '../support/until.ts';
import { firstSync, follow, headlines, inHours, join, player } from './club.ts';
import { named, overlaps } from './fleet.ts';
import type { Stage } from './stage.ts';

const ROLES = ['worker', 'worker', 'worker', 'scheduler', 'scheduler'] as const;
const GOES_ON_WITHIN_MS = 60_000;
/** A read of a schedule that died with its process counts until it would have been given up, 80 s later. */
const TOLD_WITHIN_MS = 120_000;

/** A process, from its start to its end. */
type Life = { name: string; role: (typeof ROLES)[number]; bot: Bot; endedAt: number };

/**
 * A gateway, three workers and two schedulers, of which one is killed again and again while an import runs and a schedule
 * moves; another takes its place at once. Until the last of `kills`, start.gg lets the import wait while people are told.
 *
 * @param kills how many at least; goes on until the import is over
 * @param goesOnWithinMs how long start.gg may be asked nothing
 */
export async function killInFleet(
  stage: Stage,
  {
    kills,
    requestsApart,
    random,
    goesOnWithinMs = GOES_ON_WITHIN_MS,
  }: { kills: number; requestsApart: readonly [number, number]; random: Random; goesOnWithinMs?: number },
): Promise<void> {
  const { world } = stage.speedgaming;
  const people = Object.values(join(stage, ['Ada', 'Ben', 'Cas', 'Dee']));
  world.addEvent({ slug: 'demo', name: 'Demo Cup' });
  const episodes = [0, 1].map((i) =>
    world.addEpisode('demo', { when: inHours(48), players: people.slice(i * 2, i * 2 + 2).map(player) }),
  );
  const lives: Life[] = [];
  const start = async (role: Life['role']): Promise<Life> => {
    const name = `${role}-${lives.length + 1}`;
    const bot = stage.launch({ ROLES: role, ...named(stage, name) });
    const life = { name, role, bot, endedAt: Number.POSITIVE_INFINITY };
    lives.push(life);
    await bot.ready();
    return life;
  };
  const [alive] = await Promise.all([
    Promise.all(ROLES.map(start)),
    stage.bot({ ROLES: 'gateway', ...named(stage, 'gateway') }),
  ]);
  await follow(stage, 'demo');
  await firstSync(stage);
  const { id, message } = await stage.begin();

  const told = (moves: number) => () => people.every((user) => headlines(stage, user).length >= moves);
  let moves = 0;
  let killsAtWork = 0;
  const isOver = async () => (await stage.job(id)).state === 'COMPLETED';
  for (let kill = 1; kill <= kills || !(await isOver()); kill++) {
    const asked = stage.startgg.requests.length + random.int(...requestsApart);
    const goOn = kill <= kills ? stage.hold(asked) : undefined;
    const isAsked = async () => stage.startgg.requests.length >= asked || (await isOver());
    await until('start.gg is asked', isAsked, goesOnWithinMs);
    moves += 1;
    for (const episode of episodes) world.reschedule(episode.id, inHours(48 + moves));
    await pause(random.int(0, 600));
    const i = victim(stage, alive, kill, random);
    const dying = alive[i] as Life;
    if ((await stage.job(id)).state === 'RUNNING') killsAtWork += 1;
    dying.endedAt = Date.now();
    await dying.bot.stop('SIGKILL');
    alive[i] = await start(dying.role);
    await stage.discord.waitFor(told(moves), { what: `move ${moves} is told`, timeoutMs: TOLD_WITHIN_MS });
    goOn?.();
  }
  await stage.shows(message, /Done/, 120_000);

  expect(killsAtWork).toBeGreaterThanOrEqual(kills);
  expect((await stage.job(id)).counters).toEqual(stage.freshCounters());
  expect(await stage.differences()).toEqual([]);
  for (const user of people)
    expect(headlines(stage, user)).toEqual(Array.from({ length: moves }, () => 'Match moved'));
  const isStatus = (each: Message) => each.embeds[0]?.title === message.embeds[0]?.title;
  expect(stage.posted().filter(isStatus)).toEqual([message]);
  expectOneAtATime(stage, lives);
}

/** First the worker that is at work, then the scheduler that leads, then anybody, and so on. */
function victim({ startgg }: Stage, alive: readonly Life[], kill: number, random: Random): number {
  const atWork = startgg.requests.findLast(({ from }) => from?.startsWith('worker'))?.from;
  const wanted = [
    () => random.int(0, alive.length - 1),
    () => alive.findIndex(({ name }) => name === atWork),
    () => alive.findIndex(({ bot }) => bot.log.includes('takes the lead')),
  ][kill % 3]?.();
  return wanted === undefined || wanted < 0 ? random.int(0, alive.length - 1) : wanted;
}

/** The one job was never at work twice, by what start.gg was asked and by what the workers say; nor did two ever lead. */
function expectOneAtATime(stage: Stage, lives: readonly Life[]): void {
  expect(overlaps(stage, (from) => from.startsWith('worker'))).toEqual([]);
  expectTurns(lives, /^slice begins/, /^(slice ends|job completed)/);
  expectTurns(lives, /^takes the lead/, /^leads no more/);
}

type Turn = { name: string; from: number; to: number };

function expectTurns(lives: readonly Life[], begins: RegExp, ends: RegExp): void {
  const turns = lives.flatMap((life) => turnsOf(life, begins, ends)).toSorted((a, b) => a.from - b.from);
  expect(new Set(turns.map(({ name }) => name)).size).toBeGreaterThan(1);
  for (const [i, { name, from }] of turns.slice(1).entries()) {
    const before = turns[i] as Turn;
    expect(from, `${name} began before ${before.name} had ended`).toBeGreaterThanOrEqual(before.to);
  }
}

/** When a process was at something, by its own log; what it had no time to end was ended by its death. */
function turnsOf({ name, bot, endedAt }: Life, begins: RegExp, ends: RegExp): Turn[] {
  const turns: Turn[] = [];
  for (const line of bot.log.split('\n').filter((each) => each.endsWith('}'))) {
    const { time, msg }: { time: string; msg: string } = JSON.parse(line);
    const last = turns.at(-1);
    if (begins.test(msg)) turns.push({ name, from: Date.parse(time), to: endedAt });
    else if (ends.test(msg) && last) last.to = Date.parse(time);
  }
  return turns;
}
