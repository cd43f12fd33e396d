import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config.ts';
import type { Bot, Env } from '../../src/sandbox/bot.ts';
import { BOT_PERMISSIONS } from '../../src/sandbox/place.ts';
import type { Stage, Typing } from './stage.ts';

/** A service of docs/compose.yaml that runs Herald. */
export type Service = { name: string; environment: Record<string, string>; replicas: number };

type Compose = {
  services: Record<
    string,
    { image: string; environment: Record<string, string>; deploy?: { replicas: number } }
  >;
};

/** What docs/compose.yaml starts of Herald. */
export function composeServices(): Service[] {
  const file = new URL('../../docs/compose.yaml', import.meta.url);
  const compose: Compose = parse(readFileSync(file, 'utf8'), { merge: true });
  return Object.entries(compose.services)
    .filter(([, { image }]) => image === 'herald')
    .map(([name, { environment, deploy }]) => ({ name, environment, replicas: deploy?.replicas ?? 1 }));
}

/** What a service is given here: its own settings, of the stage's secrets only those that it names, and a name in the database. */
function envOf(stage: Stage, name: string, { environment }: Service): Env {
  const secrets = SETTINGS.filter((setting) => /TOKEN|CLIENT/.test(setting));
  const withheld = secrets.filter((setting) => !(setting in environment)).map((setting) => [setting, '']);
  const { ROLES = '', SHARDS = '' } = environment;
  return { ...Object.fromEntries(withheld), ROLES, SHARDS, ...named(stage, name) };
}

/** Lets a process be told apart at the database and at start.gg. */
export function named({ env }: Stage, name: string): Env {
  return {
    DATABASE_URL: `${env.DATABASE_URL}?application_name=${name}`,
    STARTGG_API_URL: `${env.STARTGG_API_URL}?from=${name}`,
  };
}

/** Starts all that docs/compose.yaml starts of Herald, as plain processes, and waits until all work. By name. */
export async function launchFleet(stage: Stage): Promise<Record<string, Bot>> {
  const bots: Record<string, Bot> = {};
  for (const service of composeServices())
    for (let i = 1; i <= service.replicas; i++) {
      const name = service.replicas === 1 ? service.name : `${service.name}-${i}`;
      bots[name] = stage.launch(envOf(stage, name, service));
    }
  await Promise.all(Object.values(bots).map((bot) => bot.ready()));
  return bots;
}

/** Another guild with the bot in it, on a shard, and its owner. */
export function guildOn({ discord }: Stage, shard: readonly [number, number]) {
  const { world } = discord;
  const owner = world.addUser({ username: `owner-${shard.join('-')}`, globalName: 'Owner' });
  const guild = world.addGuild({ name: `On shard ${shard.join('/')}`, ownerId: owner.id, shard });
  const channel = world.addChannel(guild, { name: 'results' });
  world.installBot(guild, [...BOT_PERMISSIONS]);
  const at = { guildId: guild.id, channelId: channel.id };
  return { guild, by: discord.person(owner.id), at } satisfies Typing & { guild: unknown };
}

/** Requests of different processes that were under way at start.gg at the same time, in words; none where work is handed on cleanly. */
export function overlaps({ startgg }: Stage, isAbout: (from: string) => boolean): string[] {
  const requests = startgg.requests.filter(({ from }) => from && isAbout(from));
  const found: string[] = [];
  for (const [i, one] of requests.entries())
    for (const other of requests.slice(i + 1)) {
      if (other.at >= (one.answeredAt ?? Number.POSITIVE_INFINITY)) continue;
      if (other.from !== one.from)
        found.push(`${other.from} asked ${(one.answeredAt ?? 0) - other.at} ms before ${one.from} had ended`);
    }
  return found;
}
