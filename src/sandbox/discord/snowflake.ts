import type { Clock } from './clock.ts';

/** The first second of 2015, from which ids count. Source: Discord docs, Reference, Snowflakes. */
const EPOCH = 1_420_070_400_000n;

/** Makes ids that always increase and carry the time of the clock. */
export function snowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const id = (BigInt(Math.floor(clock.now())) - EPOCH) << 22n;
    last = id > last ? id : last + 1n;
    return String(last);
  };
}

/** The shard that a guild belongs to. Source: Discord docs, Gateway, Sharding. */
export function shardOf(guildId: string, count: number): number {
  return Number((BigInt(guildId) >> 22n) % BigInt(count));
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}
