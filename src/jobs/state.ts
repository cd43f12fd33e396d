/** PENDING waits for a worker, RUNNING has one or waits for its next slice; the last three are ends. */
export const JOB_STATES = ['PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States of jobs that are not over: a guild has no two such jobs of the same. */
export const UNFINISHED: readonly JobState[] = ['PENDING', 'RUNNING', 'PAUSED'];

/** How far one phase is, in its own unit (tournaments, sets, …), and what its rows turned out to be. */
export type PhaseCounts = {
  done: number;
  total: number;
  new: number;
  changed: number;
  unchanged: number;
  gone: number;
};

export const NO_COUNTS: PhaseCounts = { done: 0, total: 0, new: 0, changed: 0, unchanged: 0, gone: 0 };
