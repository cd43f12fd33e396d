import { ButtonStyle, ComponentType, type RESTPostAPIChannelMessageJSONBody } from 'discord-api-types/v10';
import type { Database } from '../database/database.ts';
import { versus } from '../matches/fields.ts';
import { startAllButtonId } from '../outbox/custom-id.ts';
import { type EventOverview, eventOverview, type OpenSet } from '../startgg/schedule/event-announcement.ts';
import { count, escapeText } from '../text.ts';
import { EMBED, packLines, shortenEscaped } from './embed-limits.ts';
import type { Renderer } from './live-messages.ts';

/** Sets under way and called that are shown; a large event has more of them than anybody reads. */
const OPEN_SETS = 15;
const POOLS = 10;
const NAME = 60;
/** What can stand in a link of Discord's markdown. */
const LINK = /^https?:\/\/[^\s<>()]+$/;

const COLOR = { running: 0xed4245, over: 0x57f287, waiting: 0x5865f2 };

/** Draws the announcement of an event of start.gg: how far it is, and what is played. It mentions nobody. */
export function startggEventRenderer(db: Database): Renderer {
  return async ({ id, subject }) => {
    const overview = await eventOverview(db.em(), subject, OPEN_SETS);
    return overview ? drawStartggEvent(overview, id) : null;
  };
}

/** The announcement as Discord takes it. */
export function drawStartggEvent(event: EventOverview, liveId: string): RESTPostAPIChannelMessageJSONBody {
  const phase = event.isOver ? 'over' : event.running.length > 0 ? 'running' : 'waiting';
  const word = { over: '✅ Over', running: '🔴 Under way', waiting: '⏳ Between pools' }[phase];
  const lines = [
    word,
    `**Entrants** ${count(event.entrants)} · **Sets** ${count(event.played)} of ${count(event.sets)} played`,
    ...event.running.map(runningLine),
    ...event.standings.map(({ placement, name }) => `**${placement}.** ${nameOf(name)}`),
    ...event.open.map(setLine),
    ...(event.slug ? [`[start.gg](https://www.start.gg/${event.slug})`] : []),
  ];
  return {
    embeds: [
      {
        title: shortenEscaped(escapeText(event.name ?? 'Event'), EMBED.title),
        description: packLines(lines, EMBED.description),
        color: COLOR[phase],
        footer: { text: event.tournament.slice(0, 200) },
      },
    ],
    components: [
      {
        type: ComponentType.ActionRow,
        components: [
          {
            type: ComponentType.Button,
            style: ButtonStyle.Primary,
            label: 'Send me DMs',
            custom_id: startAllButtonId(liveId),
          },
        ],
      },
    ],
    allowed_mentions: { parse: [] },
  };
}

function runningLine({ phase, pools }: EventOverview['running'][number]): string {
  const name = `**${nameOf(phase ?? 'Phase')}**`;
  // A phase of one pool is that pool.
  if (pools.length === 1) return `${name} is running`;
  const more = pools.length > POOLS ? ` and ${pools.length - POOLS} more` : '';
  return `${name}, pools ${pools.slice(0, POOLS).map(escapeText).join(', ')}${more}`;
}

function setLine({ isCalled, round, players, station, streamUrl }: OpenSet): string {
  const parts = [
    versus(players, (name) => `**${nameOf(name)}**`),
    ...(round ? [nameOf(round)] : []),
    ...(station === null ? [] : [`station ${station}`]),
    ...(streamUrl && LINK.test(streamUrl) ? [`[stream](${streamUrl})`] : []),
  ];
  return `${isCalled ? '📣' : '🔴'} ${parts.join(' · ')}`;
}

const nameOf = (text: string) => shortenEscaped(escapeText(text), NAME);
