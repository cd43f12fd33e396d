import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Bot, type Env, runCli } from './bot.ts';
import type { Message } from './discord/messages.ts';
import { renderMessage } from './discord/render.ts';
import { openPlace, type Place, smallWorld } from './place.ts';
import { setId, setState, setsOf } from './startgg/model.ts';

const USAGE = `The main job, on this machine alone: a Discord and a start.gg to try with, and the real bot between them.

  npm run demo                 at the real limits: answers take 0.3 to 3 s, 80 requests in 60 s
  npm run demo -- --fast       quicker answers, no limit
`;

const say = (text: string) => void process.stdout.write(`${text}\n`);
const step = (text: string) => say(`\n━━ ${text}`);

/** Shows a message as a person sees it, each time that it has changed by a step worth seeing. */
function show(message: Message): void {
  say(
    renderMessage(message)
      .split('\n')
      .map((line) => `   ${line}`)
      .join('\n'),
  );
}

const textOf = (message: Message) => message.embeds[0]?.description ?? message.content;

async function answerTo(place: Place, subcommand: string, options: Record<string, string>): Promise<Message> {
  const { guild, channel, organiser, discord } = place;
  const typed = Object.entries(options).map(([name, value]) => `${name}:${value}`);
  say(`   Organiser types /import ${[subcommand, ...typed].join(' ')}`);
  const handle = await organiser.command({
    guildId: guild.id,
    channelId: channel.id,
    name: 'import',
    subcommand,
    options,
  });
  const first = await handle.answer();
  await discord.waitFor(() => /discord\.com|already|\*\*/.test(first.content), { what: 'the answer' });
  return first;
}

/** Waits until the channel's newest message reads like this. */
async function until(place: Place, pattern: RegExp, timeoutMs = 300_000): Promise<Message> {
  const { discord, channel } = place;
  const found = () => discord.channel(channel).messages.findLast((message) => pattern.test(textOf(message)));
  return (await discord.waitFor(found, { timeoutMs, what: `a message with ${pattern}` })) as Message;
}

async function tell(place: Place, env: Env): Promise<void> {
  step('The slash commands are deployed');
  const deployed = await runCli(env, ['commands', 'deploy']);
  if (deployed.code !== 0) throw new Error(deployed.err);
  say(`   ${deployed.out.trim()}`);

  step('The bot starts: embedded PostgreSQL, its tables, its connection to Discord');
  let bot = new Bot(env);
  try {
    await bot.ready();
    step('An organiser imports a game');
    show(await answerTo(place, 'startgg', { game: '2XKO', since: '2026-01-01' }));
    show(await until(place, /Importing · [1-9]/));
    step('In the middle of it the bot is killed (kill -9) and started again');
    await until(place, /Importing · [2-9]\d %/);
    await bot.stop('SIGKILL');
    bot = new Bot(env);
    await bot.ready();
    show(await until(place, /Done/));

    step('Meanwhile a set is played; the same import again finds just that');
    const set = playSomething(place);
    say(`   Set ${set} is completed at start.gg`);
    await answerTo(place, 'startgg', { game: '2XKO', since: '2026-01-01' });
    const messages = () => place.discord.channel(place.channel).messages;
    await place.discord.waitFor(() => messages().length > 1, { what: 'a second message' });
    show(await until(place, /Done[\s\S]*[1-9]\d* changed/));
    say(
      `\nEach import kept to one message in #results, edited ${messages()
        .map((message) => message.history.length - 1)
        .join(' and ')} times.`,
    );
    say(
      `start.gg saw ${place.startgg.requests.length} requests, at most ${place.startgg.maxInAnyWindow(60_000)} in any 60 s.`,
    );
  } finally {
    await bot.stop();
  }
}

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

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fast: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return say(USAGE);
  const dataDir = await mkdtemp(join(tmpdir(), 'herald-demo-'));
  await chmod(dataDir, 0o755);
  // A bot that was killed and comes back at once would wait 5 s for Discord to let it identify again.
  const discord = { limits: { identify: { count: 100, perMs: 5_000 } } };
  const latency = values.fast ? { minMs: 50, maxMs: 250 } : { minMs: 300, maxMs: 3_000 };
  const startgg = { latency, ...(values.fast ? { limit: false as const } : {}) };
  const place = await openPlace({ discord, startgg, world: smallWorld(values.fast ? 60 : 18) });
  const env = {
    ...place.env,
    DATA_DIR: dataDir,
    ...(values.fast ? { STARTGG_REQUESTS_PER_MINUTE: '100000' } : {}),
  };
  try {
    await tell(place, env);
    step('That was Herald. `npm start` runs it with a real token; the README tells how to get one.');
  } finally {
    await runCli(env, ['database', 'stop']);
    await place.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

await main();
