import type { EntityManager } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import { firstRow } from './database.ts';

/** Herald's advisory lock keys. The numbers mean nothing; they must only differ and never change. */
export const LOCKS = {
  migrations: 4_601_001,
  worker: 4_601_002,
  notifications: 4_601_003,
  raceRooms: 4_601_004,
  erasure: 4_601_005,
  /** Shared by every process that works with the database; whoever replaces all that it holds takes it alone. */
  process: 4_601_006,
  scheduler: 4_601_010,
} as const;

/** Whether any process holds this lock at the moment. Takes it for the rest of the transaction when nobody does. */
export async function isHeld(em: EntityManager, lock: number): Promise<boolean> {
  const row = await firstRow(em, sql<{ free: boolean }>`select pg_try_advisory_xact_lock(${lock}) as free`);
  return row?.free !== true;
}
