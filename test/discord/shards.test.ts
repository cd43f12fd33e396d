import { describe, expect, it } from 'vitest';
import { shardOf, shardOptions } from '../../src/discord/gateway.ts';

describe('SHARDS', () => {
  it('is left to Discord with "auto"', () => {
    expect(shardOptions('auto')).toEqual({ shards: 'auto' });
  });

  it('may be ranges and single numbers of a total', () => {
    expect(shardOptions('0-3,8/16')).toEqual({ shards: [0, 1, 2, 3, 8], shardCount: 16 });
  });

  it('hears of the guilds whose id says so', () => {
    expect(shardOf('81384788765712384', 1)).toBe(0);
    expect(shardOf(String(5n << 22n), 4)).toBe(1);
  });
});
