import type { EntrantRecord, EventRecord, SetRecord, StreamRecord, TournamentRecord } from './model.ts';
import { setId, setsOf } from './model.ts';
import { displayScore } from './set-view.ts';
import type { WorldStore } from './store.ts';

export interface TruthQuestion {
  videogameId: number;
  since: Date;
  until?: Date;
}

export type TruthRow = Record<string, string | number | boolean | null>;

export type TruthTable =
  | 'startgg_videogame'
  | 'startgg_tournament'
  | 'startgg_event'
  | 'startgg_phase'
  | 'startgg_phase_group'
  | 'startgg_entrant'
  | 'startgg_participant'
  | 'startgg_entrant_participant'
  | 'startgg_player'
  | 'startgg_user'
  | 'startgg_set';

export type Truth = Record<TruthTable, TruthRow[]>;

/** Collects rows by key, since a person comes up in many entrants. */
class Rows {
  readonly #rows = new Map<string, TruthRow>();

  add(key: string | number, row: TruthRow): void {
    this.#rows.set(String(key), row);
  }

  list(): TruthRow[] {
    return [...this.#rows.values()];
  }
}

/** Reads the world's own records, not its answers: what an importer must end up with. */
export function truthOf(world: WorldStore, question: TruthQuestion): Truth {
  const tables = new Map<TruthTable, Rows>();
  const rows = (table: TruthTable): Rows => {
    const found = tables.get(table) ?? new Rows();
    tables.set(table, found);
    return found;
  };
  const game = world.games.find((one) => one.id === question.videogameId);
  if (game)
    rows('startgg_videogame').add(game.id, {
      id: game.id,
      name: game.name,
      display_name: game.displayName,
      slug: game.slug,
    });
  for (const tournament of world.tournaments.values()) {
    if (!tournament.published || !within(tournament.startAt, question)) continue;
    const events = tournament.events.filter((event) => event.game?.id === question.videogameId);
    if (events.length === 0) continue;
    rows('startgg_tournament').add(tournament.id, tournamentRow(tournament));
    for (const event of events) {
      rows('startgg_event').add(event.id, eventRow(event));
      const bracket = world.bracket(event);
      for (const phase of bracket.phases) {
        rows('startgg_phase').add(phase.id, {
          id: phase.id,
          event_id: event.id,
          name: phase.name,
          phase_order: phase.phaseOrder,
        });
        for (const group of phase.groups) {
          const row = { id: group.id, phase_id: phase.id, display_identifier: group.displayIdentifier };
          rows('startgg_phase_group').add(group.id, row);
        }
      }
      for (const entrant of bracket.entrants) addEntrant(world, rows, entrant);
      for (const set of setsOf(bracket)) if (!set.bye) rows('startgg_set').add(setId(set), setRow(set));
    }
  }
  const names: TruthTable[] = ['startgg_videogame', 'startgg_tournament', 'startgg_event', 'startgg_phase'];
  names.push('startgg_phase_group', 'startgg_entrant', 'startgg_participant', 'startgg_entrant_participant');
  names.push('startgg_player', 'startgg_user', 'startgg_set');
  return Object.fromEntries(names.map((name) => [name, rows(name).list()])) as Truth;
}

function within(startAt: number, { since, until }: TruthQuestion): boolean {
  const day = new Date(startAt * 1000).toISOString().slice(0, 10);
  return day >= since.toISOString().slice(0, 10) && (!until || day <= until.toISOString().slice(0, 10));
}

function time(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

function tournamentRow(tournament: TournamentRecord): TruthRow {
  const image = (type: string) => tournament.images.find((one) => one.type === type)?.url ?? null;
  return {
    id: tournament.id,
    name: tournament.name,
    slug: tournament.slug,
    start_at: time(tournament.startAt),
    end_at: time(tournament.endAt),
    city: tournament.city,
    country_code: tournament.countryCode,
    state: tournament.addrState,
    venue_address: tournament.venueAddress,
    venue_name: tournament.venueName,
    num_attendees: tournament.numAttendees,
    primary_contact: tournament.primaryContact,
    registration_closes_at: time(tournament.registrationClosesAt),
    timezone: tournament.timezone,
    image_url: image('profile'),
    banner_url: image('banner'),
    hashtag: tournament.hashtag,
    is_online: tournament.isOnline ?? false,
    has_offline_events: tournament.hasOfflineEvents ?? false,
  };
}

function eventRow(event: EventRecord): TruthRow {
  return {
    id: event.id,
    tournament_id: event.tournament.id,
    name: event.name,
    slug: event.slug,
    type: event.type,
    videogame_id: event.game?.id ?? null,
    videogame_name: event.game?.name ?? null,
    start_at: time(event.startAt),
    num_entrants: event.numEntrants,
    state: event.state,
    is_online: event.isOnline ?? false,
  };
}

function addEntrant(world: WorldStore, rows: (table: TruthTable) => Rows, entrant: EntrantRecord): void {
  rows('startgg_entrant').add(entrant.id, {
    id: entrant.id,
    event_id: entrant.event.id,
    name: entrant.name,
    initial_seed_num: entrant.initialSeedNum,
  });
  for (const participant of entrant.participants) {
    const player = participant.playerIndex === null ? null : world.player(participant.playerIndex);
    rows('startgg_participant').add(participant.id, {
      id: participant.id,
      tournament_id: participant.tournament.id,
      gamer_tag: participant.gamerTag,
      prefix: participant.prefix,
      player_id: player?.id ?? null,
      user_id: player?.user?.id ?? null,
    });
    const link = { entrant_id: entrant.id, participant_id: participant.id };
    rows('startgg_entrant_participant').add(`${entrant.id}/${participant.id}`, link);
    if (!player) continue;
    rows('startgg_player').add(player.id, {
      id: player.id,
      gamer_tag: player.gamerTag,
      prefix: player.prefix,
    });
    if (player.user) rows('startgg_user').add(player.user.id, { id: player.user.id, slug: player.user.slug });
  }
}

function setRow(set: SetRecord): TruthRow {
  const [one, other] = set.slots;
  const winner = set.winner === null || set.hidesWinner ? null : set.slots[set.winner].seed?.entrant;
  return {
    id: String(setId(set)),
    event_id: set.group.phase.event.id,
    phase_id: set.group.phase.id,
    phase_group_id: set.group.id,
    full_round_text: set.fullRoundText,
    round: set.round,
    identifier: set.identifier,
    state: set.state,
    start_at: time(set.startAt),
    started_at: time(set.startedAt),
    completed_at: time(set.completedAt),
    slot1_entrant_id: one.seed?.entrant?.id ?? null,
    slot1_score: one.standing?.score ?? null,
    slot1_standing: one.standing?.placement ?? null,
    slot2_entrant_id: other.seed?.entrant?.id ?? null,
    slot2_score: other.standing?.score ?? null,
    slot2_standing: other.standing?.placement ?? null,
    winner_id: winner?.id ?? null,
    display_score: displayScore(set),
    total_games: set.totalGames,
    best_of: set.group.rounds.find((round) => round.number === set.round)?.bestOf ?? null,
    stream_url: set.stream && streamUrl(set.stream),
    station_number: set.station,
  };
}

function streamUrl(stream: StreamRecord): string | null {
  if (stream.streamSource === 'TWITCH')
    return stream.streamName && `https://www.twitch.tv/${stream.streamName}`;
  if (stream.streamSource !== 'YOUTUBE') return null;
  if (stream.streamId) return `https://www.youtube.com/channel/${stream.streamId}`;
  return stream.streamName && `https://www.youtube.com/@${stream.streamName}`;
}
