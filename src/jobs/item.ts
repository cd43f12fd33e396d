/** Work to put on a job's list. One job never holds the same `kind`, `key` and `page` twice. */
export type NewItem = {
  phase: string;
  kind: string;
  key: string;
  page?: number;
  /** What people read in progress and error lists. */
  label: string;
  data?: Record<string, unknown>;
};

/** An item that the runner has taken up. */
export type WorkItem = {
  id: string;
  kind: string;
  key: string;
  page: number;
  label: string;
  data: Record<string, unknown>;
  /** How often it failed so far. */
  attempts: number;
};
