import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  DiscordAPIError,
  type Interaction,
  MessageFlags,
  RESTJSONErrorCodes,
  type RepliableInteraction,
} from 'discord.js';
import {
  BudgetExhaustedError,
  GiveUpError,
  RetryLaterError,
  SourceBlockedError,
  UserError,
} from '../errors.ts';
import type { Log } from '../log.ts';
import { type InteractionType, type Observer, UNOBSERVED } from '../metrics/observer.ts';
import { parseCustomId } from '../outbox/custom-id.ts';
import { duration, escapeText, shorten } from '../text.ts';
import { type Command, FormattedError, plain } from './command.ts';

/** Discord waits 3 s for choices (Discord docs, Receiving and Responding); people wait less gladly. */
const CHOICES_WITHIN_MS = 900;
const MAX_CHOICES = 25;
const MAX_CHOICE_LENGTH = 100;
const MAX_CONTENT_LENGTH = 2000;
const STOP_WITHIN_MS = 5_000;

/** Takes what people type and click to its handler. It acknowledges first and never throws. */
export class Interactions {
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #log: Log;
  readonly #observer: Observer;
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(commands: readonly Command[], log: Log, observer: Observer = UNOBSERVED) {
    this.#commands = new Map(commands.map((command) => [command.data.name, command]));
    this.#log = log;
    this.#observer = observer;
  }

  handle(interaction: Interaction): void {
    const work = this.#dispatch(interaction)
      .catch((error) => this.#unanswered(error, interaction.id))
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  /** Takes nothing more and waits for what is under way, at most 5 s. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const giveUp = new AbortController();
    const limit = delay(STOP_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => {});
    await Promise.race([Promise.allSettled(this.#running), limit]);
    giveUp.abort();
  }

  async #dispatch(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return await this.#suggest(interaction);
    if (!interaction.isRepliable()) return;
    if (this.#stopping.signal.aborted) {
      const content = 'Herald is restarting. Try again in a moment.';
      const reply = interaction.reply({ ...plain(content), flags: MessageFlags.Ephemeral });
      await this.#acknowledged('other', '', reply);
    } else if (interaction.isChatInputCommand()) await this.#runCommand(interaction);
    else if (interaction.isButton()) await this.#pressButton(interaction);
    else {
      await this.#acknowledged('other', '', interaction.deferReply({ flags: MessageFlags.Ephemeral }));
      await interaction.editReply(plain('Herald does not know this any more.'));
    }
  }

  async #runCommand(interaction: ChatInputCommandInteraction): Promise<void> {
    const { commandName } = interaction;
    const deferred = interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await this.#acknowledged('command', commandName, deferred);
    await this.#answered(interaction, { command: commandName }, async () => {
      const command = this.#commands.get(commandName);
      if (!command) throw new UserError(`This Herald has no command /${commandName} any more.`);
      await command.run(interaction, this.#stopping.signal);
    });
  }

  async #pressButton(interaction: ButtonInteraction): Promise<void> {
    const parsed = parseCustomId(interaction.customId);
    const handler = parsed && this.#commands.get(parsed.owner)?.buttons?.[parsed.action];
    const isUpdate = handler?.acknowledge === 'update';
    const deferred = isUpdate
      ? interaction.deferUpdate()
      : interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await this.#acknowledged('button', parsed?.owner ?? '', deferred);
    await this.#answered(interaction, { button: interaction.customId }, async () => {
      if (!parsed || !handler) throw new UserError('Herald does not know this button any more.');
      await handler.run(interaction, parsed.args);
    });
  }

  /**
   * Waits for an acknowledgement. What began it came in with this very turn of the event loop, unless `receivedAt` says
   * otherwise.
   *
   * @param name who is asked: whatever is no command of Herald's counts as unknown, however many names people send
   */
  async #acknowledged(
    type: InteractionType,
    name: string,
    acknowledgement: Promise<unknown>,
    receivedAt = performance.now(),
  ): Promise<void> {
    await acknowledgement;
    const command = this.#commands.has(name) ? name : 'unknown';
    this.#observer.acknowledged(type, command, (performance.now() - receivedAt) / 1000);
  }

  /** Runs a handler; whatever it throws is told to the person. */
  async #answered(
    interaction: RepliableInteraction,
    what: Record<string, string>,
    run: () => Promise<void>,
  ): Promise<void> {
    try {
      await run();
    } catch (error) {
      const answer = { ...plain(this.#wordsFor(error, what)), embeds: [], components: [] };
      // After deferUpdate, editing would overwrite the message that the button is on.
      if (interaction.isButton() && interaction.ephemeral === null)
        await interaction.followUp({ ...plain(answer.content), flags: MessageFlags.Ephemeral });
      else await interaction.editReply(answer);
    }
  }

  /** The person sees it already; what whoever runs this has to know fits on a line. */
  #unanswered(error: unknown, interaction: string): void {
    // Its own class: discord.js is CommonJS, and so has another copy of @discordjs/rest than what goes out.
    const code = error instanceof DiscordAPIError ? error.code : undefined;
    if (code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)
      this.#log.warn({ interaction }, 'another gateway with the same shards answered first: run only one');
    else if (code === RESTJSONErrorCodes.UnknownInteraction)
      this.#log.warn({ interaction }, 'interaction answered too late, or by another gateway');
    else this.#log.warn({ err: error, interaction }, 'interaction could not be answered');
  }

  #wordsFor(error: unknown, what: Record<string, string>): string {
    if (error instanceof FormattedError) return shorten(error.message, MAX_CONTENT_LENGTH);
    if (error instanceof UserError || error instanceof SourceBlockedError || error instanceof GiveUpError)
      return escapeLines(error.message);
    if (error instanceof BudgetExhaustedError)
      return `The source takes no more requests for ${duration(error.waitMs)}. Try again after that.`;
    const incident = randomBytes(4).toString('hex');
    if (error instanceof RetryLaterError) {
      this.#log.warn({ err: error, incident, ...what }, 'outside service failed a person');
      return `${escapeLines(error.message)}\nTry again in a few minutes.`;
    }
    this.#log.error({ err: error, incident, ...what }, 'interaction failed');
    return `Something went wrong on Herald's side. Whoever runs it finds the reason in the log under **${incident}**.`;
  }

  async #suggest(interaction: AutocompleteInteraction): Promise<void> {
    const receivedAt = performance.now();
    const typed = String(interaction.options.getFocused()).trim().slice(0, MAX_CHOICE_LENGTH);
    const fallback = typed ? [{ name: typed, value: typed }] : [];
    const giveUp = new AbortController();
    const late = delay(CHOICES_WITHIN_MS, fallback, { signal: giveUp.signal }).catch(() => fallback);
    const command = this.#stopping.signal.aborted ? undefined : this.#commands.get(interaction.commandName);
    const found = (command?.autocomplete?.(interaction) ?? Promise.resolve(fallback)).catch((error) => {
      this.#log.warn({ err: error, command: interaction.commandName }, 'autocomplete failed');
      return fallback;
    });
    const choices = await Promise.race([found, late]);
    giveUp.abort();
    const responded = interaction.respond(
      choices
        .slice(0, MAX_CHOICES)
        .map((choice) => ({ ...choice, name: shorten(choice.name, MAX_CHOICE_LENGTH) || choice.value })),
    );
    await this.#acknowledged('autocomplete', interaction.commandName, responded, receivedAt);
  }
}

function escapeLines(text: string): string {
  return shorten(text.split('\n').map(escapeText).join('\n'), MAX_CONTENT_LENGTH - 100);
}
