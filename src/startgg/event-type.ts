/** Event.type of singles (start.gg documentation); all others are teams of some size. */
const SINGLES = 1;

/** Whether every entrant of an event is one person. */
export const isSingles = (eventType: number | null) => eventType === SINGLES;
