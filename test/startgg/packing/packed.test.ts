import { describe, expect, it } from 'vitest';
import { asks, QUICK, worldOfEvents } from '../faults.ts';
import { Ground } from '../ground.ts';

const eventsIn = (query: string) => [...query.matchAll(/event\(id: (\d+)\)/g)].map(([, id]) => Number(id));

describe('a request that asks for parts of many events', () => {
  it('reads them all, and its price is what start.gg counts', async () => {
    const { world, events } = worldOfEvents('together', 12);
    const ground = await Ground.open(world);
    expect(await ground.run(await ground.herald(QUICK))).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
    expect(await ground.differences()).toEqual([]);
    const structure = ground.startgg.requests.filter((one) => asks('Event')(one));
    expect(structure).toHaveLength(1);
    expect(eventsIn(structure[0]?.query ?? '').sort()).toEqual(events.map(({ id }) => id).sort());
    for (const { cost, status } of ground.startgg.requests)
      expect([status, cost < 1_000]).toEqual([200, true]);
  });

  it.each(['phases', 'sets', 'entrants'])(
    'keeps what is good when "%s" of one event fails, and asks for that alone',
    async (field) => {
      const { world, events } = worldOfEvents(`one alias ${field}`, 8);
      const bad = events[3]?.id as number;
      const ground = await Ground.open(world);
      const part = field === 'phases' ? 'Event' : field === 'sets' ? 'Sets' : 'Entrants';
      ground.startgg.faults.add({ kind: 'partial', field, event: bad, match: asks(part, bad) });
      const job = await ground.run(await ground.herald(QUICK));
      expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 0 });
      expect(await ground.differences()).toEqual([]);
      const asked = ground.startgg.requests
        .filter((one) => asks(part)(one))
        .map(({ query }) => eventsIn(query));
      const again = asked.filter((ids) => ids.length === 1);
      expect(again).toEqual([[bad]]);
      // The others were asked for once.
      for (const { id } of events.filter((event) => event.id !== bad))
        expect(ground.startgg.requests.filter((one) => asks(part, id)(one))).toHaveLength(1);
    },
  );

  it('is read in halves when it fails as a whole while others are answered, until the one at fault stands alone', async () => {
    const { world, events } = worldOfEvents('whole', 8);
    const bad = events[5]?.id as number;
    const ground = await Ground.open(world);
    ground.startgg.faults.add({ kind: 'http', status: 500, match: asks('Event', bad), times: 9 });
    const job = await ground.run(await ground.herald(QUICK));
    expect(job).toMatchObject({ state: 'COMPLETED', errorCount: 1 });
    const done = await ground.rows('select distinct event_id from startgg_set');
    expect(done).toHaveLength(events.length - 1);
    const sizes = ground.startgg.requests
      .filter((one) => asks('Event', bad)(one))
      .map(({ query }) => eventsIn(query).length);
    expect(sizes.slice(0, 4)).toEqual([8, 4, 2, 1]);
  });
});
