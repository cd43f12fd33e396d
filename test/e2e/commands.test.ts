import { expect } from 'vitest';
import { smallWorld } from '../../src/sandbox/place.ts';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { buttonsOf, GAME, test, textOf } from './stage.ts';

test.concurrent('what is typed wrongly is answered in plain words, and starts nothing', async ({ open }) => {
  const games = [
    { id: 64423, name: '2XKO', displayName: '2XKO', slug: 'game/2xko' },
    { id: 7, name: 'Super Smash Bros.', displayName: null, slug: 'game/smash' },
    { id: 8, name: 'Super Smash Bros. Melee', displayName: null, slug: 'game/melee' },
    { id: 9, name: 'Super Smash Bros. Ultimate', displayName: null, slug: 'game/ultimate' },
  ];
  const period = { from: new Date('2026-01-01'), to: new Date('2026-03-31') };
  const stage = await open({ world: createWorld({ seed: 'games', tournaments: 2, games, ...period }) });
  await stage.bot();
  const wrong: [Record<string, string>, RegExp][] = [
    [{ game: '2XKO', since: 'yesterday' }, /"yesterday" is no date.*YYYY-MM-DD/],
    [{ game: '2XKO', since: '2026-02-30' }, /"2026-02-30" is no date/],
    [{ game: '2XKO', since: '2026-01-01', until: '1.2.2026' }, /"1.2.2026" is no date that `until`/],
    [{ game: '2XKO', since: '2026-03-01', until: '2026-02-01' }, /ends \(2026-02-01\) before it begins/],
    [{ game: 'Nothing Like It', since: '2026-01-01' }, /knows no game called "Nothing Like It"/],
    [
      { game: 'Smash', since: '2026-01-01' },
      /fits several games.*Melee \(8\).*Ultimate \(9\).*full name or the id/,
    ],
    [{ game: '123456', since: '2026-01-01' }, /knows no game/],
  ];
  for (const [options, words] of wrong)
    expect(unescaped(await stage.ask('import startgg', options))).toMatch(words);
  for (const job of ['99', '2147483648', 'mine', '-1'])
    expect(unescaped(await stage.ask('import pause', { job }))).toMatch(/no (such )?import/);
  expect(await stage.ask('import list')).toContain('Nothing was imported here yet');
  expect((await stage.sql.query('select 1 from import_job')).rows).toEqual([]);
});

test.concurrent('the lists that open while one types come from the database alone', async ({ open }) => {
  const stage = await open();
  await stage.bot();
  expect(await stage.offered('import startgg', 'game')).toEqual([]);
  expect(await stage.offered('import startgg', 'game', '2x')).toEqual([{ name: '2x', value: '2x' }]);
  stage.hold();
  const first = await stage.begin();
  const second = await stage.begin({ since: '2026-02-01', until: '2026-02-02' });
  const asked = stage.startgg.requests.length;
  expect(await stage.offered('import startgg', 'game', '2xk')).toEqual([{ name: '2XKO', value: '64423' }]);
  expect(
    stage.startgg.requests.slice(asked).filter(({ operationName }) => /videogame/i.test(operationName ?? '')),
  ).toEqual([]);

  await stage.ask('import cancel', { job: String(second.id) });
  const all = await stage.offered('import show', 'job');
  expect(all.map(({ value }) => value)).toEqual([String(second.id), String(first.id)]);
  expect(all[0]?.name).toBe(`Import ${second.id} · 2XKO · 2026-02-01 to 2026-02-02 · cancelled`);
  expect((await stage.offered('import show', 'job', '2026-02-02 2xko')).map(({ value }) => value)).toEqual([
    String(second.id),
  ]);
  expect((await stage.offered('import pause', 'job')).map(({ value }) => value)).toEqual([String(first.id)]);
  expect(await stage.offered('import resume', 'job')).toEqual([]);
  expect(await stage.ask('import pause', { job: `#${first.id}` })).toContain('Paused');
  expect(unescaped(await stage.ask('import pause', { job: `import ${first.id}` }))).toContain(
    'is paused, so it cannot be paused',
  );
  expect(await stage.ask('import startgg', GAME)).toMatch(/already.*is paused.*\/import resume/);
});

test.concurrent('/import list and show tell how imports stand; /status tells members less than organisers', async ({
  open,
}) => {
  const stage = await open({ world: smallWorld(18) });
  const { member } = stage.place;
  await stage.bot();
  const done = await stage.begin();
  await stage.shows(done.message, /Done/);
  stage.hold();
  const running = await stage.begin({ since: '2026-02-01' });
  await stage.reaches(running.id, 'RUNNING');

  const list = await stage.ask('import list');
  expect(list.indexOf(`Import ${running.id}`)).toBeLessThan(list.indexOf(`Import ${done.id}`));
  expect(list).toMatch(/Importing · \d+ %/);
  const sets = (await stage.job(done.id)).counters.sets?.total?.toLocaleString('en-US');
  expect(list).toContain(`${sets} sets`);
  expect(list).toContain(`/${done.message.channelId}/${done.message.id})`);
  const shown = await stage.ask('import show', { job: String(done.id) });
  expect(shown).toMatch(/✅ \*\*Done\*\*[\s\S]*In all:/);
  expect(shown).toContain(`<@${stage.place.organiser.id}>`);

  const forMembers = await stage.ask('status', {}, { by: member });
  expect(forMembers).toMatch(/Version\n\d+\.\d+\.\d+/);
  expect(forMembers).toMatch(/Up since\n<t:\d+:R>/);
  expect(forMembers).not.toContain('Imports');
  const forOrganisers = await stage.ask('status');
  expect(forOrganisers).toContain(`import ${running.id}`);
  expect(forOrganisers).not.toContain(`import ${done.id}`);
  expect(forOrganisers).toMatch(/Waiting for a worker\n0/);
});

test.concurrent('/setup shows what it set', async ({ open }) => {
  const stage = await open();
  const { guild, channel } = stage.place;
  const role = stage.discord.world.addRole(guild, { name: 'Crew' });
  await stage.bot();
  expect(await stage.ask('setup show')).toMatch(
    /`\/setup organiser` adds a role[\s\S]*none. `\/setup channel` sets one/,
  );
  expect(await stage.ask('setup organiser', { role: guild.id })).toMatch(/every member/);
  await stage.ask('setup organiser', { role: role.id });
  await stage.ask('setup channel', { channel: channel.id });
  expect(await stage.ask('setup show')).toMatch(new RegExp(`<@&${role.id}>[^?]*<#${channel.id}>`));
});

test.concurrent('the Errors button shows all that failed, page by page', async ({ open }) => {
  const stage = await open({ world: smallWorld(18) });
  const events = [...stage.startgg.world.events({ videogameId: 64423 })].slice(0, 13);
  for (const { id } of events) stage.startgg.faults.failEvent(id);
  await stage.bot();
  const { id, message } = await stage.begin();
  await stage.shows(message, new RegExp(`Done, but ${events.length} items failed`), 120_000);
  const errors = await (await stage.click(message, 'Errors')).answer();
  expect(errors.visibleTo).toBe(stage.place.organiser.id);
  expect(textOf(errors)).toMatch(/Page 1 of 2/);
  expect(buttonsOf(errors)).toEqual(['Next']);
  const first = textOf(errors);
  await stage.click(errors, 'Next');
  await stage.shows(errors, /Page 2 of 2/);
  expect(buttonsOf(errors)).toEqual(['Previous']);
  const both = unescaped(first + textOf(errors));
  for (const { name, tournament } of events)
    expect(both).toContain(`${tournament.name}: ${name}`.slice(0, 100));
  await stage.click(errors, 'Previous');
  await stage.shows(errors, /Page 1 of 2/);
  expect(unescaped(await stage.ask('import show', { job: String(id) }))).toContain('13 failed');
});

const unescaped = (text: string) => text.replace(/\\([^\p{L}\p{N}\s])/gu, '$1');
