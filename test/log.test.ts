import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { sparsely } from '../src/log.ts';

/** What a process that logs these things writes. */
async function logged(statement: string): Promise<string> {
  const log = fileURLToPath(new URL('../src/log.ts', import.meta.url));
  const script = `import { createLog } from ${JSON.stringify(log)}; const log = createLog('info', ['s3cret', '']); ${statement}`;
  const { stderr, stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
  ]);
  expect(stdout).toBe('');
  return stderr;
}

describe('the log', () => {
  it('never shows a secret, wherever it hides', async () => {
    const text = await logged(
      `log.info({ a: { b: ['Bearer s3cret'] }, err: new Error('401 for s3cret') }, 'said s3cret')`,
    );
    expect(text).toContain('Bearer [hidden]');
    expect(text).not.toContain('s3cret');
  });

  it('never shows the token of an interaction or a webhook', async () => {
    const text = await logged(
      `log.info({ url: 'https://discord.com/api/v10/webhooks/123/aW50.x-y_z/messages' }, 'failed')`,
    );
    expect(text).toContain('webhooks/123/[hidden]/messages');
  });

  it('tells of what repeats itself sparsely, and how often it did', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const lines: number[] = [];
    const tell = sparsely(({ leftOut }) => lines.push(leftOut), 30_000);
    for (let i = 0; i < 40; i++) {
      tell(new Error('away'));
      vi.advanceTimersByTime(1_000);
    }
    vi.useRealTimers();
    expect(lines).toEqual([0, 29]);
  });

  it('is one JSON object a line', async () => {
    expect(JSON.parse(await logged(`log.info({ n: 1 }, 'x')`))).toMatchObject({ n: 1, msg: 'x', level: 30 });
  });
});
