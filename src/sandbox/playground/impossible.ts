/** What somebody wanted and what cannot be done, in words for that person. */
export class Impossible extends Error {}
