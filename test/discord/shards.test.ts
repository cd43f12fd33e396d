import { expect, it } from 'vitest';
import { shardOf } from '../../src/discord/gateway.ts';

it('a shard hears of the guilds whose id says so', () => {
  expect(shardOf('81384788765712384', 1)).toBe(0);
  expect(shardOf(String(5n << 22n), 4)).toBe(1);
});
