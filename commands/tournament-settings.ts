import type { ChatInputCommandInteraction } from 'discord.js';
import { FormattedError } from '../src/discord/command.ts';
import { explainMissing } from '../src/discord/permissions.ts';
import type { Tournament } from '../src/matches/entities.ts';
import { DM_SETTINGS, type DmSetting, EVENTS_SETTINGS, type EventsSetting } from '../src/matches/source.ts';
import type { Settings } from '../src/matches/tournaments.ts';
import { escapeText } from '../src/text.ts';
import { requireOrganiser } from './organiser.ts';
import { missingIn } from './posting-channel.ts';
import type { TournamentServices } from './tournament-services.ts';

const DM_WORDS: Record<DmSetting, string> = {
  everyone: 'everyone: members who play or help, unless they turned it off',
  'opted-in': 'opted-in: who asked for them with `/notifications on` or the button "Send me DMs"',
  nobody: 'nobody',
};

const EVENTS_WORDS: Record<EventsSetting, string> = {
  all: 'all matches',
  streamed: 'streamed matches',
  none: 'none',
};

/** `/tournament settings`: changes what is given, and shows all. */
export async function changeSettings(
  { guilds, tournaments, readRaceRooms }: TournamentServices,
  interaction: ChatInputCommandInteraction,
  signal: AbortSignal,
): Promise<void> {
  const guildId = await requireOrganiser(interaction, guilds);
  const { options } = interaction;
  const { id } = await tournaments.find(guildId, options.getString('tournament', true));
  const channelId = options.getChannel('announce_channel')?.id;
  if (channelId) await requirePostable(interaction, channelId);
  const dm = DM_SETTINGS.find((each) => each === options.getString('dm'));
  const discordEvents = EVENTS_SETTINGS.find((each) => each === options.getString('discord_events'));
  const reminderMinutes = options.getInteger('reminder_minutes') ?? undefined;
  const rooms = options.getString('race_rooms');
  const raceRooms = rooms === null ? undefined : await readRaceRooms(rooms, signal);
  const wanted: Settings = {
    ...(channelId ? { announceChannelId: channelId } : {}),
    ...(dm ? { dm } : {}),
    ...(discordEvents ? { discordEvents } : {}),
    ...(reminderMinutes === undefined ? {} : { reminderMinutes }),
    ...(raceRooms === undefined ? {} : { raceRooms }),
  };
  const actor = { guildId, actorId: interaction.user.id };
  const tournament = await tournaments.change(actor, id, wanted);
  const fallback = (await guilds.get(guildId))?.channelId ?? null;
  await interaction.editReply({
    embeds: [
      {
        title: `Settings of ${escapeText(tournament.name)}`,
        color: 0x5865f2,
        description: settingLines(tournament, fallback).join('\n'),
      },
    ],
    allowedMentions: { parse: [] },
  });
}

/** All settings of a tournament. Markdown. @param fallback the channel of `/setup channel` */
export function settingLines(tournament: Tournament, fallback: string | null): string[] {
  const { announceChannelId, dm, discordEvents, reminderMinutes, raceRooms } = tournament;
  const usual = fallback
    ? `<#${fallback}> (that of \`/setup channel\`)`
    : 'nowhere. `announce_channel` sets a channel';
  return [
    `**Announced in** ${announceChannelId ? `<#${announceChannelId}>` : usual}`,
    `**Direct messages** ${DM_WORDS[dm as DmSetting]}`,
    `**Discord events** ${EVENTS_WORDS[discordEvents as EventsSetting]}`,
    `**Reminder** ${reminderMinutes === 0 ? 'none' : `${reminderMinutes} minutes before`}`,
    `**Race rooms** ${raceRooms ? `${escapeText(raceRooms)} at racetime.gg` : 'off'}`,
  ];
}

async function requirePostable(interaction: ChatInputCommandInteraction, channelId: string): Promise<void> {
  const missing = await missingIn(interaction.client, channelId);
  if (!missing)
    throw new FormattedError(`Herald cannot see <#${channelId}>. Grant it **View Channel** there first.`);
  if (missing.length > 0) throw new FormattedError(explainMissing(channelId, missing));
}
