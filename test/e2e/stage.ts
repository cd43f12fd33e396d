import { Client } from 'pg';
import { test as base, expect, inject } from 'vitest';
import { commandDefinitions } from '../../src/app-commands.ts';
import { deployCommands } from '../../src/discord/deploy.ts';
import { createRest } from '../../src/discord/rest.ts';
import { Bot, type Env, runCli } from '../../src/sandbox/bot.ts';
import type { InteractionHandle } from '../../src/sandbox/discord/interaction-handle.ts';
import type { Message } from '../../src/sandbox/discord/messages.ts';
import type { Person } from '../../src/sandbox/discord/person.ts';
import { DISCORD_TOKEN, openPlace, type Place, type PlaceOptions } from '../../src/sandbox/place.ts';
import type { Startgg } from '../../src/sandbox/startgg/server.ts';
import { type Cli, type CliResult, startCli } from '../support/cli.ts';
import { discordContract } from '../support/contract.ts';
import { cloneDatabase } from '../support/databases.ts';
import { TEMPLATE } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { differences } from '../support/warehouse.ts';

/**
 * Discord waits 3 s for a first answer, which are kept where bots have the machine to themselves (the demo). Here several
 * share two processors.
 */
const ANSWER_WITHIN_MS = 10_000;

export const GAME = { game: '2XKO', since: '2026-01-01' };

export type StageOptions = PlaceOptions & {
  env?: Env;
  /** The database has no tables yet. */
  empty?: boolean;
};

type Spot = { guildId: string; channelId: string };
/** Who types, and where; the organiser in #results unless said otherwise. */
export type Typing = { by?: Person; at?: Spot };
type Options = Record<string, string | number | boolean>;

/** A job as its row says. */
export type Job = {
  id: number;
  state: string;
  phase: string | null;
  counters: Record<string, Record<string, number>>;
  error_count: number;
  reason: string | null;
};

/** An import that was begun by a command. */
export type Begun = { id: number; message: Message; handle: InteractionHandle };

/** The sandbox with a database of its own, and bots in it. Everything ends with the test. */
export class Stage {
  readonly place: Place;
  readonly sql: Client;
  readonly env: Env;
  /** Mentions that an announcement may ping: those of the people whom it is about. */
  readonly pingable = new Set<string>();
  readonly #handles: InteractionHandle[] = [];
  readonly #bots: Bot[] = [];
  readonly #commands: Cli[] = [];

  readonly #drop: () => Promise<void>;

  private constructor(place: Place, sql: Client, env: Env, drop: () => Promise<void>) {
    this.place = place;
    this.sql = sql;
    this.env = env;
    this.#drop = drop;
  }

  async close(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.stop('SIGKILL')));
    for (const cli of this.#commands) cli.signal('SIGKILL');
    await this.sql.end();
    await this.place.close();
    await this.#drop();
  }

  /** Opens the place, with the commands deployed. */
  static async open(options: StageOptions = {}): Promise<Stage> {
    const validate = await discordContract();
    // A bot that comes back at once would wait 5 s for Discord to let it identify again.
    const limits = { identify: { count: 1_000, perMs: 5_000 }, ...options.discord?.limits };
    const place = await openPlace({
      ...options,
      discord: {
        answerWithinMs: ANSWER_WITHIN_MS,
        ...options.discord,
        limits,
        ...(validate ? { validate } : {}),
      },
      startgg: { limit: false, ...options.startgg },
    });
    const database = await cloneDatabase(inject('postgresUrl'), options.empty ? 'template0' : TEMPLATE);
    const sql = new Client({ connectionString: database.url });
    await sql.connect();
    const env = {
      ...place.env,
      DATABASE_URL: database.url,
      STARTGG_REQUESTS_PER_MINUTE: '100000',
      ...options.env,
    };
    const stage = new Stage(place, sql, env, database.drop);
    const rest = createRest({ token: DISCORD_TOKEN, apiUrl: place.discord.url, shards: 'auto' });
    await deployCommands(rest, commandDefinitions);
    return stage;
  }

  get discord(): Place['discord'] {
    return this.place.discord;
  }

  get startgg(): Startgg {
    return this.place.startgg;
  }

  get speedgaming(): Place['speedgaming'] {
    return this.place.speedgaming;
  }

  get here(): Spot {
    return { guildId: this.place.guild.id, channelId: this.place.channel.id };
  }

  /** Starts a bot and waits until it works. */
  async bot(env: Env = {}): Promise<Bot> {
    const bot = this.launch(env);
    await bot.ready();
    return bot;
  }

  /** Starts a bot without waiting. */
  launch(env: Env = {}): Bot {
    const bot = new Bot({ ...this.env, ...env });
    this.#bots.push(bot);
    return bot;
  }

  /** Runs a command of the CLI to its end. */
  async cli(...args: string[]): Promise<CliResult> {
    return await runCli(this.env, args);
  }

  /** Starts a command of the CLI, to be interrupted. */
  startCli(...args: string[]): Cli {
    const cli = startCli(this.env, args);
    this.#commands.push(cli);
    return cli;
  }

  /** Types a command, such as "import list" or "tournament link speedgaming". */
  async type(command: string, options: Options = {}, { by, at }: Typing = {}): Promise<InteractionHandle> {
    const person = by ?? this.place.organiser;
    const handle = await person.command({ ...this.here, ...at, ...pathOf(command), options });
    this.#handles.push(handle);
    return handle;
  }

  /**
   * What is offered while an option is typed. Where the database is late, Herald offers what was typed, and people type on:
   * so it is asked again, a few times.
   */
  async offered(command: string, focused: string, value = '', { by, at }: Typing = {}) {
    const person = by ?? this.place.organiser;
    for (let attempt = 1; ; attempt++) {
      const choices = await person.autocomplete({ ...this.here, ...at, ...pathOf(command), focused, value });
      if (attempt === 3 || choices.some(({ name }) => name !== value)) return choices;
    }
  }

  /** Types a command and gives the text of its answer; where the answer changes, once it reads like `pattern`. */
  async ask(
    command: string,
    options: Options = {},
    typing: Typing & { until?: RegExp } = {},
  ): Promise<string> {
    const handle = await this.type(command, options, typing);
    const message = await handle.answer();
    const { until: pattern = /./ } = typing;
    await this.discord
      .waitFor(() => pattern.test(textOf(message)), { what: `${command} → ${pattern}` })
      .catch((error) => {
        throw new Error(`${error.message}; it says:\n${textOf(message)}`);
      });
    return textOf(message);
  }

  /** Clicks a button; who does so is the organiser unless said otherwise. */
  async click(message: Message, button: string, by = this.place.organiser): Promise<InteractionHandle> {
    const handle = await by.click(message, button);
    this.#handles.push(handle);
    return handle;
  }

  /** Types /import startgg and waits for the link to the status message. */
  async begin(options: Options = {}, typing: Typing = {}): Promise<Begun> {
    const handle = await this.type('import startgg', { ...GAME, ...options }, typing);
    const answer = await handle.answer();
    const link = await this.discord.waitFor(() => LINK.exec(answer.content), {
      what: `a link in: ${answer.content}`,
    });
    const id = Number(/import (\d+)/i.exec(answer.content)?.[1]);
    const message = this.discord.channel(link[2] ?? '').messages.find((each) => each.id === link[3]);
    if (!message) throw new Error(`the linked message is not there: ${answer.content}`);
    return { id, message, handle };
  }

  /**
   * Lets start.gg answer nothing but searches for games, until the function that is returned is called: what is being
   * imported stays so.
   *
   * @param after how many requests, counted from the first one ever, it answers nevertheless
   */
  hold(after = 0): () => void {
    const held = Promise.withResolvers<void>();
    this.startgg.onRequest = async (n, { operationName }) => {
      if (n > after && !/videogame/i.test(operationName ?? '')) await held.promise;
    };
    return () => {
      this.startgg.onRequest = undefined;
      held.resolve();
    };
  }

  /** The status messages in a channel: what the bot posted for everyone, oldest first. */
  posted(channelId = this.here.channelId): Message[] {
    const { botId } = this.discord.world.application;
    return this.discord.channel(channelId).messages.filter(({ author }) => author.id === botId);
  }

  /** Waits until a message reads like this. */
  async shows(message: Message, pattern: RegExp, timeoutMs = 90_000): Promise<void> {
    await this.discord
      .waitFor(() => pattern.test(textOf(message)), { timeoutMs, what: `${pattern}` })
      .catch((error) => {
        throw new Error(`${error.message}; the message says:\n${textOf(message)}`);
      });
  }

  async job(id: number): Promise<Job> {
    const { rows } = await this.sql.query<Job>('select * from import_job where id = $1', [id]);
    if (!rows[0]) throw new Error(`there is no import ${id}`);
    return rows[0];
  }

  /** Waits until a job is in a state. */
  async reaches(id: number, state: string, timeoutMs = 90_000): Promise<Job> {
    const look = async () => {
      const job = await this.job(id);
      return job.state === state && job;
    };
    return await until(`import ${id} is ${state}`, look, timeoutMs);
  }

  /** Where the rows are other than start.gg's truth. */
  async differences(since = GAME.since): Promise<string[]> {
    const truth = this.startgg.world.truth({ videogameId: 64423, since: new Date(since) });
    return await differences(this.sql, truth);
  }

  /** The counters of an import into an empty database: every row counted once, as new. */
  freshCounters(): Job['counters'] {
    const truth = this.startgg.world.truth({ videogameId: 64423, since: new Date(GAME.since) });
    const all = ({ length }: unknown[]) => ({
      done: length,
      total: length,
      new: length,
      changed: 0,
      unchanged: 0,
      gone: 0,
    });
    return {
      tournaments: all(truth.startgg_tournament),
      events: all(truth.startgg_event),
      entrants: all(truth.startgg_entrant),
      sets: all(truth.startgg_set),
    };
  }

  /** What has to hold of every story: in time, in form, and nobody pinged. */
  checkManners(): void {
    for (const { interaction, failed } of this.#handles)
      expect({ interaction: interaction.commandName, failed }).toMatchObject({ failed: false });
    const channels = [...this.discord.world.channels.keys()];
    const pinged = channels.flatMap((id) => this.posted(id).flatMap((message) => message.pinged));
    expect(pinged.filter((mention) => !this.pingable.has(mention))).toEqual([]);
    expect(this.discord.violations).toEqual([]);
  }
}

/**
 * A test with stages of its own, which end with it. On each it is checked that everything was acknowledged in time, that
 * nobody was pinged, and that Discord would have taken every request.
 */
export const test = base.extend<{ open: (options?: StageOptions) => Promise<Stage> }>({
  open: async ({ task: _ }, use) => {
    const stages: Stage[] = [];
    await use(async (options) => {
      const stage = await Stage.open(options);
      stages.push(stage);
      return stage;
    });
    try {
      for (const stage of stages) stage.checkManners();
    } finally {
      for (const stage of stages) await stage.close();
    }
  },
});

/** The parts of a command as it is typed. */
function pathOf(command: string) {
  const [name = '', ...path] = command.split(' ');
  const [subcommand, group] = path.toReversed();
  return { name, group, subcommand };
}

const LINK = /discord\.com\/channels\/(\d+)\/(\d+)\/(\d+)/;

/** All that a message says. */
export function textOf({ content, embeds }: Pick<Message, 'content' | 'embeds'>): string {
  const parts = embeds.flatMap((embed) => [
    embed.title,
    embed.description,
    ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value]),
    embed.footer?.text,
  ]);
  return [content, ...parts].filter(Boolean).join('\n');
}

/** Labels of the buttons that can be pressed. */
export function buttonsOf(message: Message): string[] {
  const rows = message.components as { components?: { label?: string; disabled?: boolean }[] }[];
  return rows
    .flatMap((row) => row.components ?? [])
    .filter(({ disabled }) => !disabled)
    .map(({ label }) => label ?? '');
}
