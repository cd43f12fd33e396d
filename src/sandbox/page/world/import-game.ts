import type { Done, GameView, Place, View } from '../../playground/protocol.ts';
import type { Sandbox } from '../sandbox.ts';

/** Types `/import startgg` for a game, as the organiser. */
export async function importGame(sandbox: Sandbox, game: GameView): Promise<Done | undefined> {
  // Where the outsider is, the organiser is not.
  if (sandbox.view.me === 'outsider') await sandbox.go('organiser');
  const place = channelAtHand(sandbox.view);
  if (!place) {
    sandbox.refuse('There is no channel in sight to import in: go to a server first.');
    return undefined;
  }
  return await sandbox.act({
    do: 'command',
    person: 'organiser',
    place,
    name: 'import',
    subcommand: 'startgg',
    options: { game: game.name, since: game.since },
  });
}

/** The channel that is looked at, or the first one of the first server. */
export function channelAtHand({ place, guilds }: View): Place | undefined {
  if (place.kind === 'channel') return place;
  const guild = guilds[0];
  const channel = guild?.channels[0];
  return guild && channel && { kind: 'channel', guildId: guild.id, channelId: channel.id };
}
