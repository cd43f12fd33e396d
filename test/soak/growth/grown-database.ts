import { Client } from 'pg';
import { type DomainSize, fillDomain } from './fill-domain.ts';
import { fillWarehouse } from './fill-warehouse.ts';

/** As large as a Herald that thousands of guilds use for years. */
export const GROWN = {
  guilds: 2_000,
  tournaments: 5_000,
  matches: 200_000,
  people: 100_000,
  notifications: 500_000,
  jobs: 20_000,
  items: 300_000,
} satisfies DomainSize;

/** The `n`-th guild's id. */
export const guildId = (n: number) => String(100_000_000_000_000_000n + BigInt(n) * 1_000_003n);
/** The `n`-th Discord account. */
export const accountId = (n: number) => String(200_000_000_000_000_000n + BigInt(n) * 1_000_003n);

/** Fills a migrated database with rows, in SQL alone, and lets PostgreSQL gather its statistics. */
export async function fill(url: string, events: number, size: DomainSize): Promise<void> {
  const sql = new Client({ connectionString: url });
  await sql.connect();
  try {
    // Rows come in the right order and name only what is there; checking each would take most of the time.
    await sql.query('set session_replication_role = replica');
    await sql.query(
      `create function part(i bigint, step float8) returns float8 language sql immutable as 'select i * step - floor(i * step)'`,
    );
    await sql.query(
      `create function guild_of(n bigint) returns text language sql immutable as 'select (100000000000000000 + n * 1000003)::text'`,
    );
    await sql.query(
      `create function account(n bigint) returns text language sql immutable as 'select (200000000000000000 + n * 1000003)::text'`,
    );
    await fillWarehouse(sql, { events });
    await fillDomain(sql, size);
    await sql.query('drop function part; drop function guild_of; drop function account');
    await sql.query('vacuum analyze');
  } finally {
    await sql.end();
  }
}
