import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/database/backup/format.ts';
import { BackupReader } from '../../src/database/backup/reader.ts';
import { UserError } from '../../src/errors.ts';
import { fill } from './fill.ts';
import { backUp, changeManifest, contents, openDatabase, openFolder, restoreFile } from './ground.ts';

let whole: Buffer;
let folder: string;
beforeEach(async () => {
  whole ??= await makeBackup();
  folder = await openFolder();
});

async function makeBackup(): Promise<Buffer> {
  const source = await openDatabase();
  await fill(source.sql, 12, 3);
  return await readFile((await backUp(source)).path);
}

async function file(bytes: Buffer | string, name = 'some.backup'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** The same backup with another text. */
const rewritten = (change: (text: string) => string) =>
  gzipSync(Buffer.from(change(gunzipSync(whole).toString('latin1')), 'latin1'));
async function withManifest(change: (manifest: Manifest) => object): Promise<Buffer> {
  const path = await file(whole);
  await changeManifest(path, change);
  return await readFile(path);
}

describe('a restore is refused, and changes nothing,', () => {
  const cases: [string, () => Buffer | string | Promise<Buffer>, RegExp][] = [
    ['of an empty file', () => '', /is no backup of Herald/],
    ['of a text', () => 'not a backup at all\n', /is no backup of Herald/],
    ['of what another program packed', () => gzipSync('{"format":"tar"}\n'), /is no backup of Herald/],
    [
      'of noise without a line',
      () => gzipSync(Buffer.alloc(6_000_000, 120)),
      /is no backup of Herald|damaged/,
    ],
    ['of a beginning', () => whole.subarray(0, 30), /is no backup of Herald|ends in the middle/],
    ['of a half', () => whole.subarray(0, whole.length / 2), /is damaged: it ends in the middle/],
    ['of all but the last byte', () => whole.subarray(0, -1), /is damaged: it ends in the middle/],
    [
      'of what was cut off and packed again',
      () => rewritten((text) => text.slice(0, text.length / 2)),
      /ends in the middle/,
    ],
    [
      'without its last line',
      () => rewritten((text) => text.replace('{"end":true}\n', '')),
      /ends in the middle/,
    ],
    ['with more behind its end', () => rewritten((text) => `${text}more\n`), /something comes after its end/],
    [
      'with a row that was changed',
      () => rewritten((text) => text.replace('\\N', 'xx')),
      /the rows of \w+ are not those/,
    ],
    [
      'with a row too many',
      () => rewritten((text) => text.replace('\n', '\nx\n')),
      /the rows of \w+ are not those/,
    ],
    [
      'made by a newer Herald',
      () =>
        withManifest((m) => ({
          ...m,
          migrations: [...m.migrations, 'Migration20991231000000_later'],
        })),
      /newer Herald \(0\.0\.0-test\).*Update Herald first/,
    ],
    [
      'in a newer form',
      () => withManifest((m) => ({ ...m, version: 2 })),
      /newer Herald.*Update Herald first/,
    ],
    [
      'whose tables are others',
      () =>
        withManifest((m) => ({
          ...m,
          tables: m.tables.map((t) => (t.name === 'guild' ? { ...t, columns: [...t.columns].slice(1) } : t)),
        })),
      /does not fit this Herald: it differs in guild/,
    ],
  ];
  it.each(cases)('%s', async (_, bytes, words) => {
    const target = await openDatabase();
    await target.sql.query(`insert into guild (id, name) values ('1', 'mine')`);
    const before = await contents(target.sql);
    const path = await file(await bytes());
    await expect(restoreFile(target, path, { force: true })).rejects.toSatisfy(
      (error) =>
        error instanceof UserError &&
        words.test(error.message) &&
        error.message.includes('some.backup') === !/fit/.test(error.message),
    );
    expect(await contents(target.sql)).toEqual(before);
  });

  it('of a file that is not there', async () => {
    await expect(restoreFile(await openDatabase(), join(folder, 'nothing'))).rejects.toThrow(
      /There is no file/,
    );
  });
});

it('a bit that flips is noticed, or changes nothing that is read', async () => {
  const read = async (bytes: Buffer) => {
    const reader = await BackupReader.open(await file(bytes, 'flipped.backup'));
    const text: Buffer[] = [Buffer.from(JSON.stringify(reader.manifest))];
    try {
      for await (const { rows } of reader.tables())
        for await (const block of rows) text.push(Buffer.from(block));
    } finally {
      await reader.close();
    }
    return Buffer.concat(text);
  };
  const right = await read(whole);
  let noticed = 0;
  const flip = fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
    const result = await read(bytes).catch((error) => error);
    if (result instanceof UserError) noticed += 1;
    else expect(right.equals(result)).toBe(true);
  });
  await fc.assert(flip, { numRuns: 300 });
  expect(noticed).toBeGreaterThan(250);
});
