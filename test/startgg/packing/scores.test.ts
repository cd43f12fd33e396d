import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScores } from '../../../src/startgg/packing/scores.ts';

const games = fc.nat(99);
/** Names as people choose them, and such as are made to be misread. */
const name = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom(
    'Ada',
    'A 2',
    'A 2 - B',
    'B 1',
    '- ',
    '2',
    ' - 2',
    'DQ',
    'TSM | Ada',
    '1 - 0',
    'Ada 2 - Bo 1',
  ),
);

describe('scores', () => {
  it('are read from what start.gg shows, whatever the names are', () => {
    fc.assert(
      fc.property(name, name, games, games, (one, other, a, b) => {
        const found = readScores(`${one} ${a} - ${other} ${b}`, [one, other]);
        if (one === other) expect(found).toBeUndefined();
        // Where it could be read in another way, too, nothing is better than a guess.
        else if (found) expect(found).toEqual([a, b]);
        else expect(`${one} ${a} - ${other} ${b}`).toContain(`${other} `);
      }),
    );
  });

  it('belong to their entrant also when the second slot is shown first', () => {
    expect(readScores('Bo 0 - Ada 2', ['Ada', 'Bo'])).toEqual([2, 0]);
  });

  it.each<[string | null, string | null, string | null]>([
    ['DQ', 'Ada', 'Bo'],
    [null, 'Ada', 'Bo'],
    ['', 'Ada', 'Bo'],
    ['Ada W - Bo L', 'Ada', 'Bo'],
    ['Ada 2 - Bo', 'Ada', 'Bo'],
    ['Ada -1 - Bo 0', 'Ada', 'Bo'],
    ['Old Name 2 - Bo 1', 'Ada', 'Bo'],
    ['Ada 2 - Bo 1', 'Ada', null],
    ['Ada 2 - Ada 1', 'Ada', 'Ada'],
    // Ada beat "1 - Ada 2" by 2, or was beaten?
    ['Ada 2 - 1 - Ada 2 0', 'Ada', 'Bo'],
  ])('are not guessed from %j for %j and %j', (text, one, other) => {
    expect(readScores(text, [one, other])).toBeUndefined();
  });
});
