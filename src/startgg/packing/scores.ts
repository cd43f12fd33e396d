/** A whole number of games, as start.gg writes it. */
const GAMES = /^\d{1,4}$/;

/**
 * Reads the scores of a completed set from its `displayScore`, such as `Ada 2 - Bo 1`.
 *
 * @param names of the entrants in the first and the second slot
 * @returns the scores of both slots; undefined where it does not stand there, or could be read in more than one way
 */
export function readScores(
  displayScore: string | null,
  names: readonly [string | null | undefined, string | null | undefined],
): [number, number] | undefined {
  const [one, other] = names;
  if (!displayScore || !one || !other || one === other) return undefined;
  const inOrder = sides(displayScore, one, other);
  // Nothing says that the first slot stands first.
  const reversed = sides(displayScore, other, one);
  if (inOrder && reversed) return undefined;
  return inOrder ?? (reversed && [reversed[1], reversed[0]]);
}

/** The scores in `<first> 2 - <second> 1`. The text that both names leave over can be read in one way only. */
function sides(text: string, first: string, second: string): [number, number] | undefined {
  if (!text.startsWith(`${first} `)) return undefined;
  const rest = text.slice(first.length + 1);
  const middle = ` - ${second} `;
  const at = rest.indexOf(middle);
  if (at < 0) return undefined;
  const scores = [rest.slice(0, at), rest.slice(at + middle.length)];
  return scores.every((score) => GAMES.test(score)) ? [Number(scores[0]), Number(scores[1])] : undefined;
}
