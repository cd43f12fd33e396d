import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Progress, progressLine } from '../src/cli-progress.ts';

const progress: Progress = {
  percent: 43,
  phase: 'Entrants 12,812/31,484',
  notes: ['done in 3 min 2 s, 34 requests left', 'done in 3 min 2 s'],
  elapsed: '1 min 2 s',
  item: 'Nightro Invitational #51: 2XKO Teams',
};

it.each([
  [
    140,
    '█████████░░░░░░░░░░░░░░ 43 % | Entrants 12,812/31,484 | done in 3 min 2 s, 34 requests left | 1 min 2 s | Nightro Invitational #51: 2XKO Te…',
  ],
  [100, '██████░░░░░░░░░░ 43 % | Entrants 12,812/31,484 | done in 3 min 2 s, 34 requests left | 1 min 2 s'],
  [60, '████░░░░░░ 43 % | Entrants 12,812/31,484 | done in 3 min 2 s'],
  [30, '██░░░░ 43 % | Entrants 12,812/31,484'],
])('in %i columns the item gives way, then what is said beside; numbers stay whole', (columns, line) => {
  expect(progressLine(progress, columns)).toBe(line);
});

it('says that it waits, in short where there is no room', () => {
  const waiting = { ...progress, notes: ["waiting for start.gg's limit", 'waiting'] };
  expect(progressLine(waiting, 100)).toContain("| waiting for start.gg's limit |");
  expect(progressLine(waiting, 60)).toContain('| waiting');
});

it('never grows wider than the terminal, from 45 columns on', () => {
  fc.assert(
    fc.property(fc.integer({ min: 45, max: 300 }), fc.string(), fc.nat(100), (columns, item, percent) => {
      expect(progressLine({ ...progress, item, percent }, columns).length).toBeLessThanOrEqual(columns);
    }),
  );
});
