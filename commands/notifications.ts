import {
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord-api-types/v10';
import type { Database } from '../src/database/database.ts';
import { type Command, type CommandData, plain } from '../src/discord/command.ts';
import { UserError } from '../src/errors.ts';
import { erasedAccounts } from '../src/matches/privacy/erased.ts';
import {
  askForMessages,
  MAX_REMINDER_MINUTES,
  type Preferences,
  preferencesOf,
  setReminder,
  stopMessages,
} from '../src/outbox/preferences.ts';
import { stamp } from '../src/text.ts';

const subcommand = (name: string, description: string) => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  description,
});

/** `/notifications` as it is registered with Discord. */
export const notificationsData: CommandData = {
  name: 'notifications',
  description: 'Direct messages about your matches, in all servers',
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
  options: [
    subcommand('on', 'Get direct messages about matches that you play in or help with'),
    subcommand('off', 'Get no direct messages from Herald'),
    subcommand('show', 'What you have set'),
    {
      ...subcommand('reminder', 'How long before a match you are reminded of it'),
      options: [
        {
          type: ApplicationCommandOptionType.Integer,
          name: 'minutes',
          description: 'Minutes before the start; 0 for no reminder',
          required: true,
          min_value: 0,
          max_value: MAX_REMINDER_MINUTES,
        },
      ],
    },
  ],
};

const ASKED =
  'You get direct messages about your matches now, from all servers. `/notifications off` ends them, `/notifications reminder` sets when you are reminded.';
const STOPPED =
  'You get no more direct messages from Herald, from any server. `/notifications on` brings them back.';
const ERASED_ACCOUNT =
  'You get no direct messages about matches: you had everything about you erased with `/privacy erase`, and that is for good, so Herald does not know which matches are yours. Nothing was stored.';

/** `/notifications`: for whoever types it, also in direct messages. */
export function notificationsCommand({ db }: { db: Database }) {
  const isErased = async (discordId: string) => (await erasedAccounts(db.em(), [discordId])).size > 0;
  const on = async (discordId: string) => {
    if (await isErased(discordId)) return ERASED_ACCOUNT;
    await askForMessages(db.em(), discordId);
    return ASKED;
  };
  const show = async (discordId: string) =>
    (await isErased(discordId)) ? ERASED_ACCOUNT : settingsText(await preferencesOf(db.em(), discordId));
  const remind = async (discordId: string, minutes: number) => {
    if (await isErased(discordId)) return ERASED_ACCOUNT;
    await setReminder(db.em(), discordId, minutes);
    return reminderText(minutes);
  };
  const off = async (discordId: string) => {
    await stopMessages(db, discordId);
    return STOPPED;
  };
  return {
    data: notificationsData,
    async run(interaction) {
      const { id } = interaction.user;
      const chosen = interaction.options.getSubcommand();
      if (chosen === 'on') await interaction.editReply(plain(await on(id)));
      else if (chosen === 'off') await interaction.editReply(plain(await off(id)));
      else if (chosen === 'show') await interaction.editReply(plain(await show(id)));
      else if (chosen === 'reminder') {
        const minutes = readMinutes(interaction.options.getInteger('minutes', true));
        await interaction.editReply(plain(await remind(id, minutes)));
      } else throw new UserError(`This Herald has no /notifications ${chosen} any more.`);
    },
    buttons: {
      on: {
        acknowledge: 'reply',
        async run(interaction) {
          await interaction.editReply(plain(await on(interaction.user.id)));
        },
      },
      off: {
        acknowledge: 'reply',
        async run(interaction) {
          await interaction.editReply(plain(await off(interaction.user.id)));
        },
      },
    },
  } satisfies Command;
}

function readMinutes(minutes: number): number {
  if (minutes >= 0 && minutes <= MAX_REMINDER_MINUTES) return minutes;
  throw new UserError(`A reminder comes 0 to ${MAX_REMINDER_MINUTES} minutes before a match.`);
}

function reminderText(minutes: number): string {
  return minutes === 0
    ? 'You get no reminders.'
    : `You are reminded ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} before a match, where you get direct messages.`;
}

function settingsText({ preference, reminderMinutes, blockedSince }: Preferences): string {
  const messages = {
    on: '**Direct messages:** on',
    off: '**Direct messages:** off. `/notifications on` brings them back',
    unset:
      '**Direct messages:** nothing set, so only from tournaments that write to everyone. `/notifications on` asks for all, `/notifications off` for none',
  }[preference ?? 'unset'];
  const reminder =
    reminderMinutes === null
      ? 'as each tournament is set. `/notifications reminder` sets your own time'
      : reminderMinutes === 0
        ? 'none'
        : `${reminderMinutes} ${reminderMinutes === 1 ? 'minute' : 'minutes'} before a match`;
  const blocked = blockedSince
    ? `⚠️ Discord takes no messages for you since ${stamp(blockedSince)}. Allow direct messages from this server’s members in its privacy settings, then type \`/notifications on\`.`
    : '';
  return [messages, `**Reminder:** ${reminder}`, blocked].filter(Boolean).join('\n');
}
