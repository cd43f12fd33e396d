import { describe, expect, it } from 'vitest';
import { Gathering } from '../../src/jobs/gathering.ts';

/** Writes that wait until they are let go, in turn. */
function held() {
  const written: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const gathering = new Gathering<string>(async (values) => {
    written.push([...values]);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    if (values.includes('bad')) throw new Error('bad');
  });
  const next = async () => {
    gates.shift()?.resolve();
    await new Promise((done) => setImmediate(done));
  };
  return { gathering, written, next };
}

describe('gathering what is to be written', () => {
  it('writes together what comes while something is written', async () => {
    const { gathering, written, next } = held();
    const all = Promise.all(['a', 'b', 'c'].map((value) => gathering.add(value)));
    await next();
    await next();
    await all;
    expect(written).toEqual([['a'], ['b', 'c']]);
  });

  it('says that a value is written no sooner than it is', async () => {
    const { gathering, next } = held();
    const ended: string[] = [];
    const all = ['a', 'b'].map(async (value) => ended.push(`${value} ${await gathering.add(value)}`));
    await new Promise((done) => setImmediate(done));
    expect(ended).toEqual([]);
    await next();
    expect(ended).toEqual(['a undefined']);
    await next();
    await Promise.all(all);
    expect(ended).toEqual(['a undefined', 'b undefined']);
  });

  it('lets nothing fail for what another one did, and goes on after a failure', async () => {
    const { gathering, written, next } = held();
    const all = Promise.allSettled(['a', 'b', 'bad', 'c'].map((value) => gathering.add(value)));
    for (let i = 0; i < 5; i++) await next();
    expect((await all).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(written).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c']]);
    const late = gathering.add('d');
    await next();
    await expect(late).resolves.toBeUndefined();
  });
});
