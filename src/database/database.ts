import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import {
  type EntityManager,
  type EntitySchema,
  MikroORM,
  UnderscoreNamingStrategy,
} from '@mikro-orm/postgresql';
import type { Kysely, RawBuilder } from 'kysely';
import type { ClientBase, Pool, PoolClient } from 'pg';

// SQLSTATE (PostgreSQL documentation, Appendix A).
const UNIQUE_VIOLATION = '23505';
/** Of each two that are locked, PostgreSQL lets one go on, so whoever begins anew comes through before long. */
const ATTEMPTS = 5;
const DEADLOCK = '40P01';
/** Who notices that its connection is gone gives it back much sooner. */
const GIVEN_BACK_WITHIN_MS = 1_000;

export type { EntityManager } from '@mikro-orm/postgresql';

/** The folder of the migrations. */
export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The options that the running bot, the migration tool and the tests share. */
export function ormOptions(url: string, entities: readonly EntitySchema[]) {
  return {
    clientUrl: url,
    entities: [...entities],
    namingStrategy: UnderscoreNamingStrategy,
    extensions: [Migrator],
    timezone: 'Z',
    pool: { min: 0, max: 12 },
    // MikroORM leaves out what stands behind the question mark (sslmode, say); pg reads all of it.
    driverOptions: { connectionString: url, onPoolCreated: takeBackLost },
    migrations: {
      path: MIGRATIONS,
      snapshotName: 'schema',
      // A running bot leaves its own sources alone: `npm run migration:create` writes it.
      snapshotOnMigrate: false,
      emit: 'ts' as const,
      transactional: true,
      allOrNothing: true,
    },
    discovery: { warnWhenNoEntities: false },
    // Herald logs what happens itself; MikroORM would write to standard output.
    logger: () => {},
  };
}

/**
 * kysely (0.29) keeps a connection for good when a transaction on it can be neither begun nor rolled back because the
 * server is gone. The pool would shrink with every restart of PostgreSQL, and its closing would wait for ever.
 */
function takeBackLost(pool: Pool): void {
  const removed = new WeakSet<PoolClient>();
  pool.on('remove', (client: PoolClient) => removed.add(client));
  pool.on('connect', (client) => {
    const takeBack = () => removed.has(client) || client.release(true);
    client.once('end', () => setTimeout(takeBack, GIVEN_BACK_WITHIN_MS));
  });
}

/** One process's way into PostgreSQL: MikroORM for rows as objects, SQL with bound parameters where rows come in bulk. */
export class Database {
  readonly url: string;
  readonly orm: MikroORM;

  private constructor(url: string, orm: MikroORM) {
    this.url = url;
    this.orm = orm;
  }

  /** @param url a PostgreSQL connection address */
  static async connect(url: string, entities: readonly EntitySchema[]): Promise<Database> {
    return new Database(url, await MikroORM.init(ormOptions(url, entities)));
  }

  /**
   * A way in that is a single connection, and that connection: for what is said past MikroORM in its transactions, such as
   * COPY.
   */
  static async connectSingle(
    url: string,
    entities: readonly EntitySchema[],
  ): Promise<{ db: Database; client: () => ClientBase }> {
    let client: PoolClient | undefined;
    const options = ormOptions(url, entities);
    const onPoolCreated = (pool: Pool) => {
      takeBackLost(pool);
      pool.on('connect', (connected) => {
        client = connected;
      });
    };
    const orm = await MikroORM.init({
      ...options,
      pool: { min: 0, max: 1 },
      driverOptions: { onPoolCreated },
    });
    return {
      db: new Database(url, orm),
      client: () => {
        if (!client) throw new Error('not connected yet');
        return client;
      },
    };
  }

  /** A fresh unit of work outside any transaction. */
  em(): EntityManager {
    return this.orm.em.fork() as EntityManager;
  }

  /**
   * Runs `work` in one transaction: all of it is committed, or nothing when it throws. Should two transactions wait for
   * each other, PostgreSQL ends one of them, and that one is run again.
   */
  async transaction<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++)
      try {
        return await this.em().transactional((em) => work(em as EntityManager));
      } catch (error) {
        if (!hasCode(error, DEADLOCK) || attempt === ATTEMPTS) throw error;
      }
  }

  async close(): Promise<void> {
    await this.orm.close();
  }
}

/** The rows of a `sql` template, run in the transaction of `em` if there is one. Times come as ISO-like text. */
export async function rows<T>(em: EntityManager, statement: RawBuilder<T>): Promise<T[]> {
  return (await statement.execute(em.getKysely() as unknown as Kysely<unknown>)).rows;
}

/** The first row of a `sql` template, or undefined. */
export async function firstRow<T>(em: EntityManager, statement: RawBuilder<T>): Promise<T | undefined> {
  return (await rows(em, statement))[0];
}

/** Whether PostgreSQL refused a row because its like is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return hasCode(error, UNIQUE_VIOLATION);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
