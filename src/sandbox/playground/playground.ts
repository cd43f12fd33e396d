import { setTimeout as delay } from 'node:timers/promises';
import { attachEmbedded, stopEmbedded } from '../../database/embedded.ts';
import type { Log } from '../../log.ts';
import type { Env } from '../bot.ts';
import { openServices, type Services } from '../place.ts';
import { emptyWorld } from '../startgg/create-world.ts';
import { BotKeeper } from './bot-keeper.ts';
import type { Folder } from './folder.ts';
import { fillGames, worldOptions } from './games.ts';
import { fillSchedule } from './matches.ts';
import { load, recall, remember, save } from './memory.ts';
import { Moods } from './moods.ts';
import { type PersonIds, settle } from './people.ts';
import { TownClock } from './town-clock.ts';

/** So long people wait for the bot's first answer (Discord docs, Receiving and Responding). */
const ANSWER_WITHIN_MS = 3_000;
const SAVE_EVERY_MS = 2_000;
/** Answers of start.gg take so long; its limit is the real one. */
const LATENCY = { minMs: 300, maxMs: 1_500 };
/** A bot that was killed and comes back at once would wait 5 s for Discord to let it identify again. */
const IDENTIFY = { count: 100, perMs: 5_000 };
/** What people wait for here takes seconds instead of minutes. */
const QUICK: Env = {
  SYNC_SCHEDULE: '*/5 * * * * *',
  SPEEDGAMING_SECONDS_PER_SLUG: '5',
  DM_SECONDS_PER_NEW_CHANNEL: '1',
};

/** A Discord with people, a start.gg with games and a SpeedGaming with a schedule, kept in a folder, and the real bot. */
export type Playground = {
  services: Services;
  people: PersonIds;
  moods: Moods;
  keeper: BotKeeper;
  time: TownClock;
  /** To be called when something changed that Discord does not tell of. */
  changed(): void;
  /** Listens to changes of whatever kind; the returned function ends it. */
  onChange(listener: () => void): () => void;
  /** Ends the bot and its database, and keeps the rest. */
  close(): Promise<void>;
};

/** Opens what the folder keeps, or begins anew; the bot is to be started. @throws UserError when the folder is damaged */
export async function openPlayground(folder: Folder, log: Log): Promise<Playground> {
  const kept = await load(folder.worlds);
  const options = worldOptions(kept?.startgg.today ?? Date.now());
  const isBusy = () =>
    services.discord.interactions
      .all()
      .some(({ answeredAt, createdAt }) => answeredAt === undefined && now() - createdAt < ANSWER_WITHIN_MS);
  const time = new TownClock(kept?.aheadMs ?? 0, folder.clock, isBusy);
  const { clock } = time;
  const now = () => clock.now();
  const world = emptyWorld({ ...options, clock: now });
  const services = await openServices({
    world,
    discord: { clock, limits: { identify: IDENTIFY } },
    startgg: { latency: LATENCY, now },
    speedgaming: { now },
  });
  const people = kept?.people ?? settle(services.discord);
  if (kept) recall(services, kept);
  else {
    fillGames(world, options);
    fillSchedule(services.speedgaming.world, people, now());
  }
  await time.rule(await attachEmbedded(folder.bot, log));

  const listeners = new Set<() => void>();
  let isSaved = kept !== undefined;
  const changed = () => {
    isSaved = false;
    for (const listener of [...listeners]) listener();
  };
  const keeper = new BotKeeper(botEnv(services, folder), changed);
  services.discord.onChange(changed);
  const saveNow = async () => {
    if (isSaved) return;
    isSaved = true;
    await save(folder.worlds, remember(services, people, time.aheadMs));
  };
  const closing = new AbortController();
  const saving = keepSaving(saveNow, closing.signal, log);
  return {
    services,
    people,
    moods: new Moods(services),
    keeper,
    time,
    changed,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await keeper.stop();
      closing.abort();
      await saving;
      await saveNow();
      await time.close();
      await stopEmbedded(folder.bot, { onlyWhenUnused: false });
      await services.close();
    },
  };
}

async function keepSaving(saveNow: () => Promise<void>, signal: AbortSignal, log: Log): Promise<void> {
  while (!signal.aborted) {
    await delay(SAVE_EVERY_MS, undefined, { signal }).catch(() => {});
    await saveNow().catch((err) => log.error({ err }, 'the sandbox could not be saved'));
  }
}

function botEnv(services: Services, folder: Folder): Env {
  const preload = new URL('bot-preload.ts', import.meta.url);
  return {
    ...services.env,
    ...QUICK,
    DATA_DIR: folder.bot,
    SANDBOX_CLOCK: folder.clock,
    NODE_OPTIONS: `--import ${preload.href}`,
  };
}
