import { expect } from 'vitest';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import { renderMessage } from '../../src/sandbox/discord/render.ts';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { test, textOf } from './stage.ts';

const NASTY = '@everyone **x** <@1> <@&2> <#3> `y` ||z|| [a](https://example.org) <img onerror=1>';
const LONG = `${NASTY} ${'_long_ '.repeat(200)}end`;
/** Markup that would have an effect: not behind a backslash. */
const LIVE = /(?<!\\)(@everyone|\*\*x|<@!?&?[1-4]>|<#3>|`y|\|\|z|\[a|<img)/;

/** What a person reads, the lines of an embed joined. */
const read = (message: Message) => renderMessage(message).replace(/^▌ ?/gm, '');

test('names appear as they were typed, whole or cut, and have no effect', async ({ open }) => {
  const game = { id: 64423, name: NASTY, displayName: null, slug: 'game/nasty' };
  const period = { from: new Date('2026-01-01'), to: new Date('2026-03-31') };
  const world = createWorld({ seed: 'names', tournaments: 4, games: [game], ...period });
  const events = [...world.events({ videogameId: game.id })];
  for (const { tournament } of events) world.changeTournament(tournament.id, { name: NASTY });
  const [failing, long] = events;
  world.changeEvent(failing?.id ?? 0, { name: '# Singles -# <@!4>\n> quote' });
  world.changeTournament(long?.tournament.id ?? 0, { name: LONG });
  const stage = await open({ world, startgg: { latency: { minMs: 100, maxMs: 300 } } });
  stage.startgg.faults.failEvent(failing?.id ?? 0);
  stage.startgg.faults.failEvent(long?.id ?? 0);
  await stage.bot();

  const { id, message, handle } = await stage.begin({ game: '64423' });
  expect(handle.original()?.content).not.toMatch(LIVE);
  await stage.shows(message, /failed/);
  expect(read(message)).toContain(`${NASTY} · 2026-01-01 to now and upcoming`);
  for (const { embeds } of message.history) expect(textOf({ content: '', embeds })).not.toMatch(LIVE);

  const errors = await (await stage.click(message, 'Errors')).answer();
  expect(plainTextOf(errors)).not.toMatch(LIVE);
  expect(read(errors)).toContain(`${NASTY}: # Singles -# <@!4> > quote`);
  expect(read(errors)).toContain('…');
  for (const [command, options] of [
    ['import list', {}],
    ['import show', { job: String(id) }],
    ['status', {}],
    ['import cancel', { job: NASTY }],
    ['import startgg', { game: NASTY, since: NASTY }],
  ] as const) {
    const handle = await stage.type(command, options);
    const answer = await handle.answer();
    expect(plainTextOf(answer)).not.toMatch(LIVE);
    expect(answer.mentions).toMatchObject({ users: [], roles: [], everyone: false });
  }
});

/** What a message says, without the bold type that Herald itself sets names in. */
function plainTextOf(message: Message): string {
  return textOf(message).replaceAll(/\*\*(.*?)(?<!\\)\*\*/g, '$1');
}
