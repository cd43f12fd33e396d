import type { APIEmbedField, InteractionEditReplyOptions } from 'discord.js';
import type { Database } from '../src/database/database.ts';
import { FormattedError } from '../src/discord/command.ts';
import { EMBED, packLines, shortenEscaped } from '../src/discord/embed-limits.ts';
import { matchEmbed } from '../src/discord/match-message.ts';
import { SOURCE_NAMES } from '../src/matches/linking.ts';
import { type MatchDetail, matchDetail, suggestMatches } from '../src/matches/schedule.ts';
import { crewWanted } from '../src/speedgaming/crew-wanted.ts';
import { escapeText, shorten, stamp } from '../src/text.ts';
import { changeWords } from './match-changes.ts';

const CHANGES_SHOWN = 10;

/**
 * The id in what stands in a `match` option: chosen ("12"), or typed ("match 12", "#12").
 *
 * @throws FormattedError when there is none
 */
export function readMatchId(text: string): number {
  const id = Number(/^\s*(?:match\s*)?#?(\d{1,10})\s*$/i.exec(text)?.[1]);
  if (id > 0 && id < 2 ** 31) return id;
  throw new FormattedError(
    `“${escapeText(text.slice(0, 100))}” is no match. Choose one from the list that opens while you type, or give its number; \`/match list\` shows them.`,
  );
}

/** Matches to choose from: "A vs B · ALttP Spring · 2026-03-01 18:00 UTC", since choices cannot show a reader's own time. */
export async function matchChoices(
  db: Database,
  viewer: { guildId: string; isOrganiser: boolean },
  typed: string,
): Promise<{ name: string; value: string }[]> {
  const found = await suggestMatches(db, viewer, typed);
  return found.map(({ id, title, tournament, startsAt }) => {
    const when = startsAt
      ? `${new Date(startsAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`
      : 'no time yet';
    return { name: `${shorten(title, 45)} · ${shorten(tournament, 28)} · ${when}`, value: String(id) };
  });
}

/** `/match show`: what everybody may see; for organisers also what the source keeps for them. */
export async function showMatch(
  db: Database,
  viewer: { guildId: string; isOrganiser: boolean },
  id: number,
): Promise<InteractionEditReplyOptions> {
  const match = await matchDetail(db, viewer, id);
  const embed = matchEmbed(match.view, match.tournament);
  const fields = [
    ...peopleFields(match),
    ...(viewer.isOrganiser ? organiserFields(match) : []),
    ...changeFields(match, viewer.isOrganiser),
    { name: 'Where it comes from', value: origin(match) },
  ];
  // The description may take 4096 of the 6000 characters that a message's embeds share.
  const description = packLines((embed.description ?? '').split('\n'), 2_000);
  return {
    content: '',
    embeds: [{ ...embed, description, fields }],
    components: [],
    allowedMentions: { parse: [] },
  };
}

/** The Discord accounts of those who have one. */
function peopleFields({ view }: MatchDetail): APIEmbedField[] {
  const known = [...view.players, ...view.crew].filter(({ discordId }) => discordId !== null);
  const accounts = new Map(known.map(({ discordId, name }) => [discordId, name]));
  if (accounts.size === 0) return [];
  const lines = [...accounts].map(([id, name]) => `${shortenEscaped(escapeText(name), 60)} <@${id}>`);
  return [{ name: 'On Discord', value: packLines(lines, 600) }];
}

function organiserFields(match: MatchDetail): APIEmbedField[] {
  const { airsAt, timeNote, isApproved, hasRestream, note, view } = match;
  const lines = [
    ...(airsAt && Date.parse(airsAt) !== Date.parse(view.startsAt ?? '')
      ? [`On air ${stamp(new Date(airsAt), 'f')}`]
      : []),
    ...(isApproved ? [] : ['Not approved at the source yet, so nobody is told of it']),
    ...(timeNote ? [`Time not confirmed: ${shortenEscaped(escapeText(timeNote), 200)}`] : []),
    hasRestream ? 'Restreamed' : 'Not restreamed',
    ...stillWanted(match),
    ...(note ? [`Note: ${shortenEscaped(escapeText(note), 400)}`] : []),
  ];
  return [{ name: 'For organisers', value: packLines(lines, 900) }];
}

/** The crew that an episode to come lacks, with the pages where they sign up. */
function stillWanted({ source, outsideId, followed, view, broadcasters }: MatchDetail): string[] {
  const isToCome = view.state === 'scheduled' && Date.parse(view.startsAt ?? '') > Date.now();
  if (source !== 'speedgaming' || followed === null || !isToCome) return [];
  const wanted = crewWanted(outsideId, view, broadcasters).map(({ role, missing, languages, url }) => {
    const spoken = languages.length > 0 ? ` (${escapeText(shorten(languages.join(', '), 40))})` : '';
    return `[${missing} ${role}${missing === 1 ? '' : 's'}${spoken}](${url})`;
  });
  return wanted.length > 0 ? [`Still wanted: ${wanted.join(', ')}`] : [];
}

function changeFields({ changes }: MatchDetail, isOrganiser: boolean): APIEmbedField[] {
  const blocks = changes
    .map(({ at, changes: fields }) => ({ at, words: changeWords(fields, isOrganiser) }))
    .filter(({ words }) => words.length > 0)
    .map(({ at, words }) => [`${stamp(new Date(at), 'f')}`, ...words]);
  if (blocks.length === 0) return [];
  return [{ name: 'Changes', value: packLines(blocks.slice(0, CHANGES_SHOWN).flat(), EMBED.fieldValue) }];
}

function origin({ source, outsideId, followed, view }: MatchDetail): string {
  const where = `${SOURCE_NAMES[source]}, ${escapeText(outsideId)}`;
  const page = view.url ? `[${where}](${view.url})` : where;
  return followed === null
    ? `${page}. No longer followed: it stays as it was.`
    : `${page}, from the schedule ${escapeText(followed)}.`;
}
