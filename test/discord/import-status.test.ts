import { ButtonStyle } from 'discord-api-types/v10';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMBED, embedLength, packLines, shortenEscaped } from '../../src/discord/embed-limits.ts';
import { type ImportView, percentOf, renderImportStatus } from '../../src/discord/import-status.ts';
import type { JobState, PhaseCounts } from '../../src/jobs/state.ts';
import { escapeText } from '../../src/text.ts';

const NOW = new Date('2026-08-01T12:00:00Z');
const counts = (done: number, total: number, rest: Partial<PhaseCounts> = {}): PhaseCounts => ({
  done,
  total,
  new: 0,
  changed: 0,
  unchanged: 0,
  gone: 0,
  ...rest,
});
const kind: ImportView['kind'] = {
  phases: [
    { name: 'tournaments', title: 'Tournaments' },
    { name: 'sets', title: 'Sets' },
  ],
  effort: (counters) => ({ done: counters.sets?.done ?? 0, total: counters.sets?.total ?? 0 }),
};

function view(job: Partial<ImportView['job']>): ImportView & { liveId: string } {
  const usual: ImportView['job'] = {
    id: 12,
    title: '2XKO · 2026-01-01 to 2026-06-30',
    state: 'RUNNING',
    phase: 'sets',
    currentItem: 'Frostbite: 2XKO',
    counters: { tournaments: counts(212, 212), sets: counts(400, 1_000) },
    errorCount: 0,
    reason: null,
    startedAt: new Date(NOW.getTime() - 120_000),
    runningSince: new Date(NOW.getTime() - 60_000),
    elapsedMs: 60_000,
    finishedAt: null,
  };
  return { job: { ...usual, ...job }, kind, requestsLeft: 63, now: NOW, liveId: '5' };
}

function render(job: Partial<ImportView['job']> = {}) {
  const [embed] = renderImportStatus(view(job)).embeds ?? [];
  if (!embed) throw new Error('no embed');
  return embed;
}

/** The buttons that can be pressed. */
function usable(job: Partial<ImportView['job']>): string[] {
  const [row] = renderImportStatus(view(job)).components ?? [];
  const buttons = row && 'components' in row ? row.components : [];
  return buttons.flatMap((button) => ('label' in button && !button.disabled ? [button.label ?? ''] : []));
}

describe('the status message of a running import', () => {
  it('shows state, phase, bar, item, counts and times', () => {
    const embed = render();
    expect(embed.title).toBe(escapeText('2XKO · 2026-01-01 to 2026-06-30'));
    expect(embed.description?.split('\n')).toEqual([
      '🔄 **Importing · 40 %**',
      '',
      '**Sets** · 400 / 1,000',
      '`████████░░░░░░░░░░░░`',
      '-# Frostbite\\: 2XKO',
      '',
      '✅ **Tournaments** 212 / 212',
      '▶️ **Sets** 400 / 1,000',
    ]);
    expect(embed.footer?.text).toBe('Import 12 · 63 requests left this minute');
    expect(embed.fields?.map(({ name, value }) => [name, value])).toEqual([
      ['Elapsed', '2 min 0 s'],
      // 40 % took two minutes, so 60 % take three.
      ['Time left', `<t:${NOW.getTime() / 1000 + 180}:R>`],
      ['Errors', 'none'],
    ]);
  });

  it('says why it waits, and then tells no time left', () => {
    const embed = render({ reason: 'start.gg answered 503. Trying again by itself.' });
    expect(embed.description).toContain('⚠️ **Waiting for the source · 40 %**');
    expect(embed.description).toContain('> start\\.gg answered 503');
    expect(embed.fields?.some(({ name }) => name === 'Time left')).toBe(false);
  });

  it('never claims to be complete before it is', () => {
    const { job } = view({ counters: { sets: counts(1_000, 1_000) } });
    expect(percentOf(job, kind)).toBe(99);
    expect(percentOf({ ...job, state: 'COMPLETED' }, kind)).toBe(100);
    expect(percentOf({ ...job, counters: {} }, kind)).toBe(0);
  });

  it('shows names as they were typed and pings nobody', () => {
    const message = renderImportStatus(view({ title: '@everyone **x**', currentItem: '<@1> `code`' }));
    expect(message.allowed_mentions).toEqual({ parse: [] });
    expect(message.embeds?.[0]?.title).toBe('\\@everyone \\*\\*x\\*\\*');
    expect(message.embeds?.[0]?.description).toContain('\\<\\@1\\> \\`code\\`');
  });
});

describe('the status message at the end', () => {
  it('says what the rows turned out to be, by phase and in all', () => {
    const counters = {
      tournaments: counts(212, 212, { new: 2, unchanged: 210 }),
      sets: counts(1_000, 1_000, { new: 990, changed: 9, unchanged: 1, gone: 3 }),
    };
    const embed = render({ state: 'COMPLETED', counters, runningSince: null, finishedAt: NOW });
    expect(embed.description?.split('\n')).toEqual([
      '✅ **Done**',
      '',
      '✅ **Tournaments** 212 · 2 new · 210 unchanged',
      '✅ **Sets** 1,000 · 990 new · 9 changed · 1 unchanged · 3 gone',
      '',
      '**In all:** 992 new · 9 changed · 211 unchanged · 3 gone',
    ]);
  });

  it('keeps what was finished of a cancelled import, and does not count ahead', () => {
    const phases = [...kind.phases, { name: 'last', title: 'Last' }];
    const { job } = view({
      state: 'CANCELLED',
      counters: {
        tournaments: counts(212, 212, { new: 212 }),
        sets: counts(400, 1_000, { new: 900, unchanged: 50 }),
      },
    });
    const [embed] =
      renderImportStatus({ job, kind: { ...kind, phases }, now: NOW, liveId: '5' }).embeds ?? [];
    expect(embed?.description?.split('\n')).toEqual([
      '🚫 **Cancelled**',
      '',
      '✅ **Tournaments** 212 · 212 new',
      '▫️ **Sets** 400 / 1,000 · rows so far: 900 new · 50 unchanged',
      '▫️ **Last** 0 / 0',
    ]);
  });

  it('names what failed', () => {
    expect(render({ state: 'COMPLETED', errorCount: 1 }).description).toContain('Done, but 1 item failed');
    expect(render({ state: 'FAILED', reason: 'The token expired.' }).description).toContain(
      'The token expired',
    );
  });
});

describe('the buttons', () => {
  it.each<[JobState, number, string[]]>([
    ['PENDING', 0, ['Pause', 'Cancel']],
    ['RUNNING', 0, ['Pause', 'Cancel']],
    ['RUNNING', 2, ['Pause', 'Cancel', 'Errors', 'Retry']],
    ['PAUSED', 0, ['Resume', 'Cancel']],
    ['FAILED', 2, ['Resume', 'Cancel', 'Errors', 'Retry']],
    ['COMPLETED', 0, []],
    ['COMPLETED', 2, ['Errors', 'Retry']],
    ['CANCELLED', 2, ['Errors']],
  ])('%s with %i failed items: %j', (state, errorCount, expected) => {
    expect(usable({ state, errorCount })).toEqual(expected);
  });

  it('carry the job and the message', () => {
    const [row] = renderImportStatus(view({})).components ?? [];
    expect(row).toMatchObject({
      components: [
        { style: ButtonStyle.Secondary, label: 'Pause', custom_id: 'import:pause:12:5' },
        {},
        {},
        {},
      ],
    });
  });
});

describe('whatever the numbers and names are', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3_000 });
  const number = fc.oneof(fc.double(), fc.integer(), fc.nat());
  const phaseCounts = fc.record({
    done: number,
    total: number,
    new: number,
    changed: number,
    unchanged: number,
    gone: number,
  });
  const date = fc.date({ noInvalidDate: true });
  const job = fc.record({
    id: fc.nat(),
    title: text,
    state: fc.constantFrom<JobState>('PENDING', 'RUNNING', 'PAUSED', 'COMPLETED', 'FAILED', 'CANCELLED'),
    phase: fc.constantFrom('tournaments', 'sets', 'unknown', null),
    currentItem: fc.option(text),
    counters: fc.dictionary(fc.constantFrom('tournaments', 'sets', 'other'), phaseCounts),
    errorCount: fc.nat(),
    reason: fc.option(text),
    startedAt: fc.option(date),
    runningSince: fc.option(date),
    elapsedMs: number,
    finishedAt: fc.option(date),
  });

  it('the message stays within what Discord takes', () => {
    fc.assert(
      fc.property(job, text, fc.option(number, { nil: undefined }), date, (job, title, requestsLeft, now) => {
        const phases = kind.phases.map((phase) => ({ ...phase, title: phase.title + title }));
        const message = renderImportStatus({
          job,
          kind: { ...kind, phases },
          requestsLeft,
          now,
          liveId: '5',
        });
        const [embed] = message.embeds ?? [];
        if (!embed) throw new Error('no embed');
        expect(embed.title?.trim()).not.toBe('');
        expect(embed.title?.length).toBeLessThanOrEqual(EMBED.title);
        expect(embed.description?.length).toBeLessThanOrEqual(EMBED.description);
        expect(embed.footer?.text.length).toBeLessThanOrEqual(EMBED.footer);
        expect(embed.fields?.length).toBeLessThanOrEqual(EMBED.fields);
        for (const { name, value } of embed.fields ?? []) {
          expect(name.length).toBeLessThanOrEqual(EMBED.fieldName);
          expect(value.trim().length).toBeGreaterThan(0);
          expect(value.length).toBeLessThanOrEqual(EMBED.fieldValue);
        }
        expect(embedLength(embed)).toBeLessThanOrEqual(6_000);
      }),
    );
  });

  it('lines that do not fit are counted, and nothing grows too long', () => {
    expect(packLines(['aaaa', 'bbbb', 'cccc'], 100)).toBe('aaaa\nbbbb\ncccc');
    expect(packLines(['aaaa', 'b'.repeat(30), 'cccc'], 25)).toBe('aaaa\n… and 2 more');
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 20, max: 200 }), (lines, length) => {
        expect(packLines(lines, length).length).toBeLessThanOrEqual(length);
      }),
    );
  });

  it('cut text never ends in half an escape', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, length) => {
        const cut = shortenEscaped(escapeText(text), length);
        expect(cut.length).toBeLessThanOrEqual(length);
        if (cut.endsWith('…')) expect(/(?<!\\)(\\\\)*\\…$/.test(cut)).toBe(false);
      }),
    );
  });
});
