import { DiscordAPIError, HTTPError } from '@discordjs/rest';
import { expect, it } from 'vitest';
import { failureOf } from '../../src/discord/errors.ts';
import { eventFailureOf } from '../../src/discord/event-calls.ts';

const URL = 'https://discord.com/api/v10/channels/1/messages';
const answered = (status: number, code: number) =>
  new DiscordAPIError({ code, message: 'words' }, code, status, 'POST', URL, {});

it.each([
  ['a token that was reset', answered(401, 0), 'unreachable'],
  [
    'the same without Discord’s own words',
    new HTTPError(401, 'Unauthorized', 'POST', URL, {}),
    'unreachable',
  ],
  ['a token that is missing since', new Error('Expected token to be set for this request'), 'unreachable'],
  ['a fault at Discord’s', answered(502, 0), 'unreachable'],
  ['a body that is not taken', answered(400, 50035), 'refused'],
  ['a proxy that forbids it', new HTTPError(403, 'Forbidden', 'POST', URL, {}), 'refused'],
  ['a channel without permission', answered(403, 50013), 'closed'],
  ['a message that was deleted', answered(404, 10008), 'gone'],
])('%s', (_, error, kind) => {
  expect(failureOf(error)).toMatchObject({ kind });
});

it('of events are sorted alike, and by what holds of events alone', () => {
  expect(eventFailureOf(answered(401, 0))).toEqual({ kind: 'unreachable' });
  expect(eventFailureOf(answered(400, 30038))).toEqual({ kind: 'full' });
});
