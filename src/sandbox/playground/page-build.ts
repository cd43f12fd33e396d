import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SOURCES = file('../page');
const BUILT = file('../../../node_modules/.cache/herald-sandbox');
const STAMP = 'built-from';

/** Builds the page, unless it is built from these sources already. @returns the folder of what is to be served */
export async function buildPage(): Promise<string> {
  const stamp = await fingerprint(SOURCES);
  const known = await readFile(join(BUILT, STAMP), 'utf8').catch(() => '');
  if (known === stamp) return BUILT;
  const { build } = await import('vite');
  // Built beside its place: another sandbox may be serving what is there.
  const fresh = `${BUILT}.${process.pid}`;
  await build({
    configFile: join(SOURCES, 'vite.config.ts'),
    root: SOURCES,
    logLevel: 'error',
    build: { outDir: fresh, emptyOutDir: true },
  });
  await writeFile(join(fresh, STAMP), stamp);
  await mkdir(join(BUILT, '..'), { recursive: true });
  await rm(BUILT, { recursive: true, force: true });
  await rename(fresh, BUILT);
  return BUILT;
}

async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of files.filter((each) => each.isFile()).sort((a, b) => (a.name < b.name ? -1 : 1)))
    hash.update(entry.name).update(await readFile(join(entry.parentPath, entry.name)));
  return hash.digest('hex');
}
