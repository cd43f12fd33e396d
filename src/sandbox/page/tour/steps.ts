import type { Deed, Place, View } from '../../playground/protocol.ts';
import { Refusal } from '../connection.ts';
import type { Sandbox } from '../sandbox.ts';
import { channelAtHand, importGame } from '../world/import-game.ts';

/** A step of the tour. `doIt` does it the way that a person would. */
export type Step = {
  title: string;
  text: string;
  isDone: (view: View) => boolean;
  doIt: (sandbox: Sandbox) => Promise<void>;
};

const SLUG = 'autumncup';

/** The tour, from an empty server to a bot that was killed and went on. */
export const STEPS: Step[] = [
  {
    title: 'Link a schedule',
    text: `As the organiser, type /tournament link speedgaming with the slug ${SLUG}. Herald reads the schedule, and from then on keeps Discord in step with it.`,
    isDone: ({ tour }) => tour.isLinked,
    async doIt(sandbox) {
      const place = await goAsOrganiser(sandbox);
      await act(sandbox, {
        do: 'command',
        person: 'organiser',
        place,
        name: 'tournament',
        group: 'link',
        subcommand: 'speedgaming',
        options: { slug: SLUG },
      });
      await sandbox.until(({ tour }) => tour.isLinked, 'the schedule is not linked');
    },
  },
  {
    title: 'See the direct message',
    text: 'As the player, type /notifications on. Then put a match on the schedule, under SpeedGaming on the right: the player hears of it in the direct messages.',
    isDone: ({ tour }) => tour.isTold,
    async doIt(sandbox) {
      const { place } = await sandbox.go('player', channelAtHand(sandbox.view));
      await act(sandbox, {
        do: 'command',
        person: 'player',
        place,
        name: 'notifications',
        subcommand: 'on',
        options: {},
      });
      await act(sandbox, { do: 'add-match' });
      await sandbox.go('player', { kind: 'direct' });
      await sandbox.until(({ tour }) => tour.isTold, 'no message came', 120_000);
    },
  },
  {
    title: 'Import a game',
    text: 'As the organiser, import the small game from start.gg: with /import startgg, since the day that stands on the right, or with the button there. One message in the channel shows how far it is.',
    isDone: ({ tour }) => tour.import !== 'none',
    async doIt(sandbox) {
      await goAsOrganiser(sandbox);
      await startImport(sandbox, 'small');
    },
  },
  {
    title: 'Pause and resume',
    text: 'Press Pause under the status message of the import, and then Resume. It goes on where it stopped.',
    isDone: ({ tour }) => tour.wasPaused && tour.wasResumed,
    async doIt(sandbox) {
      await goAsOrganiser(sandbox);
      // The small game may be done by now: then another one is needed.
      if (!usableButton(sandbox.view, 'Pause')) await startImport(sandbox, 'medium');
      await press(sandbox, 'Pause');
      await sandbox.until(({ tour }) => tour.wasPaused, 'the import is not paused');
      await press(sandbox, 'Resume');
      await sandbox.until(({ tour }) => tour.wasResumed, 'the import does not go on');
    },
  },
  {
    title: 'Kill the bot',
    text: 'In the middle of an import, kill the bot under Bot on the right, as hard as the system can. Start it again and watch it go on: nothing is lost, and nothing is said twice.',
    isDone: ({ tour }) => tour.wasKilled && tour.wentOn,
    async doIt(sandbox) {
      await goAsOrganiser(sandbox);
      if (sandbox.view.tour.import !== 'running') await startImport(sandbox, 'medium');
      await sandbox.until(({ tour }) => tour.import === 'running', 'no import is running');
      await act(sandbox, { do: 'bot', what: 'kill' });
      await sandbox.until(({ bot }) => bot.state === 'stopped', 'the bot is not dead');
      await act(sandbox, { do: 'bot', what: 'start' });
      await sandbox.until(({ tour }) => tour.wentOn, 'the import does not go on', 120_000);
    },
  },
];

/** Does a deed; a refusal ends the step. */
async function act(sandbox: Sandbox, deed: Deed): Promise<void> {
  if (!(await sandbox.act(deed))) throw new Refusal(sandbox.sight.refusal);
}

/** Looks at a channel as the organiser, and gives it. */
async function goAsOrganiser(sandbox: Sandbox): Promise<Place> {
  return (await sandbox.go('organiser', channelAtHand(sandbox.view))).place;
}

async function startImport(sandbox: Sandbox, size: 'small' | 'medium'): Promise<void> {
  const { games } = sandbox.view;
  const game = games.find((each) => each.size === size) ?? games[0];
  if (!game) throw new Refusal('There is no game at start.gg.');
  if (!(await importGame(sandbox, game))) throw new Refusal(sandbox.sight.refusal);
  await sandbox.until(({ tour }) => tour.import !== 'none', 'no import has begun');
}

/** Presses a button of the status message as soon as it can be pressed. */
async function press(sandbox: Sandbox, label: string): Promise<void> {
  const view = await sandbox.until(
    (each) => usableButton(each, label) !== undefined,
    `there is no button ${label}`,
  );
  const button = usableButton(view, label);
  if (button) await act(sandbox, { do: 'click', person: view.me, ...button });
}

/** The newest button with a label that can be pressed. */
function usableButton(view: View, label: string): { messageId: string; customId: string } | undefined {
  for (const message of view.messages.toReversed())
    for (const button of message.components.flatMap((row) => row.components ?? []))
      if (button.label === label && !button.disabled && button.custom_id)
        return { messageId: message.id, customId: button.custom_id };
  return undefined;
}
