import { type App, entities, version } from './app.ts';
import { type Dump, dump } from './database/backup/dump.ts';
import type { Manifest } from './database/backup/format.ts';

/** Herald's tables. What pg-boss keeps is not among them: what is to be done is found again in `import_job`. */
export const TABLES = entities.map(({ meta }) => meta.tableName);

/**
 * Writes all that Herald keeps into a file, while it goes on working.
 *
 * @returns what stands in the file
 */
export async function backup(
  app: App,
  options: Pick<Dump, 'path' | 'force' | 'signal' | 'onProgress'>,
): Promise<{ manifest: Manifest; bytes: number }> {
  return await dump({ ...options, url: app.db.url, tables: TABLES, herald: version() });
}
