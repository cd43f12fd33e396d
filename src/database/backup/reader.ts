import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { z } from 'zod';
import { UserError } from '../../errors.ts';
import {
  type BackupTable,
  countRows,
  END_OF_FILE,
  END_OF_ROWS,
  FORMAT_VERSION,
  headSchema,
  type Manifest,
  manifestSchema,
  type Progress,
  sealSchema,
} from './format.ts';

/** A line that is longer is none of a backup's own. */
const LONGEST_LINE = 4 * 1024 * 1024;
const READ_AT_ONCE = 256 * 1024;
const NEWLINE = 10;

/** Reads a backup from its beginning to its end, and checks what it reads. All it throws for the file is a UserError. */
export class BackupReader {
  readonly manifest: Manifest;
  readonly #source: Source;

  private constructor(source: Source, manifest: Manifest) {
    this.#source = source;
    this.manifest = manifest;
  }

  /** @throws UserError when it is no backup, or one that only a newer Herald can read */
  static async open(path: string): Promise<BackupReader> {
    const source = new Source(path);
    try {
      const head = await source.json(headSchema, LONGEST_LINE);
      if (head.version > FORMAT_VERSION)
        throw new UserError(
          `${path} was made by a newer Herald, which this one cannot read. Update Herald first.`,
        );
      return new BackupReader(source, manifestSchema.parse(head));
    } catch (error) {
      await source.close();
      throw error instanceof UserError ? error : new UserError(`${path} is no backup of Herald.`);
    }
  }

  /** The rows of the tables, in their order: each table's have to be read to their end before the next one's. */
  async *tables(
    onProgress: (progress: Progress) => void = () => {},
  ): AsyncGenerator<{ table: BackupTable; rows: AsyncGenerator<Buffer> }> {
    const of = this.manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
    let done = 0;
    for (const table of this.manifest.tables) {
      const before = done;
      const tell = (rows: number) => onProgress({ table: table.name, rows: before + rows, of });
      yield { table, rows: this.#rows(table, tell) };
      done += table.rows;
    }
    const end = await this.#source.line(LONGEST_LINE);
    if (end !== JSON.stringify(END_OF_FILE)) throw this.#source.damaged('it does not end as it should');
    if (!(await this.#source.isOver())) throw this.#source.damaged('something comes after its end');
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Whole rows, as COPY takes them. What their seal says is checked after the last one. */
  async *#rows(table: BackupTable, tell: (rows: number) => void): AsyncGenerator<Buffer> {
    const hash = createHash('sha256');
    let rows = 0;
    for await (const block of this.#source.linesUntil(END_OF_ROWS)) {
      hash.update(block);
      rows += countRows(block);
      tell(rows);
      yield block;
    }
    const seal = await this.#source.json(sealSchema, LONGEST_LINE).catch(() => undefined);
    const isRight =
      seal?.table === table.name &&
      seal.rows === rows &&
      table.rows === rows &&
      seal.sha256 === hash.digest('hex');
    if (!isRight) throw this.#source.damaged(`the rows of ${table.name} are not those that were written`);
    tell(rows);
  }
}

/** The unpacked text of a file, line by line or in blocks of whole lines. */
class Source {
  readonly #path: string;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #hasBegun = false;

  constructor(path: string) {
    this.#path = path;
    const file = createReadStream(path, { highWaterMark: READ_AT_ONCE });
    const unpacked = createGunzip({ chunkSize: READ_AT_ONCE });
    file.on('error', (error) => unpacked.destroy(error));
    unpacked.on('close', () => file.destroy());
    // Whoever reads is told, also of what went wrong before that.
    unpacked.on('error', () => {});
    this.#stream = file.pipe(unpacked);
    this.#chunks = this.#stream[Symbol.asyncIterator]();
  }

  /** A line without its end. */
  async line(longest: number): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end >= 0) return this.#take(end + 1).toString('utf8', 0, end);
      if (this.#rest.length > longest) throw this.damaged('a line of it is too long');
      if (!(await this.#fill())) throw this.#cutOff();
    }
  }

  async json<T>(schema: z.ZodType<T>, longest: number): Promise<T> {
    const text = await this.line(longest);
    return schema.parse(JSON.parse(text));
  }

  /** Blocks of whole lines up to a line, which is read but not given. */
  async *linesUntil(last: string): AsyncGenerator<Buffer> {
    for (;;) {
      const whole = this.#rest.subarray(0, this.#rest.lastIndexOf(NEWLINE) + 1);
      const end = startOfLine(whole, last);
      if (end >= 0) {
        if (end > 0) yield this.#take(end);
        this.#take(last.length);
        return;
      }
      if (whole.length > 0) yield this.#take(whole.length);
      if (!(await this.#fill())) throw this.#cutOff();
    }
  }

  async isOver(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#fill());
  }

  damaged(why: string): UserError {
    return new UserError(`${this.#path} is damaged: ${why}.`);
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  #cutOff(): UserError {
    if (!this.#hasBegun)
      return new UserError(`${this.#path} is no backup of Herald: there is nothing in it.`);
    return this.damaged('it ends in the middle');
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }

  /** Reads on. False at the end. */
  async #fill(): Promise<boolean> {
    const next = await this.#chunks.next().catch((error) => {
      throw this.#explain(error);
    });
    if (next.done) return false;
    this.#hasBegun = true;
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, next.value]) : next.value;
    return true;
  }

  #explain(error: NodeJS.ErrnoException): unknown {
    if (error.code === 'Z_BUF_ERROR') return this.#cutOff();
    if (error.code?.startsWith('Z_'))
      return this.#hasBegun
        ? this.damaged('it cannot be unpacked')
        : new UserError(`${this.#path} is no backup of Herald.`);
    if (error.code === 'ENOENT') return new UserError(`There is no file ${this.#path}.`);
    return error.syscall ? new UserError(`${this.#path} cannot be read: ${error.message}`) : error;
  }
}

/** Where a line begins in a text that begins with a line; -1 when it is not there. */
function startOfLine(text: Buffer, line: string): number {
  if (text.subarray(0, line.length).equals(Buffer.from(line))) return 0;
  const before = text.indexOf(`\n${line}`);
  return before < 0 ? -1 : before + 1;
}
