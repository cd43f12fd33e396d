import type { SetRecord, SlotRecord, StreamRecord, TournamentRecord } from './model.ts';
import { setId } from './model.ts';
import { displayScore, slotEntrant } from './set-view.ts';

interface SlotView {
  set: SetRecord;
  slot: SlotRecord;
  index: number;
}

/** Answers the fields of sets, their slots and what hangs on them. */
export function setResolvers() {
  return {
    Set: {
      id: setId,
      displayScore: (set: SetRecord) => displayScore(set),
      event: (set: SetRecord) => set.group.phase.event,
      hasPlaceholder: (set: SetRecord) =>
        set.slots.some((slot) => slot.seed !== null && slot.seed.entrant === null),
      images: () => [],
      lPlacement: () => null,
      phaseGroup: (set: SetRecord) => set.group,
      setGamesType: () => 1,
      slots: (set: SetRecord): SlotView[] => set.slots.map((slot, index) => ({ set, slot, index })),
      station: (set: SetRecord) =>
        set.station === null ? null : stationView(set.group.phase.event.tournament, set.station),
      vodUrl: () => null,
      wPlacement: () => null,
      winnerId: (set: SetRecord) =>
        set.winner === null || set.hidesWinner ? null : (set.slots[set.winner].seed?.entrant?.id ?? null),
    },
    SetSlot: {
      id: ({ set, index }: SlotView) => `${setId(set)}-${index}`,
      entrant: ({ set, slot }: SlotView) => slotEntrant(set, slot),
      prereqId: ({ slot }: SlotView) =>
        String(slot.source ? setId(slot.source.set) : (slot.seed?.id ?? '')) || null,
      prereqPlacement: ({ slot }: SlotView) => (slot.source ? (slot.source.take === 'winner' ? 1 : 2) : null),
      prereqType: ({ slot }: SlotView) => (slot.source ? 'set' : slot.bye ? 'bye' : 'seed'),
      seed: ({ slot }: SlotView) => slot.seed,
      slotIndex: ({ index }: SlotView) => index,
      standing: (view: SlotView) => standing(view),
    },
    Streams: {
      enabled: () => true,
      isOnline: () => null,
      streamStatus: (stream: StreamRecord) => stream.streamName && `Live: ${stream.streamName}`,
    },
  };
}

function standing({ set, slot }: SlotView) {
  if (!slot.standing) return null;
  const { placement, score } = slot.standing;
  return {
    id: `placeholder_standing_seeds_${slot.seed?.id}_sets_${setId(set)}`,
    entrant: slotEntrant(set, slot),
    isFinal: placement !== null,
    placement,
    stats: { score: { label: 'Score', value: score, displayValue: score === null ? null : String(score) } },
  };
}

/** A tournament's station by its number. */
export function stationView(tournament: TournamentRecord, number: number) {
  return {
    id: tournament.id * 100 + number,
    enabled: true,
    identifier: number,
    number,
    prefix: null,
    state: 1,
    stream: null,
    updatedAt: tournament.updatedAt,
  };
}
