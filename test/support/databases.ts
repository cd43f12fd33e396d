import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** The address of another database of the same server. */
export function databaseUrl(serverUrl: string, name: string): string {
  return Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
}

/** Creates a database, empty or as a clone of `template`. */
export async function createDatabase(serverUrl: string, name: string, template?: string): Promise<void> {
  await onServer(
    serverUrl,
    `create database ${name} ${template ? `template ${template} strategy file_copy` : ''}`,
  );
}

/** A fresh clone of the migrated template, and the way to drop it. */
export async function cloneDatabase(
  serverUrl: string,
  template: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await createDatabase(serverUrl, name, template);
  return {
    url: databaseUrl(serverUrl, name),
    drop: () => onServer(serverUrl, `drop database ${name} with (force)`),
  };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
