import { Client } from 'pg';
import { expect, inject, it, onTestFinished } from 'vitest';
import { Listener } from '../../src/database/listener.ts';
import { createLog } from '../../src/log.ts';
import { until } from '../support/until.ts';
import { openProxy } from './proxy.ts';

it('a listener that loses the database comes back by itself, one calm attempt after the other', async () => {
  const proxy = await openProxy(inject('postgresUrl'));
  const listener = new Listener(proxy.url, createLog('silent'));
  const heard: string[] = [];
  listener.on('herald_job', (payload) => heard.push(payload));
  await listener.start();
  await listener.hold(77);
  const client = new Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  onTestFinished(async () => {
    await listener.close();
    await client.end();
  });
  const held = async () =>
    (await client.query(`select 1 from pg_locks where locktype = 'advisory' and objid = 77`)).rowCount === 1;
  await client.query(`select pg_notify('herald_job', '1')`);
  await until('a notification is heard', () => heard.includes('1'));
  expect(await held()).toBe(true);

  proxy.cut();
  await until('some attempts failed', () => proxy.attempts.length >= 5);
  const gaps = proxy.attempts.slice(1).map((time, i) => time - (proxy.attempts[i] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThan(300);
  await until('the lock is free', async () => !(await held()));

  proxy.mend();
  // Whoever listens is told to look for itself, since something may have been missed.
  await until('it says that it was away', () => heard.includes(''));
  expect(await held()).toBe(true);
  await client.query(`select pg_notify('herald_job', '2')`);
  await until('a notification is heard again', () => heard.includes('2'));
  expect(heard).toEqual(['1', '', '2']);
});

it('a listener can say that the database is gone, once, instead of trying for ever', async () => {
  const proxy = await openProxy(inject('postgresUrl'));
  let calls = 0;
  const call = () => {
    calls += 1;
  };
  const listener = new Listener(proxy.url, createLog('silent'), { afterMs: 700, call });
  await listener.start();
  onTestFinished(() => listener.close());
  proxy.cut();
  await until('it gives up', () => calls > 0);
  const attempts = proxy.attempts.length;
  proxy.mend();
  await listener.close();
  expect({ calls, attempts: proxy.attempts.length }).toEqual({ calls: 1, attempts });
});
