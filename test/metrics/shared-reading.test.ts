import { expect, it } from 'vitest';
import { SharedReading } from '../../src/metrics/shared-reading.ts';
import { until } from '../support/until.ts';

/** Something whose readings end when the test says so. */
function slow() {
  const readings: PromiseWithResolvers<number>[] = [];
  const read = () => {
    readings.push(Promise.withResolvers());
    return readings.at(-1)?.promise ?? Promise.reject();
  };
  return { readings, read };
}

const FOREVER = 60_000;

it('is read once for all who ask at the same time, and kept for a moment', async () => {
  const { readings, read } = slow();
  const shared = new SharedReading(read, { keepMs: FOREVER, patienceMs: FOREVER });
  const asked = [shared.get(), shared.get()];
  readings[0]?.resolve(1);
  expect(await Promise.all(asked)).toEqual([1, 1]);
  expect(await shared.get()).toBe(1);
  expect(readings).toHaveLength(1);
});

it('is read again when it is old', async () => {
  let count = 0;
  const shared = new SharedReading(async () => ++count, { keepMs: 30, patienceMs: FOREVER });
  expect(await shared.get()).toBe(1);
  await until('it is read again', async () => (await shared.get()) === 2);
});

it('is not kept when it failed, and all who waited hear of it', async () => {
  const { readings, read } = slow();
  const shared = new SharedReading(read, { keepMs: FOREVER, patienceMs: FOREVER });
  const asked = Promise.allSettled([shared.get(), shared.get()]);
  readings[0]?.reject(new Error('away'));
  expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = shared.get();
  readings[1]?.resolve(2);
  expect(await again).toBe(2);
});

it('is not waited for longer than patience lasts, and not begun again while it hangs', async () => {
  const { readings, read } = slow();
  const shared = new SharedReading(read, { keepMs: FOREVER, patienceMs: 20 });
  await expect(shared.get()).rejects.toThrow('no answer within 20 ms');
  await expect(shared.get()).rejects.toThrow('no answer within 20 ms');
  expect(readings).toHaveLength(1);
  readings[0]?.resolve(3);
  expect(await shared.get()).toBe(3);
});
