import { Bot, runCli } from './bot.ts';
import { answerTo, type Scene, say, show, step, textOf, until } from './demo-scene.ts';
import type { Place } from './place.ts';
import { setId, setState, setsOf } from './startgg/model.ts';

const IMPORT = { name: 'import', subcommand: 'startgg', options: { game: '2XKO', since: '2026-01-01' } };

/** Requests after which the greater part of the import is read. It takes about 37. */
const MIDDLE = 24;

export async function deployCommands({ env }: Scene): Promise<void> {
  step('The slash commands are deployed');
  const deployed = await runCli(env, ['commands', 'deploy']);
  if (deployed.code !== 0) throw new Error(deployed.err);
  say(`   ${deployed.out.trim()}`);
}

export async function startBot(scene: Scene): Promise<void> {
  step('The bot starts: embedded PostgreSQL, its tables, its connection to Discord');
  await launch(scene);
}

async function launch(scene: Scene): Promise<void> {
  scene.signal.throwIfAborted();
  scene.bot = new Bot(scene.env);
  await scene.bot.ready();
}

export async function importGame(scene: Scene): Promise<void> {
  step('An organiser imports a game');
  show(scene, await answerTo(scene, IMPORT));
  show(scene, await until(scene, /Importing · [1-9]/));
}

/** Kills the bot in the middle of the import, and shows the same message going on to its end. */
export async function surviveKill(scene: Scene): Promise<void> {
  const message = await until(scene, /Importing · [1-9]/);
  // The message is edited every two seconds; on a fast machine the import might be over before it says so.
  await Promise.race([
    until(scene, /Importing · [2-9]\d %/),
    scene.place.startgg.waitFor((requests) => requests.length >= MIDDLE, 300_000),
  ]);
  await scene.bot?.stop('SIGKILL');
  const killedAt = percentOf(textOf(message));
  step(`At ${killedAt} % the bot was killed (kill -9), and is started again`);
  await launch(scene);
  say('   It is back. Within 30 s it takes the import up where it stopped, in the same message:');
  const goesOn = () => percentOf(textOf(message)) > killedAt || /Done/.test(textOf(message));
  await scene.place.discord.waitFor(goesOn, { timeoutMs: 300_000, what: 'the import going on' });
  if (!/Done/.test(textOf(message))) {
    show(scene, message);
    say('   … and at the end:');
  }
  show(scene, await until(scene, /Done/));
}

export async function importAgain(scene: Scene): Promise<void> {
  const { place, isFast } = scene;
  step('Meanwhile a set is played; the same import again finds just that');
  say(
    `   Set ${playSomething(place)} is completed at start.gg. Its winner and its loser go on to their next`,
  );
  say('   sets, so up to three sets change.');
  show(scene, await answerTo(scene, IMPORT));
  const messages = () => place.discord.channel(place.channel).messages;
  await place.discord.waitFor(() => messages().length > 1, { what: 'a second message' });
  show(scene, await until(scene, /Done[\s\S]*[1-9]\d* changed/));
  const edits = messages().map((message) => message.history.length - 1);
  say(`\nEach import kept to one message in #results, edited ${edits.join(' and ')} times.`);
  const { requests } = place.startgg;
  const peak = isFast ? '' : `, at most ${place.startgg.maxInAnyWindow(60_000)} in any 60 s`;
  say(`start.gg saw ${requests.length} requests${peak}.`);
}

const percentOf = (text: string) => Number(/(\d+) %/.exec(text)?.[1] ?? 0);

/** Completes a set that is being played, or about to be, at start.gg. Returns its id. */
function playSomething({ startgg: { world } }: Place): string {
  for (const event of world.events({ videogameId: 64423 }))
    for (const set of setsOf(world.bracket(event)))
      if (!set.bye && (set.state === setState.active || set.state === setState.called)) {
        world.completeSet(setId(set));
        return String(setId(set));
      }
  throw new Error('no set is open');
}
