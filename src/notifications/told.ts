import type { MatchView } from '../matches/change.ts';
import type { CrewRole } from '../matches/source.ts';

export type Role = 'player' | CrewRole;

/** What one person is told of a match: when two of these are equal, there is nothing to say. */
export type Told = {
  roles: Role[];
  startsAt: string | null;
  isCancelled: boolean;
  /** Those on the other side of a player's own pairing; for crew, all who play. */
  opponents: Opponent[];
};

export type Opponent = { name: string; discordId: string | null };

type Player = MatchView['players'][number];

/** Whether people may hear of the match at all: it is approved, and its time can be relied on. */
export function isTellable(view: MatchView): boolean {
  return view.state !== 'unconfirmed';
}

/** A match as it concerns one person; null when it does not, or may not be told. */
export function toldTo(discordId: string, view: MatchView | null): Told | null {
  if (!view || !isTellable(view)) return null;
  const own = view.players.filter((player) => player.discordId === discordId);
  const crew = view.crew.filter((member) => member.discordId === discordId).map(({ role }) => role);
  const roles: Role[] = [...(own.length > 0 ? (['player'] as const) : []), ...new Set(crew)].sort();
  if (roles.length === 0) return null;
  const isAgainst = (one: Player, other: Player) =>
    one.pairing === other.pairing && (one.side == null || one.side !== other.side);
  const opponents = view.players.filter(
    (player) =>
      player.discordId !== discordId && (own.length === 0 || own.some((seat) => isAgainst(seat, player))),
  );
  return {
    roles,
    startsAt: view.startsAt,
    isCancelled: view.state === 'cancelled',
    opponents: opponents.map((opponent) => ({ name: opponent.name, discordId: opponent.discordId })),
  };
}

/** Whether there is nothing to say between the two. */
export function isSame(one: Told | null, other: Told | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.startsAt === other.startsAt &&
    one.isCancelled === other.isCancelled &&
    one.roles.join() === other.roles.join() &&
    areSame(one.opponents, other.opponents)
  );
}

/** Whether two lists name the same people: by account, or by name, since either may come to change. */
export function areSame(some: readonly Opponent[], others: readonly Opponent[]): boolean {
  const isSomebody = (one: Opponent, list: readonly Opponent[]) =>
    list.some(
      ({ name, discordId }) => name === one.name || (discordId !== null && discordId === one.discordId),
    );
  return (
    some.length === others.length &&
    some.every((one) => isSomebody(one, others)) &&
    others.every((one) => isSomebody(one, some))
  );
}

/** Discord accounts of all who have to do with a match. */
export function peopleOf(...views: readonly (MatchView | null)[]): string[] {
  const seats = views.flatMap((view) => [...(view?.players ?? []), ...(view?.crew ?? [])]);
  return [...new Set(seats.map(({ discordId }) => discordId).filter((id) => id !== null))].sort();
}
