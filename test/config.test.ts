import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../src/config.ts';

const failure = (env: Record<string, string>, needs: string[] = []) => {
  try {
    loadConfig(env, needs);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
};

describe('the configuration', () => {
  it('has defaults for all that is not needed', () => {
    expect(loadConfig({})).toMatchObject({
      discord: { token: undefined, apiUrl: 'https://discord.com/api', shards: 'auto' },
      startgg: { apiUrl: 'https://api.start.gg/gql/alpha', requestsPerMinute: 80 },
      databaseUrl: undefined,
      roles: ['gateway', 'worker', 'scheduler'],
      logLevel: 'info',
    });
  });

  it('takes a list of shards, as ranges and single numbers of a total', () => {
    expect(loadConfig({ SHARDS: '0-3,8/16' }).discord.shards).toEqual({ ids: [0, 1, 2, 3, 8], count: 16 });
  });

  it('needs what one of the roles needs', () => {
    const needs = (role: string) => (role === 'scheduler' ? [] : ['DISCORD_TOKEN']);
    expect(loadConfig({ ROLES: 'scheduler' }, needs).roles).toEqual(['scheduler']);
    for (const ROLES of ['worker', 'scheduler,gateway', ''])
      expect(() => loadConfig({ ROLES }, needs)).toThrow('DISCORD_TOKEN is missing');
  });

  it('takes an empty value for one that is not set', () => {
    expect(loadConfig({ DATABASE_URL: '', LOG_LEVEL: '  ' })).toMatchObject({
      databaseUrl: undefined,
      logLevel: 'info',
    });
  });

  it('serves metrics only where it is given a port', () => {
    expect(loadConfig({}).metricsPort).toBeUndefined();
    expect(loadConfig({ METRICS_PORT: '9464' }).metricsPort).toBe(9464);
    expect(loadConfig({ METRICS_PORT: '0' }).metricsPort).toBe(0);
  });

  it('misses the other half of what only works as a pair', () => {
    expect(failure({ RACETIME_CLIENT_ID: 'herald' })).toMatch(
      /RACETIME_CLIENT_SECRET is missing.*category's bot/,
    );
    const whole = loadConfig({ RACETIME_CLIENT_ID: 'herald', RACETIME_CLIENT_SECRET: 's' });
    expect(whole.racetime.credentials).toEqual({ clientId: 'herald', clientSecret: 's' });
  });

  it('names what is missing, what it is for and where to get it', () => {
    const message = failure({}, ['DISCORD_TOKEN', 'STARTGG_TOKEN']);
    expect(message).toMatch(/DISCORD_TOKEN is missing: set it in \.env.*discord\.com\/developers/);
    expect(message).toMatch(/STARTGG_TOKEN is missing.*start\.gg\/admin\/profile\/developer/);
  });

  it.each([
    ['DATABASE_URL', 'mysql://x'],
    ['DISCORD_API_URL', 'not an address'],
    ['STARTGG_API_URL', 'ftp://start.gg'],
    ['STARTGG_REQUESTS_PER_MINUTE', '0'],
    ['STARTGG_REQUESTS_PER_MINUTE', 'eighty'],
    ['ROLES', 'gateway,cook'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_PORT', 'web'],
    ['METRICS_PORT', '70000'],
  ])('refuses %s=%s by name', (name, value) => {
    expect(failure({ [name]: value })).toMatch(new RegExp(`^${name} is malformed: .+ It is .+`));
  });

  it.each(['4', '4/4', '0-4/4', '2-1/4', '0,0/2', '0-1,1/4', '0/0', '/4', '0-/4'])(
    'refuses SHARDS=%s: each shard once, and none that there is not',
    (SHARDS) => expect(failure({ SHARDS })).toMatch(/^SHARDS is malformed: must be "auto" or a list/),
  );

  it('says what would be right, once', () => {
    for (const value of ['0', '-3', '1.5', 'eighty'])
      expect(failure({ STARTGG_REQUESTS_PER_MINUTE: value })).toContain('must be a positive whole number');
    expect(failure({ LOG_LEVEL: 'loud' })?.match(/fatal/g)).toHaveLength(1);
  });

  it('names every wrong value at once', () => {
    expect(failure({ LOG_LEVEL: 'loud', ROLES: 'cook' }, ['DISCORD_TOKEN'])?.split('\n')).toHaveLength(3);
  });
});
