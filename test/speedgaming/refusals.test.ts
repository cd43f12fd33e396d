import { describe, expect } from 'vitest';
import { SharedBudget } from '../../src/jobs/budget.ts';
import { createLog } from '../../src/log.ts';
import type { HttpRequest } from '../../src/sandbox/http.ts';
import { startHttp } from '../../src/sandbox/http.ts';
import { SpeedgamingClient } from '../../src/speedgaming/client.ts';
import { SpeedgamingSync } from '../../src/speedgaming/sync.ts';
import { known, type League, test } from './league.ts';

/** A SpeedGaming that answers everything with the same body. */
async function saying(league: League, body: unknown) {
  const server = await startHttp({
    strike: () => ({ status: 200, type: 'text/html', body: JSON.stringify(body) }),
    routes: () => {},
  });
  const budget = (provider: string) =>
    new SharedBudget(league.db, {
      provider,
      credential: 'saying',
      requests: 100,
      windowMs: 1_000,
      timeoutMs: 5_000,
    });
  const client = new SpeedgamingClient({ url: server.url, budget: budget('speedgaming') });
  const sync = new SpeedgamingSync(league.db, client, () => budget('slug'), createLog('silent'));
  return { client, run: async () => await sync.run('demo'), close: () => server.close() };
}

const lastError = async (league: League) =>
  (await league.rows<{ last_error: string | null }>('select last_error from tournament_link'))[0]?.last_error;

describe('an error that SpeedGaming answers with', () => {
  test('is the end of an episode only when it speaks of the episode', async ({ league }) => {
    const episode = await known(league);
    for (let i = 0; i < 3; i++) {
      league.speedgaming.faults.add({ kind: 'empty-list' });
      league.speedgaming.faults.add({
        kind: 'error-object',
        match: ({ path }: HttpRequest) => path.includes('/episode'),
      });
      await league.run();
    }
    expect((await league.match(episode)).state).toBe('scheduled');
    expect(await league.pending()).toEqual([]);
    expect(await league.rows('select skipped from tournament_link')).toEqual([
      {
        skipped: [
          {
            item: `Episode ${episode.id}`,
            reason: 'SpeedGaming answered with an error: Failed to find event.',
          },
        ],
      },
    ]);
  });

  test('is a passing one unless it says that there is none', async ({ league }) => {
    const { client, close } = await saying(league, { error: 'Too many connections' });
    const passing = { name: 'RetryLaterError', message: /answered with an error: Too many connections/ };
    await expect(client.schedule('demo', new Date(), new Date())).rejects.toMatchObject(matching(passing));
    await expect(client.event('demo')).rejects.toMatchObject(matching(passing));
    await expect(client.episode(1)).rejects.toMatchObject(matching(passing));
    await close();
    const none = await saying(league, { error: 'Failed to find event.' });
    await expect(none.client.event('demo')).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(none.client.episode(1)).rejects.toMatchObject({ name: 'RetryLaterError' });
    await none.close();
  });

  test('need not be text', async ({ league }) => {
    const { client, close } = await saying(league, { error: { code: 500, text: 'a\u0000b' } });
    const message = expect.stringContaining('"code":500');
    await expect(client.episode(1)).rejects.toMatchObject({ name: 'RetryLaterError', message });
    await close();
  });

  test('is kept without NUL and half characters, and shortened', async ({ league }) => {
    const { run, close } = await saying(league, { error: `a\u0000b${'🏇'.repeat(400)}` });
    await run();
    const error = await lastError(league);
    expect(error).toMatch(/^SpeedGaming answered with an error: ab🏇+…$/u);
    expect(error?.length).toBeLessThanOrEqual(300);
    await close();
  });

  test('is kept in a reason just the same', async ({ league }) => {
    const episode = await known(league);
    league.world.spoil(episode.id, (one) => ({
      ...(one as object),
      when: '🏇'.repeat(400),
      whenCountdown: '',
    }));
    await league.run();
    const [link] = await league.rows<{ skipped: { reason: string }[] }>(
      'select skipped from tournament_link',
    );
    expect(link?.skipped[0]?.reason).toMatch(/^when: “🏇+…$/u);
    expect(link?.skipped[0]?.reason.length).toBeLessThanOrEqual(300);
  });
});

const matching = ({ name, message }: { name: string; message: RegExp }) => ({
  name,
  message: expect.stringMatching(message),
});
