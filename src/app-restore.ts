import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { ClientBase } from 'pg';
import { entities, leaveEmbedded } from './app.ts';
import { TABLES } from './app-backup.ts';
import { makePrivacy } from './app-commands.ts';
import type { Config } from './config.ts';
import { holdsRows, prepare, readMigrations, readTables } from './database/backup/catalog.ts';
import type { Manifest, Progress } from './database/backup/format.ts';
import { cancelOn, clear, isBeginningOf, load, setSequences } from './database/backup/load.ts';
import { BackupReader } from './database/backup/reader.ts';
import { Database, rows } from './database/database.ts';
import { attachEmbedded } from './database/embedded.ts';
import { isHeld, LOCKS } from './database/locks.ts';
import { knownMigrations } from './database/migrations.ts';
import { explainDatabase } from './database/unusable.ts';
import { UserError } from './errors.ts';
import { Queue } from './jobs/queue.ts';
import { keepBudgets, readBudgets, takeUpImports } from './jobs/restored.ts';
import type { Log } from './log.ts';
import { distrustEvents } from './matches/events/restored.ts';
import { readRemembered } from './matches/privacy/restored.ts';
import { distrustOutbox } from './outbox/restored.ts';

export type RestoreOptions = {
  path: string;
  /** Replace what the database holds. */
  force: boolean;
  signal: AbortSignal;
  /** First the file alone is checked, then its rows are written. */
  onProgress?: (step: 'check' | 'write', progress: Progress) => void;
};

/** What came of a restore. */
export type Restored = {
  manifest: Manifest;
  /** Unfinished imports that go on with the next worker. */
  imports: number;
  /** People whom the backup brought back and who were erased again. */
  erasedAgain: number;
};

/**
 * Puts what a backup holds into the configured database, starting the embedded one if none is configured. All of it, with
 * the schema it needs, is one transaction; before that the whole file is checked.
 *
 * @throws UserError when the file, or what the database holds, does not allow it
 */
export async function restore(config: Config, log: Log, options: RestoreOptions): Promise<Restored> {
  const { path, signal, onProgress } = options;
  await check(path, signal, (progress) => onProgress?.('check', progress));
  const url = config.databaseUrl ?? (await attachEmbedded(config.dataDir, log));
  try {
    return await restoreInto(url, log, options);
  } catch (error) {
    throw explainDatabase(error);
  } finally {
    await leaveEmbedded(config);
  }
}

/** Reads the whole file, and nothing else. */
async function check(
  path: string,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const reader = await BackupReader.open(path);
  try {
    const known = await knownMigrations();
    const { herald, migrations } = reader.manifest;
    if (!isBeginningOf(migrations, known))
      throw new UserError(
        `${path} was made by a newer Herald (${herald}), whose tables this one does not know. Update Herald first.`,
      );
    for await (const { rows: blocks } of reader.tables(onProgress))
      for await (const _ of blocks) signal.throwIfAborted();
  } finally {
    await reader.close();
  }
}

async function restoreInto(url: string, log: Log, options: RestoreOptions): Promise<Restored> {
  const { db, client } = await Database.connectSingle(url, entities);
  const queue = new Queue(url, log);
  const reader = await BackupReader.open(options.path);
  const known = await knownMigrations();
  // Not run again after a deadlock, as others are: the file is read only once.
  const admitted = <T>(work: (em: EntityManager) => Promise<T>) =>
    db.em().transactional(async (forked) => {
      const em = forked as EntityManager;
      const stopCancelling = await cancelOn(options.signal, url, client());
      try {
        await admit(em, client(), known, options.force);
        return await work(em);
      } finally {
        stopCancelling();
      }
    });
  try {
    // Looked at twice, since the migrator makes its own table outside of any transaction of ours.
    await admitted(async () => {});
    await db.orm.migrator.getExecuted();
    return await admitted(async (em) => {
      await Queue.install(url);
      await queue.start();
      return await replace({ db, em, client: client(), queue, reader }, options);
    });
  } finally {
    await reader.close();
    await queue.stop(0);
    await db.close();
  }
}

/** Lets a restore begin, and no other process of Herald until the end of the transaction. */
async function admit(
  em: EntityManager,
  client: ClientBase,
  known: readonly string[],
  force: boolean,
): Promise<void> {
  await rows(em, sql`select pg_advisory_xact_lock(${LOCKS.migrations})`);
  if (await isHeld(em, LOCKS.process))
    throw new UserError(
      'Herald is running on this database. Stop it everywhere, then type the command again.',
    );
  if (!isBeginningOf(await readMigrations(client), known))
    throw new UserError('This database belongs to a newer Herald. Update this one first.');
  if (!force && (await holdsRows(client, await readTables(client, TABLES))))
    throw new UserError(
      'The database is not empty. --force replaces all that Herald keeps in it with what the backup holds.',
    );
}

type Parts = { db: Database; em: EntityManager; client: ClientBase; queue: Queue; reader: BackupReader };

async function replace(parts: Parts, { signal, onProgress }: RestoreOptions): Promise<Restored> {
  const { db, em, client, queue, reader } = parts;
  const { manifest } = reader;
  const { migrator } = db.orm;
  const transaction = em.getTransactionContext();
  const target = { client, tables: TABLES };
  const kept = { budgets: await readBudgets(em), erasures: await readRemembered(em) };
  await prepare(client);
  const replaced = await clear(target, manifest);
  await migrator.up({ to: manifest.migrations.at(-1), transaction });
  await load(target, reader, { signal, onProgress: (progress) => onProgress?.('write', progress) });
  await migrator.up({ transaction });
  const age = await client.query(
    'select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 * 1000 as ms',
    [manifest.at],
  );
  await setSequences(target, { given: manifest.sequences, replaced, ageMs: age.rows[0].ms });
  if (kept.budgets) await keepBudgets(em, kept.budgets);
  await distrustOutbox(em, manifest.at);
  await distrustEvents(em, manifest.at);
  const erasedAgain = kept.erasures ? await makePrivacy(db).eraseAgain(em, kept.erasures) : 0;
  const imports = await takeUpImports(em, queue, manifest.at);
  signal.throwIfAborted();
  return { manifest, imports, erasedAgain };
}
