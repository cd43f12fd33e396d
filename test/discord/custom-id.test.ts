import { describe, expect, it } from 'vitest';
import {
  customId,
  isButtonOf,
  liveButtonId,
  pageButtonId,
  parseCustomId,
} from '../../src/outbox/custom-id.ts';

describe('custom ids', () => {
  it('say who handles a button, what it does, and with what', () => {
    expect(parseCustomId(customId('import', 'pause', 12, '5'))).toEqual({
      owner: 'import',
      action: 'pause',
      args: ['12', '5'],
    });
    expect(parseCustomId('something of another bot')).toBeUndefined();
  });

  it('are refused when Discord would refuse them', () => {
    expect(() => customId('import', 'pause', 'x'.repeat(100))).toThrow(RangeError);
  });

  it('let a live message be recognised, and only that one', () => {
    const live = { kind: 'import', subject: '12', id: '5' };
    expect(isButtonOf(liveButtonId('import', 'cancel', '12', '5'), live)).toBe(true);
    expect(isButtonOf(liveButtonId('import', 'cancel', '12', '6'), live)).toBe(false);
    expect(isButtonOf(liveButtonId('import', 'cancel', '5', '12'), live)).toBe(false);
    expect(isButtonOf(liveButtonId('match', 'cancel', '12', '5'), live)).toBe(false);
    expect(isButtonOf(pageButtonId('import', 'errors-page', '12', '5', 2), live)).toBe(false);
  });
});
