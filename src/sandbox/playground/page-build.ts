import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SOURCES = file('../page');
const CACHE = file('../../../node_modules/.cache/herald-sandbox');

/** Builds the page, unless it is built from these sources already. @returns the folder of what is to be served */
export async function buildPage(): Promise<string> {
  const built = join(CACHE, await fingerprint(SOURCES));
  if (await exists(built)) return built;
  const { build } = await import('vite');
  // Built beside its place, and moved there whole: another sandbox may be doing the same.
  const fresh = `${built}.${process.pid}`;
  await mkdir(CACHE, { recursive: true });
  await build({
    configFile: join(SOURCES, 'vite.config.ts'),
    root: SOURCES,
    logLevel: 'error',
    build: { outDir: fresh, emptyOutDir: true },
  });
  await rename(fresh, built).catch(async (error) => {
    await rm(fresh, { recursive: true, force: true });
    if (!(await exists(built))) throw error;
  });
  return built;
}

async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const path of files) hash.update(path.slice(folder.length)).update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );
