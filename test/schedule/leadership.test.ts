import { Client } from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { Leadership } from '../../src/database/leadership.ts';
import { createLog } from '../../src/log.ts';
import { Schedule } from '../../src/schedule/recurring.ts';
import { openProxy } from '../support/proxy.ts';
import { until } from '../support/until.ts';

const EACH_SECOND = '* * * * * *';
let keys = 90_000;

type Tick = { by: string; at: number };

/** Processes that want to keep the time, the ticks of all of them, and a look at the lock. */
async function openTower() {
  const key = keys++;
  const ticks: Tick[] = [];
  const database = new Client({ connectionString: inject('postgresUrl') });
  await database.connect();
  onTestFinished(() => database.end());
  const log = createLog('silent');
  return {
    ticks,
    ticksBy: (name: string) => ticks.filter(({ by }) => by === name),
    /** Sessions that hold the lock. */
    async holders(): Promise<number[]> {
      const held = `select pid from pg_locks where locktype = 'advisory' and objid = $1 and granted`;
      return (await database.query<{ pid: number }>(held, [key])).rows.map(({ pid }) => pid);
    },
    terminate: (pid: number) => database.query('select pg_terminate_backend($1)', [pid]),
    async open(name: string, url = inject('postgresUrl')) {
      const leadership = new Leadership(url, key, log);
      const run = async () => void ticks.push({ by: name, at: Date.now() });
      const task = { name: 'tick', pattern: EACH_SECOND, run };
      await leadership.start(new Schedule([task], log, () => leadership.leads));
      onTestFinished(() => leadership.stop());
      return leadership;
    },
  };
}

/** No two of them ticked within the same turn: one's last tick comes before the other's first. */
function expectTurns(ticks: readonly Tick[], order: readonly string[]): void {
  const turns = ticks.map(({ by }) => by).filter((by, i, all) => by !== all[i - 1]);
  expect(turns).toEqual(order);
}

it('one leads at once and ticks; the other waits, and takes over when the first gives up', async () => {
  const tower = await openTower();
  const first = await tower.open('first');
  expect(tower.ticksBy('first')).toHaveLength(1);
  const second = await tower.open('second');
  await until('some ticks', () => tower.ticksBy('first').length >= 3);
  expect([first.leads, second.leads]).toEqual([true, false]);
  await first.stop();
  const stoppedAt = Date.now();
  await until('the second ticks', () => tower.ticksBy('second').length >= 2);
  expect((tower.ticksBy('second')[0]?.at ?? 0) - stoppedAt).toBeLessThan(5_000);
  expectTurns(tower.ticks, ['first', 'second']);
});

it('a leader whose session was ended ticks no more, and waits for its turn again', async () => {
  const tower = await openTower();
  const first = await tower.open('first');
  const second = await tower.open('second');
  const [pid] = await tower.holders();
  await tower.terminate(pid ?? 0);
  await until('it learns of it', () => !first.leads);
  await until('somebody leads', () => first.leads || second.leads);
  expect(await tower.holders()).toHaveLength(1);
  const [leader, other] = first.leads ? ['first', 'second'] : ['second', 'first'];
  const before = tower.ticksBy(other).length;
  const known = tower.ticksBy(leader).length;
  await until('it ticks on', () => tower.ticksBy(leader).length >= known + 3);
  expect(tower.ticksBy(other)).toHaveLength(before);
});

it('a leader that is cut off ticks no more, though it lives; back again, it waits', async () => {
  const tower = await openTower();
  const proxy = await openProxy(inject('postgresUrl'));
  const first = await tower.open('first', proxy.url);
  await tower.open('second');
  await until('it ticks', () => tower.ticksBy('first').length >= 2);
  proxy.cut();
  await until('the second ticks', () => tower.ticksBy('second').length >= 2);
  proxy.mend();
  await until('the second ticks on', () => tower.ticksBy('second').length >= 5);
  expect(first.leads).toBe(false);
  expectTurns(tower.ticks, ['first', 'second']);
});

it('where the network swallows everything, PostgreSQL takes the lead from who is not heard of', async () => {
  const tower = await openTower();
  const proxy = await openProxy(inject('postgresUrl'));
  const first = await tower.open('first', proxy.url);
  await tower.open('second');
  await until('it ticks', () => tower.ticksBy('first').length >= 2);
  proxy.swallow();
  const swallowedAt = Date.now();
  await until('the second ticks', () => tower.ticksBy('second').length >= 2);
  expect((tower.ticksBy('second')[0]?.at ?? 0) - swallowedAt).toBeLessThan(20_000);
  expect(first.leads).toBe(false);
  expectTurns(tower.ticks, ['first', 'second']);
});

it('what a schedule does when it is stopped is told to end, and begins anew when it is started again', async () => {
  const heard: string[] = [];
  const run = async (stopping: AbortSignal) => {
    heard.push('begins');
    await new Promise((resolve) => stopping.addEventListener('abort', resolve));
    heard.push('ends');
  };
  const schedule = new Schedule([{ name: 'long', pattern: EACH_SECOND, run }], createLog('silent'));
  for (let turn = 0; turn < 2; turn++) {
    schedule.start();
    await schedule.stop();
  }
  expect(heard).toEqual(['begins', 'ends', 'begins', 'ends']);
});

it('a schedule does not tick when it is not its turn', async () => {
  let isTurn = false;
  let ticks = 0;
  const run = async () => {
    ticks += 1;
  };
  const task = { name: 'tick', pattern: EACH_SECOND, run };
  const schedule = new Schedule([task], createLog('silent'), () => isTurn);
  onTestFinished(() => schedule.stop());
  schedule.start();
  expect(ticks).toBe(0);
  isTurn = true;
  await until('it ticks', () => ticks === 1);
});
