/** What the items of an event keep of it, from the list of tournaments. */
export type EventData = {
  tournamentId: number;
  eventState: string | null;
  eventType: number | null;
  /** As the list tells it, to guess from. */
  numEntrants: number | null;
  /** Of its lists, only those that are not as they were read last. Otherwise all. */
  only?: 'changed';
};

/** Unknown sizes are taken for that of a middling event. */
const MIDDLING = 40;

/** How many entrants an event is thought to have. */
export const sizeOf = ({ numEntrants }: Pick<EventData, 'numEntrants'>) => numEntrants ?? MIDDLING;
