import { expect, it } from 'vitest';
import { drawMatch } from '../../src/discord/match-message.ts';
import type { MatchView } from '../../src/matches/change.ts';

const AT = '2026-05-01T18:00:00Z';
const STAMP = `<t:${Date.parse(AT) / 1000}:F>`;
const seat = (name: string, discordId: string | null) => ({ name, key: name, discordId, stream: null });
const view = (changes: Partial<MatchView> = {}): MatchView => ({
  state: 'scheduled',
  url: null,
  title: 'Round 1',
  startsAt: AT,
  isTimeKnown: true,
  lengthMinutes: 60,
  score: null,
  channels: [],
  players: [],
  crew: [],
  ...changes,
});
const draw = (changes?: Partial<MatchView>) =>
  drawMatch(view(changes), { subject: '1', liveId: '1', tournament: 'Cup' });

it('mentions no more people than a message has room for', () => {
  const players = Array.from({ length: 120 }, (_, i) => ({
    ...seat(`P${i}`, String(9_999_999_999_999_999_999n - BigInt(i))),
    pairing: 1,
  }));
  const { content, allowed_mentions } = draw({ players });
  expect(content?.length).toBeLessThanOrEqual(2_000);
  expect(allowed_mentions?.users).toHaveLength(80);
  expect(content?.match(/<@\d+>/g)).toHaveLength(80);
});

it('strikes the time of a match that is off', () => {
  const lines = (changes: Partial<MatchView>) => draw(changes).embeds?.[0]?.description?.split('\n');
  expect(lines({})).toContainEqual(expect.stringMatching(`^${STAMP} `));
  expect(lines({ state: 'cancelled' })).toEqual(['❌ Cancelled', `~~${STAMP}~~`]);
  expect(lines({ state: 'cancelled', startsAt: null })).toEqual(['❌ Cancelled']);
  expect(lines({ state: 'unconfirmed' })).toEqual(['🕑 Not confirmed']);
});
