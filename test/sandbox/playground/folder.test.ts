import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeFolder } from '../../../src/sandbox/playground/folder.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'herald-folder-'));
});
afterEach(async () => await rm(path, { recursive: true }));

const take = (isFresh = false, folder = path) => takeFolder(folder, { isFresh });

describe("the sandbox's folder", () => {
  it('is made where there is none, and can be taken again once it was given back', async () => {
    const folder = await take(false, join(path, 'new', 'one'));
    await folder.release();
    await (await take(false, join(path, 'new', 'one'))).release();
    expect(await readdir(join(path, 'new', 'one'))).toEqual(['bot']);
  });

  it('is not shared with another sandbox that runs, and not held by one that was killed', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    await writeFile(join(path, 'sandbox.pid'), String(other.pid));
    await expect(take()).rejects.toThrow(`another sandbox (process ${other.pid}) uses it`);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await take()).release();
  });

  it('keeps what is there, unless it is to be fresh', async () => {
    await mkdir(join(path, 'bot'));
    for (const name of ['worlds.bin', 'clock', 'bot/kept']) await writeFile(join(path, name), name);
    await (await take()).release();
    expect(await readFile(join(path, 'bot', 'kept'), 'utf8')).toBe('bot/kept');
    await (await take(true)).release();
    expect(await readdir(path)).toEqual(['bot']);
    expect(await readdir(join(path, 'bot'))).toEqual([]);
  });

  it('is never one that holds something else: nothing of that is touched', async () => {
    await writeFile(join(path, 'thesis.txt'), 'years of work');
    for (const isFresh of [false, true])
      await expect(take(isFresh)).rejects.toThrow(
        /data folder .* cannot be used: it holds something else \(thesis.txt\).*--data/,
      );
    expect(await readdir(path)).toEqual(['thesis.txt']);
  });

  it('has to be a folder', async () => {
    await writeFile(join(path, 'file'), '');
    await expect(take(false, join(path, 'file'))).rejects.toThrow(/data folder .*file cannot be used/);
  });
});
