import type {
  ApplicationCommandOptionChoiceData,
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  InteractionEditReplyOptions,
  RESTPostAPIChatInputApplicationCommandsJSONBody,
} from 'discord.js';
import { UserError } from '../errors.ts';

export type CommandData = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** Something a person can type. The dispatcher acknowledges every interaction before it calls any of these. */
export type Command = {
  data: CommandData;
  /**
   * Answers with `editReply` (the deferred reply is ephemeral). A UserError thrown is shown to the person.
   *
   * @param signal ends when the process is about to: what only waits shall stop then
   */
  run(interaction: ChatInputCommandInteraction, signal: AbortSignal): Promise<void>;
  /** Choices from the database alone; what is typed is offered when this takes too long. */
  autocomplete?(interaction: AutocompleteInteraction): Promise<ApplicationCommandOptionChoiceData<string>[]>;
  /** By the action in the custom id (`command:action:arguments`). */
  buttons?: Record<string, ButtonHandler>;
};

export type ButtonHandler = {
  /** `reply`: answered with a new ephemeral message. `update`: the message with the button changes, or nothing does. */
  acknowledge: 'reply' | 'update';
  run(interaction: ButtonInteraction, args: string[]): Promise<void>;
};

/** A UserError whose message is Discord markdown already: what comes from outside in it is escaped. */
export class FormattedError extends UserError {
  override name = 'FormattedError';
}

/** Text that pings nobody, whatever it holds. */
export function plain(content: string): InteractionEditReplyOptions & { content: string } {
  return { content, allowedMentions: { parse: [] } };
}
