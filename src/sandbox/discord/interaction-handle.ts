import type { Json } from './form.ts';
import type { Interaction } from './interactions.ts';
import type { Message } from './messages.ts';
import type { Parts } from './sandbox.ts';

/** What a person sees of an interaction that they started. */
export class InteractionHandle {
  readonly interaction: Interaction;
  readonly #parts: Parts;

  constructor(parts: Parts, interaction: Interaction) {
    this.#parts = parts;
    this.interaction = interaction;
  }

  /** The answer as it is now; undefined before it came and after it was deleted. */
  original(): Message | undefined {
    const { original } = this.interaction;
    return original?.deletedAt === undefined ? original : undefined;
  }

  /** Further messages, oldest first. */
  get followups(): Message[] {
    return this.interaction.followups.filter((message) => message.deletedAt === undefined);
  }

  /** How long the bot took for its first answer, in ms. */
  get acknowledgedAfterMs(): number | undefined {
    const { answeredAt, createdAt } = this.interaction;
    return answeredAt === undefined ? undefined : answeredAt - createdAt;
  }

  /** "The application did not respond". */
  get failed(): boolean {
    return this.#parts.interactions.hasFailed(this.interaction);
  }

  /** Whether the bot is shown as "thinking…". */
  get thinking(): boolean {
    return ((this.original()?.flags ?? 0) & (1 << 7)) !== 0;
  }

  /** What autocomplete offered. */
  get choices(): { name: string; value: string | number }[] | undefined {
    return this.interaction.choices;
  }

  /** The form that was opened. */
  get modal(): Json | undefined {
    return this.interaction.modal;
  }

  /** Resolves with this handle once the condition holds. */
  async waitFor(
    condition: (handle: this) => unknown,
    options: { timeoutMs?: number; what?: string } = {},
  ): Promise<this> {
    const what = options.what ?? `the interaction /${this.interaction.commandName ?? this.interaction.id}`;
    await this.#parts.bus.waitFor(() => Boolean(condition(this)), { ...options, what });
    return this;
  }

  /** Resolves with the answer once it is there and no longer "thinking…". @throws when the bot did not respond */
  async answer(options: { timeoutMs?: number } = {}): Promise<Message> {
    await this.waitFor((handle) => handle.failed || (handle.original() && !handle.thinking), options);
    const message = this.original();
    if (!message) throw new Error('The application did not respond');
    return message;
  }
}
