import { z } from 'zod';

/**
 * A backup is one gzip stream of lines of text, so that it can be written and read in one go, whatever its size, and be
 * looked into with `zcat`:
 *
 * - the manifest, as JSON
 * - for each table of the manifest, in its order: the rows as PostgreSQL's COPY writes them (one line each, since COPY
 *   escapes line breaks), a line `\.`, which no row can be, and a seal, as JSON
 * - `{"end":true}`, without which the backup was cut off
 */
export const FORMAT = 'herald-backup';
export const FORMAT_VERSION = 1;

/** The line behind the last row of a table. */
export const END_OF_ROWS = '\\.\n';
export const END_OF_FILE = { end: true } as const;

const tableSchema = z.object({
  name: z.string(),
  columns: z.array(z.string()).min(1),
  rows: z.number().int().nonnegative(),
});
/** A table of a backup. Tables come in an order in which foreign keys point backwards only. */
export type BackupTable = z.infer<typeof tableSchema>;

/** What says whether the rest can be read at all. */
export const headSchema = z.looseObject({ format: z.literal(FORMAT), version: z.number().int() });

export const manifestSchema = headSchema.extend({
  /** The version of Herald that wrote it. */
  herald: z.string(),
  /** When the snapshot was taken, by the database's clock. */
  at: z.iso.datetime(),
  /** Applied ones, oldest first. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(tableSchema).min(1),
  /** The last number that each sequence gave, null when it gave none. As text: they are bigints. */
  sequences: z.array(z.object({ name: z.string(), last: z.string().regex(/^\d+$/).nullable() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const sealSchema = z.object({
  table: z.string(),
  rows: z.number().int(),
  /** Of the rows as they stand in the file. */
  sha256: z.string(),
});
export type Seal = z.infer<typeof sealSchema>;

/** How far a backup or a restore is: rows of all tables together. */
export type Progress = { table: string; rows: number; of: number };

/** How many rows a piece of COPY's text ends. */
export function countRows(text: Buffer): number {
  let rows = 0;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) rows += 1;
  return rows;
}
