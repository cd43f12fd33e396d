// What is measured, in the words of the parts that are measured: they are given an Observer by their constructor and know
// nothing of how it is counted or shown.

/**
 * How a request to start.gg ended: `too_large` was refused for its complexity; `aborted` was given up by Herald itself, for
 * a pause or the end of the process.
 */
export const STARTGG_OUTCOMES = ['answered', 'too_large', 'rate_limited', 'failed', 'aborted'] as const;
export type StartggOutcome = (typeof STARTGG_OUTCOMES)[number];

/** What became of rows that an import read. */
export const ROW_CHANGES = ['new', 'changed', 'unchanged', 'gone'] as const;
export type RowChange = (typeof ROW_CHANGES)[number];

/** Where a notification went: to a person alone, to a person in a channel, or to a channel. */
export const NOTIFICATION_PLACES = ['direct_message', 'mention', 'channel'] as const;
export type NotificationPlace = (typeof NOTIFICATION_PLACES)[number];

/**
 * What came of a notification: `closed` met a person or a channel that takes none (it may be said elsewhere then), `failed`
 * was given up, `void` had nothing to say any more.
 */
export const NOTIFICATION_OUTCOMES = ['sent', 'closed', 'failed', 'void'] as const;
export type NotificationOutcome = (typeof NOTIFICATION_OUTCOMES)[number];

/**
 * What came of drawing a live message: `gone` was deleted by somebody, `closed` and `refused` will not be taken as they are,
 * `wait` and `unreachable` are tried again.
 */
export type LiveOutcome = 'posted' | 'edited' | 'gone' | 'closed' | 'refused' | 'wait' | 'unreachable';

/**
 * How the sync of a schedule ended: `unreadable` for want of an answer of the source, `failed` by a fault of Herald's own,
 * `postponed` because the source may not be read again yet, `aborted` because the process ends or lost the work.
 */
export type SyncOutcome = 'done' | 'unreadable' | 'failed' | 'postponed' | 'aborted';

export type InteractionType = 'command' | 'button' | 'autocomplete' | 'other';

/** Is told what happens, when it has happened. It never throws. What it is given as text comes from a short fixed list. */
export type Observer = {
  /** @param objects what an answered request cost, as far as start.gg said */
  startggRequest(outcome: StartggOutcome, objects?: number): void;
  /** A page of an import was committed. */
  rowsWritten(changes: Record<string, Partial<Record<RowChange, number>>>): void;
  notification(place: NotificationPlace, outcome: NotificationOutcome): void;
  liveMessage(kind: string, outcome: LiveOutcome): void;
  /** @param seconds from the receipt of the interaction until Discord took the acknowledgement */
  acknowledged(type: InteractionType, command: string, seconds: number): void;
  synced(source: string, outcome: SyncOutcome, seconds: number): void;
};

/** For processes that nobody watches. */
export const UNOBSERVED: Observer = {
  startggRequest() {},
  rowsWritten() {},
  notification() {},
  liveMessage() {},
  acknowledged() {},
  synced() {},
};
