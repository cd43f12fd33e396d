import { resolve } from 'node:path';
import { CronPattern } from 'croner';
import { z } from 'zod';

const ROLES = ['gateway', 'worker', 'scheduler'] as const;
export type Role = (typeof ROLES)[number];

const url = (fallback: string) =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https address' })
    .default(fallback)
    .transform((value) => value.replace(/\/+$/, ''));

const positive = (fallback: number) => {
  const error = 'must be a positive whole number';
  return z.coerce.number({ error }).int({ error }).positive({ error }).default(fallback);
};

const port = (() => {
  const error = 'must be the number of a port, up to 65535';
  return z.coerce.number({ error }).int({ error }).min(0, { error }).max(65_535, { error });
})();

/** Which shards a process serves: as many as Discord recommends, or some of a number that all processes agree on. */
export type Shards = 'auto' | { ids: readonly number[]; count: number };

const SHARDS = /^(auto|\d{1,5}(-\d{1,5})?(,\d{1,5}(-\d{1,5})?)*\/\d{1,5})$/;

/** "auto", or a list such as "0-3,8/16"; undefined where it names a shard that there is not, or one twice. */
function readShards(text: string): Shards | undefined {
  if (text === 'auto') return 'auto';
  const [list = '', total] = text.split('/');
  const count = Number(total);
  const ids: number[] = [];
  for (const part of list.split(',')) {
    const [first = 0, last = first] = part.split('-').map(Number);
    if (last < first || last >= count) return undefined;
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return new Set(ids).size === ids.length ? { ids, count } : undefined;
}

function isCronPattern(text: string): boolean {
  try {
    new CronPattern(text);
    return true;
  } catch {
    return false;
  }
}

const schema = z.object({
  DISCORD_TOKEN: z.string().optional(),
  DISCORD_API_URL: url('https://discord.com/api'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://')
    .optional(),
  DATA_DIR: z
    .string()
    .default('./data')
    .transform((path) => resolve(path)),
  STARTGG_TOKEN: z.string().optional(),
  STARTGG_API_URL: url('https://api.start.gg/gql/alpha'),
  STARTGG_REQUESTS_PER_MINUTE: positive(80),
  SPEEDGAMING_API_URL: url('https://speedgaming.org/api'),
  SPEEDGAMING_SECONDS_PER_SLUG: positive(60),
  RACETIME_URL: url('https://racetime.gg'),
  RACETIME_CLIENT_ID: z.string().optional(),
  RACETIME_CLIENT_SECRET: z.string().optional(),
  SYNC_SCHEDULE: z
    .string()
    .default('*/5 * * * *')
    .refine(isCronPattern, 'must be a cron pattern such as */5 * * * *'),
  DM_SECONDS_PER_NEW_CHANNEL: positive(30),
  DM_NEW_CHANNELS_PER_DAY: positive(50),
  SHARDS: z
    .string()
    .default('auto')
    .transform((text, context): Shards => {
      const shards = SHARDS.test(text) ? readShards(text) : undefined;
      if (shards) return shards;
      const message =
        'must be "auto" or a list such as 0-3/16: each shard once, counted from 0, and how many there are in all';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }),
  ROLES: z
    .string()
    .default(ROLES.join(','))
    .transform((value) => value.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(ROLES, { error: `must be a list of ${ROLES.join(', ')}` })).min(1)),
  METRICS_PORT: port.optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { error: 'there is no such level' })
    .default('info'),
});

/** What a value is for and where one gets it, said when it is missing or wrong. */
const HELP: Record<string, string> = {
  DISCORD_TOKEN:
    "the bot's token. Discord Developer Portal (https://discord.com/developers/applications) → your application → Bot → Reset Token.",
  DISCORD_API_URL: "the address of Discord's REST API; change it only for a proxy or a test.",
  DATABASE_URL:
    'where PostgreSQL is, e.g. postgres://user:password@host:5432/herald. Leave it empty to use the embedded server.',
  DATA_DIR: 'the folder for the embedded PostgreSQL.',
  STARTGG_TOKEN:
    'the token for reading start.gg. https://start.gg/admin/profile/developer → Create new token; it lasts one year.',
  STARTGG_API_URL: "the address of start.gg's GraphQL API; change it only for a proxy or a test.",
  STARTGG_REQUESTS_PER_MINUTE: 'how many requests the start.gg token may make in 60 s; start.gg allows 80.',
  SPEEDGAMING_API_URL: "the address of SpeedGaming's API; change it only for a proxy or a test.",
  SPEEDGAMING_SECONDS_PER_SLUG: 'the least time between two reads of one SpeedGaming event, in seconds.',
  RACETIME_URL: 'the address of racetime.gg; change it only for a proxy or a test.',
  RACETIME_CLIENT_ID:
    "the client id of your category's bot, for race rooms. racetime.gg → your category → Manage → Bots; its owner creates it there.",
  RACETIME_CLIENT_SECRET: "the client secret of your category's bot; shown beside its client id.",
  SYNC_SCHEDULE: 'when schedules are read again, as a cron pattern (seconds allowed).',
  DM_SECONDS_PER_NEW_CHANNEL:
    'the pace at which people are written to for the first time; Discord blocks bots that write to many at once.',
  DM_NEW_CHANNELS_PER_DAY: 'how many people may be written to for the first time in 24 hours.',
  SHARDS: 'which Discord shards this process serves: "auto" or a list such as 0-3/16.',
  ROLES: 'what this process does: any of gateway, worker, scheduler, separated by commas.',
  METRICS_PORT:
    'the port on which /metrics, /healthz and /readyz are served; 0 takes any free one, and the log says which. Leave it empty to serve nothing.',
  LOG_LEVEL: 'how much is logged: fatal, error, warn, info, debug, trace or silent.',
};

export type Config = {
  discord: { token: string | undefined; apiUrl: string; shards: Shards };
  databaseUrl: string | undefined;
  dataDir: string;
  startgg: { token: string | undefined; apiUrl: string; requestsPerMinute: number };
  speedgaming: { apiUrl: string; secondsPerSlug: number };
  /** Without credentials there are no race rooms. */
  racetime: { url: string; credentials: { clientId: string; clientSecret: string } | undefined };
  syncSchedule: string;
  directMessages: { secondsPerNewChannel: number; newChannelsPerDay: number };
  roles: readonly Role[];
  /** Undefined: nothing is served. */
  metricsPort: number | undefined;
  logLevel: string;
};

/** A configuration that cannot be used. Its message names every wrong value, what it is for and where to get it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Says that a value is not set, what it is for and where to get it. */
function missing(name: string): string {
  return `${name} is missing: set it in .env or the environment. It is ${HELP[name]}`;
}

/** The names of all settings. */
export const SETTINGS: readonly string[] = Object.keys(schema.shape);

/**
 * Turns environment variables into a checked configuration. Empty values count as not set.
 *
 * @param needs names that this command cannot do without, or those that a process with a role cannot do without
 * @throws ConfigError naming every missing or malformed value
 */
export function loadConfig(
  env: NodeJS.ProcessEnv,
  needs: readonly string[] | ((role: Role) => readonly string[]) = [],
): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = schema.safeParse(given);
  const problems = (parsed.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return `${name} is malformed: ${issue.message}. It is ${HELP[name]}`;
  });
  const pair = ['RACETIME_CLIENT_ID', 'RACETIME_CLIENT_SECRET'];
  const roles = schema.shape.ROLES.safeParse(given.ROLES).data ?? ROLES;
  const always = typeof needs === 'function' ? roles.flatMap(needs) : needs;
  const needed = new Set([...always, ...(pair.some((name) => given[name]) ? pair : [])]);
  for (const name of needed) if (!given[name]) problems.push(missing(name));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems.join('\n'));
  const value = parsed.data;
  const { RACETIME_CLIENT_ID: clientId, RACETIME_CLIENT_SECRET: clientSecret } = value;
  return {
    discord: { token: value.DISCORD_TOKEN, apiUrl: value.DISCORD_API_URL, shards: value.SHARDS },
    databaseUrl: value.DATABASE_URL,
    dataDir: value.DATA_DIR,
    startgg: {
      token: value.STARTGG_TOKEN,
      apiUrl: value.STARTGG_API_URL,
      requestsPerMinute: value.STARTGG_REQUESTS_PER_MINUTE,
    },
    speedgaming: {
      apiUrl: value.SPEEDGAMING_API_URL,
      secondsPerSlug: value.SPEEDGAMING_SECONDS_PER_SLUG,
    },
    racetime: {
      url: value.RACETIME_URL,
      credentials: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    },
    syncSchedule: value.SYNC_SCHEDULE,
    directMessages: {
      secondsPerNewChannel: value.DM_SECONDS_PER_NEW_CHANNEL,
      newChannelsPerDay: value.DM_NEW_CHANNELS_PER_DAY,
    },
    roles: value.ROLES,
    metricsPort: value.METRICS_PORT,
    logLevel: value.LOG_LEVEL,
  };
}

/** What must never be written to a log. */
export function secretsOf({ discord, startgg, racetime }: Config): string[] {
  return [discord.token, startgg.token, racetime.credentials?.clientSecret].filter(
    (secret) => secret !== undefined,
  );
}
