import { describe, expect, it } from 'vitest';
import { drawStartggEvent } from '../../src/discord/startgg-event-message.ts';
import { type SetRecord, setId } from '../../src/sandbox/startgg/model.ts';
import { eventOverview, eventSubject } from '../../src/startgg/schedule/event-announcement.ts';
import { Venue, worldOfFour } from './venue.ts';

const dirty = (venue: Venue) =>
  venue.rows(`with cleared as (update live_message set dirty_at = null where dirty_at is not null returning kind, subject)
    select kind, subject from cleared`);

describe('the announcement of an event', () => {
  it('comes with its first pool, is drawn anew with every change, and ends with the best', async () => {
    const { world, tournament, event, pool } = worldOfFour('told');
    const venue = await Venue.open(world, tournament);
    await venue.run();
    expect(await dirty(venue)).toEqual([]);
    world.startPool(pool);
    await venue.run();
    const subject = eventSubject(1, event.id);
    const one = [{ kind: 'startgg-event', subject }];
    expect(await dirty(venue)).toEqual(one);
    await venue.run();
    expect(await dirty(venue)).toEqual([]);

    const ready = () =>
      world
        .phaseGroup(pool)
        ?.sets.find(
          (set) => !set.bye && set.state !== 3 && set.slots.every((slot) => slot.seed?.entrant),
        ) as SetRecord;
    const opening = ready();
    world.callSet(setId(opening), 7);
    await venue.run();
    expect(await dirty(venue)).toEqual(one);
    const shown = async () => (await eventOverview(venue.herald.db.em(), subject, 10)) as never;
    const sets = world.phaseGroup(pool)?.sets.filter((set) => !set.bye).length;
    expect(await shown()).toMatchObject({
      tournament: 'Cup 1',
      name: 'Singles',
      isOver: false,
      entrants: 4,
      sets,
      played: 0,
      running: [{ phase: expect.any(String), pools: ['1'] }],
      open: [{ isCalled: true, round: opening.fullRoundText, station: 7 }],
      standings: [],
    });
    const [embed] = drawStartggEvent(await shown(), '9').embeds ?? [];
    expect(embed?.description).toContain('station 7');

    for (let set = ready(); set; set = ready()) world.completeSet(setId(set), { winner: 0 });
    await venue.run();
    expect(await dirty(venue)).toEqual(one);
    expect(await shown()).toMatchObject({
      isOver: true,
      open: [],
      running: [],
      standings: [{ placement: 1 }, {}, {}, {}],
    });
    const [last] = drawStartggEvent(await shown(), '9').embeds ?? [];
    expect(last?.description).toContain('✅ Over');
  });

  it('is not made for one that was over, or under way, when the link was made, until it changes', async () => {
    const { world, tournament, pool } = worldOfFour('known');
    world.startPool(pool);
    const venue = await Venue.open(world, tournament);
    await venue.run();
    await venue.run();
    expect(await dirty(venue)).toEqual([]);
    const set = world.phaseGroup(pool)?.sets.find((each) => !each.bye) as SetRecord;
    world.callSet(setId(set));
    await venue.run();
    expect(await dirty(venue)).toHaveLength(1);
  });

  it('is one for several tournaments of a guild in one channel, and one more for another channel', async () => {
    const { world, tournament, event, pool } = worldOfFour('several');
    const venue = await Venue.open(world, tournament);
    for (const channel of [null, '5'])
      await venue.rows(
        `with t as (insert into tournament (guild_id, name, announce_channel_id) values ('1', $1, $2) returning id)
         insert into tournament_link (tournament_id, source, slug, name) select id, 'startgg', $3, 'Cup' from t`,
        [`In ${channel}`, channel, venue.slug],
      );
    await venue.run();
    world.startPool(pool);
    await venue.run();
    const subjects = async () => (await dirty(venue)).map(({ subject }) => subject).sort();
    expect(await subjects()).toEqual([eventSubject(1, event.id), eventSubject(3, event.id)]);
    await venue.rows('delete from tournament_link where tournament_id = 1');
    const set = world.phaseGroup(pool)?.sets.find((each) => !each.bye) as SetRecord;
    world.callSet(setId(set));
    await venue.run();
    expect(await subjects()).toContain(eventSubject(2, event.id));
  });
});
