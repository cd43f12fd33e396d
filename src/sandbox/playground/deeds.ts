import { z } from 'zod';
import type { InteractionHandle } from '../discord/interaction-handle.ts';
import { completeSet, renamePlayer, resetBracket } from './games.ts';
import { Impossible } from './impossible.ts';
import { addMatch, cancelMatch, moveMatch } from './matches.ts';
import { PERSON_KEYS } from './people.ts';
import type { Playground } from './playground.ts';
import type { Deed, Done, PersonKey, Place } from './protocol.ts';

export const person = z.enum(PERSON_KEYS as [PersonKey, ...PersonKey[]]);
export const place = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('channel'), guildId: z.string(), channelId: z.string() }),
  z.object({ kind: z.literal('events'), guildId: z.string() }),
  z.object({ kind: z.literal('direct') }),
]);
const typed = {
  person,
  place,
  name: z.string(),
  group: z.string().optional(),
  subcommand: z.string().optional(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
};
const name = z.string().trim().min(1).max(200);
const [gameId, matchId] = [z.int(), z.int()];

/** In minutes. */
const YEAR = 60 * 24 * 365;

/** What a page may ask for. */
export const deed = z.discriminatedUnion('do', [
  z.object({ do: z.literal('command'), ...typed }),
  z.object({ do: z.literal('autocomplete'), ...typed, focused: z.string(), value: z.string() }),
  z.object({ do: z.literal('click'), person, messageId: z.string(), customId: z.string() }),
  z.object({
    do: z.literal('select'),
    person,
    messageId: z.string(),
    customId: z.string(),
    values: z.array(z.string()),
  }),
  z.object({ do: z.literal('say'), person, channelId: z.string(), content: z.string().min(1).max(2_000) }),
  z.object({ do: z.literal('delete'), person, messageId: z.string() }),
  z.object({ do: z.literal('inbox'), person, isOpen: z.boolean() }),
  z.object({ do: z.literal('interest'), person, eventId: z.string(), isInterested: z.boolean() }),
  z.object({ do: z.literal('complete-set'), gameId }),
  z.object({ do: z.literal('rename-player'), gameId, name }),
  z.object({ do: z.literal('reset-bracket'), gameId }),
  z.object({ do: z.literal('add-match') }),
  z.object({ do: z.literal('move-match'), matchId, minutes: z.int().min(-YEAR).max(YEAR) }),
  z.object({ do: z.literal('cancel-match'), matchId, isCancelled: z.boolean() }),
  z.object({ do: z.literal('approve-match'), matchId, isApproved: z.boolean() }),
  z.object({ do: z.literal('swap-opponent'), matchId, name }),
  z.object({
    do: z.literal('mood'),
    service: z.enum(['discord', 'startgg', 'speedgaming']),
    mood: z.enum(['well', 'slow', 'limited', 'broken', 'lying']),
  }),
  z.object({ do: z.literal('cut-gateway') }),
  z.object({ do: z.literal('bot'), what: z.enum(['kill', 'start']) }),
  z.object({
    do: z.literal('skip'),
    minutes: z
      .int()
      .min(1)
      .max(60 * 24 * 31),
  }),
  z.object({ do: z.literal('speed'), speed: z.union([z.literal(1), z.literal(60), z.literal(600)]) }),
]) satisfies z.ZodType<Deed>;

type Act<Kind extends Deed['do']> = (
  playground: Playground,
  deed: Extract<Deed, { do: Kind }>,
) => Promise<Done> | Done;

const MINUTE_MS = 60_000;
const inDiscord = ({ services, people }: Playground, key: PersonKey) => services.discord.person(people[key]);
const at = (where: Place) => (where.kind === 'channel' ? where : {});

const ACTS: { [Kind in Deed['do']]: Act<Kind> } = {
  async command(playground, { person, place, ...command }) {
    if (place.kind === 'events')
      throw new Impossible('Commands are typed in a channel, or in direct messages.');
    return await answered(await inDiscord(playground, person).command({ ...at(place), ...command }));
  },
  async autocomplete(playground, { person, place, ...command }) {
    return { choices: await inDiscord(playground, person).autocomplete({ ...at(place), ...command }) };
  },
  async click(playground, { person, messageId, customId }) {
    const message = messageOf(playground, messageId);
    return await answered(await inDiscord(playground, person).click(message, customId));
  },
  async select(playground, { person, messageId, customId, values }) {
    const message = messageOf(playground, messageId);
    return await answered(await inDiscord(playground, person).select(message, customId, values));
  },
  say(playground, { person, channelId, content }) {
    inDiscord(playground, person).say(channelId, content);
    return {};
  },
  delete(playground, { person, messageId }) {
    inDiscord(playground, person).deleteMessage(messageOf(playground, messageId).channelId, messageId);
    return {};
  },
  inbox({ services, people }, { person, isOpen }) {
    services.discord.world.setAcceptsDms(people[person], isOpen);
    return {};
  },
  interest({ services, people }, { person, eventId, isInterested }) {
    services.discord.world.interest(eventId, people[person], isInterested);
    return {};
  },
  'complete-set': ({ services }, { gameId }) => ({ said: completeSet(services.startgg.world, gameId) }),
  'rename-player': ({ services }, { gameId, name }) => ({
    said: renamePlayer(services.startgg.world, gameId, name),
  }),
  'reset-bracket': ({ services }, { gameId }) => ({ said: resetBracket(services.startgg.world, gameId) }),
  'add-match'({ services, people }) {
    addMatch(services.speedgaming.world, people);
    return { said: 'A match of the player is on the schedule at SpeedGaming.' };
  },
  'move-match'({ services }, { matchId, minutes }) {
    moveMatch(services.speedgaming.world, matchId, minutes);
    return {};
  },
  'cancel-match'({ services }, { matchId, isCancelled }) {
    cancelMatch(services.speedgaming.world, matchId, isCancelled);
    return {};
  },
  'approve-match'({ services }, { matchId, isApproved }) {
    services.speedgaming.world.approve(matchId, isApproved);
    return {};
  },
  'swap-opponent'({ services }, { matchId, name }) {
    services.speedgaming.world.swapPlayer(matchId, 1, { displayName: name });
    return {};
  },
  mood({ moods }, { service, mood }) {
    moods.set(service, mood);
    return {};
  },
  'cut-gateway'({ services }) {
    services.discord.gateway.cut();
    return { said: 'The connection between Discord and the bot was cut.' };
  },
  async bot({ keeper }, { what }) {
    await (what === 'kill' ? keeper.kill() : keeper.start());
    return { said: what === 'kill' ? 'The bot was killed (kill -9).' : 'The bot runs.' };
  },
  async skip({ time }, { minutes }) {
    await time.skip(minutes * MINUTE_MS);
    return { said: `It is ${minutes} minutes later.` };
  },
  speed({ time }, { speed }) {
    time.speed = speed;
    return {};
  },
};

/** Does what a page asked for. @throws ClientRefusal, Impossible and Errors of the worlds, with words for people */
export async function perform(playground: Playground, deed: Deed): Promise<Done> {
  const act = ACTS[deed.do] as Act<Deed['do']>;
  return await act(playground, deed as never);
}

/** What the bot answers stands in the channel; whoever waits in vain is told so, as the client does. */
async function answered(handle: InteractionHandle): Promise<Done> {
  await handle.waitFor(({ acknowledgedAfterMs, failed }) => acknowledgedAfterMs !== undefined || failed, {
    timeoutMs: 5_000,
  });
  if (handle.failed) throw new Impossible('The application did not respond');
  return {};
}

function messageOf({ services }: Playground, id: string) {
  const message = services.discord.messages.get(id);
  if (!message) throw new Impossible('The message is not there any more.');
  return message;
}
