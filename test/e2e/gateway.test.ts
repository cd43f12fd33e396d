import { once } from 'node:events';
import { expect } from 'vitest';
import type { Bot } from '../../src/sandbox/bot.ts';
import { until } from '../support/until.ts';
import { type Stage, test } from './stage.ts';

test.concurrent('a command typed while the connection is cut is answered after the resume', async ({
  open,
}) => {
  const stage = await open();
  const bot = await stage.bot();
  stage.discord.gateway.cut();
  await stage.discord.waitFor(() => stage.discord.gateway.connected === 0, { what: 'the cut' });
  expect(await stage.ask('setup show')).toContain('Organisers');
  await bot.logged('shard resumed');
});

test.concurrent('Herald comes back when Discord asks for it, ends its session or drops it silently', async ({
  open,
}) => {
  const stage = await open({ discord: { heartbeatIntervalMs: 2_000 } });
  const bot = await stage.bot();
  const { gateway } = stage.discord;
  const disturbances: Record<string, () => void> = {
    'asked to reconnect': () => gateway.reconnect(),
    'session invalid, but resumable': () => gateway.invalidateSessions(true),
    'session gone': () => gateway.invalidateSessions(),
    'closed with a code': () => gateway.cut(4000),
    'no heartbeat acknowledged': () => gateway.stopAcks(),
  };
  for (const [what, disturb] of Object.entries(disturbances)) {
    const before = connections(stage);
    disturb();
    await stage.discord.waitFor(() => connections(stage) > before || isOther(stage, before), { what });
    gateway.startAcks();
    await stage.discord.waitFor(() => gateway.connected === 1, {
      what: `${what}: connected again`,
    });
    expect(await stage.ask('setup show'), what).toContain('Organisers');
  }
  expect(bot.process.exitCode).toBeNull();
});

test.concurrent('of two gateways on one token, the slower one says so in one line', async ({ open }) => {
  const stage = await open();
  const bots = [await stage.bot(), await stage.bot({ STARTGG_TOKEN: '' })];
  expect(bots[1]?.log).toMatch(/"msg":"imports from start\.gg are off: STARTGG_TOKEN is not set/);
  expect(await stage.ask('setup show')).toContain('Organisers');
  const said = () => bots.flatMap(({ log }) => log.split('\n').filter((line) => /answered/.test(line)));
  await until('one of them was too late', () => said().length > 0);
  expect(said()[0]).not.toMatch(/stack/);
  for (const bot of bots) {
    expect(await bot.stop()).toBe(0);
    expect(bot.log).not.toContain('shard reconnects');
    expect(bot.log).not.toContain('no global slash commands');
  }
});

test.concurrent('without registered commands it says at the start how to register them', async ({ open }) => {
  const stage = await open();
  stage.discord.commands.replace([]);
  await (await stage.bot()).logged('no global slash commands are registered');
});

test.concurrent.for([
  ['a wrong token', { DISCORD_TOKEN: 'wrong' }, [/DISCORD_TOKEN was refused.*Reset Token/]],
  ['no token', { DISCORD_TOKEN: '' }, [/DISCORD_TOKEN is missing.*discord\.com\/developers/]],
  [
    'malformed values, all named at once',
    {
      DISCORD_API_URL: 'nonsense',
      ROLES: 'king',
      STARTGG_REQUESTS_PER_MINUTE: 'many',
      DATABASE_URL: 'mysql://x',
      SHARDS: 'all',
    },
    [
      /DISCORD_API_URL is malformed/,
      /ROLES is malformed.*gateway, worker/,
      /STARTGG_REQUESTS_PER_MINUTE/,
      /DATABASE_URL/,
      /SHARDS/,
    ],
  ],
  [
    'a database that is not there',
    { DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/none' },
    [/DATABASE_URL/],
  ],
] as const)('%s ends the start with code 1 and says what to do', async ([, env, words], { open }) => {
  const stage = await open();
  const bot = stage.launch({ ...env });
  expect(await exitOf(bot)).toBe(1);
  for (const word of words) expect(bot.log).toMatch(word);
  expect(bot.log).not.toMatch(/^ +at /m);
});

async function exitOf({ process }: Bot): Promise<number | null> {
  if (process.exitCode === null) await once(process, 'close');
  return process.exitCode;
}

/** Sequence numbers that the session has reached: a resume adds one. */
function connections({ discord }: Stage): number {
  return discord.gateway.sessions.reduce((sum, { seq }) => sum + seq, 0);
}

/** Whether a session began anew, and so counts from one again. */
function isOther({ discord }: Stage, before: number): boolean {
  return discord.gateway.sessions.some(({ seq, connection }) => connection && seq < before);
}
