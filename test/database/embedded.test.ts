import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { attachEmbedded, stopEmbedded } from '../../src/database/embedded.ts';
import { createLog } from '../../src/log.ts';

const log = createLog('silent');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'herald-embedded-'));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  await stopEmbedded(folder, { onlyWhenUnused: false }).catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

describe('the embedded PostgreSQL', () => {
  it('is one server for all that start at once', async () => {
    const urls = await Promise.all([1, 2, 3].map(() => attachEmbedded(folder, log)));
    expect(new Set(urls).size).toBe(1);
  });

  it('stays when the process that started it is killed, and keeps what it holds', async () => {
    const module = fileURLToPath(new URL('../../src/database/embedded.ts', import.meta.url));
    const logModule = fileURLToPath(new URL('../../src/log.ts', import.meta.url));
    const script = `import { attachEmbedded } from ${JSON.stringify(module)}; import { createLog } from ${JSON.stringify(logModule)};
      process.stdout.write(await attachEmbedded(${JSON.stringify(folder)}, createLog('silent'))); setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(starter.stdout, 'data');
    const client = await connect(String(chunk));
    await client.query('create table kept (n int)');
    starter.kill('SIGKILL');
    await once(starter, 'exit');
    expect(await attachEmbedded(folder, log)).toBe(String(chunk));
    await client.query('insert into kept values (1)');
    await client.end();
  });

  it('stops with the last one to leave, and comes back with its data', async () => {
    const url = await attachEmbedded(folder, log);
    const client = await connect(url);
    await client.query('create table kept as select 7 as n');
    expect(await stopEmbedded(folder, { onlyWhenUnused: true })).toEqual({ stopped: false, connections: 1 });
    // Whoever is just leaving is waited for.
    setTimeout(() => client.end(), 300);
    expect(await stopEmbedded(folder, { onlyWhenUnused: true })).toEqual({ stopped: true, connections: 0 });
    expect(await stopEmbedded(folder, { onlyWhenUnused: false })).toEqual({ stopped: false, connections: 0 });
    const comesBackAt = await attachEmbedded(folder, log);
    expect(comesBackAt).toBe(url);
    const again = await connect(comesBackAt);
    expect((await again.query('select n from kept')).rows).toEqual([{ n: 7 }]);
    await again.end();
  });

  it('is not started for a process that was told to end while it was set up', async () => {
    const told = new AbortController();
    const attaching = attachEmbedded(folder, log, told.signal);
    told.abort();
    await expect(attaching).rejects.toThrow('aborted');
    expect(await stopEmbedded(folder, { onlyWhenUnused: false })).toEqual({ stopped: false, connections: 0 });
    await (await connect(await attachEmbedded(folder, log))).end();
  });

  it('moves to another port when its own was taken meanwhile', async () => {
    const url = await attachEmbedded(folder, log);
    await stopEmbedded(folder, { onlyWhenUnused: false });
    const other = createServer((socket) => socket.destroy()).listen(Number(new URL(url).port), '127.0.0.1');
    await once(other, 'listening');
    const moved = await attachEmbedded(folder, log);
    other.close();
    expect(moved).not.toBe(url);
    await (await connect(moved)).end();
  });

  it('goes on after a lock was left behind by a process that is gone', async () => {
    await writeFile(join(folder, 'postgres.lock'), '999999999');
    await expect(attachEmbedded(folder, log)).resolves.toMatch(/^postgres:/);
  });

  it.each([
    ['by a crash before it was signed', ''],
    ['in the name of a process that is another one now', String(process.pid)],
  ])('goes on after a lock was left behind %s', async (_, owner) => {
    const lock = join(folder, 'postgres.lock');
    await writeFile(lock, owner);
    const long = new Date(Date.now() - 600_000);
    await utimes(lock, long, long);
    await expect(attachEmbedded(folder, log)).resolves.toMatch(/^postgres:/);
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('lock'));
  });

  it('has nothing to stop where nothing was ever started', async () => {
    const { stopped } = await stopEmbedded(join(folder, 'nowhere'), { onlyWhenUnused: false });
    expect(stopped).toBe(false);
  });

  it('says at once when it cannot even take its lock', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(attachEmbedded(join(folder, 'file'), log)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });

  it('never begins anew over a database whose address is lost or damaged', async () => {
    await attachEmbedded(folder, log);
    await stopEmbedded(folder, { onlyWhenUnused: false });
    const file = join(folder, 'postgres.json');
    const address = await readFile(file, 'utf8');
    await writeFile(file, '{');
    await expect(attachEmbedded(folder, log)).rejects.toThrow(/postgres\.json is damaged/);
    await rm(file);
    await expect(attachEmbedded(folder, log)).rejects.toThrow(/postgres\.json with its password is gone/);
    await writeFile(file, address);
    await expect(attachEmbedded(folder, log)).resolves.toMatch(/^postgres:/);
  });
});
