import { expect, it } from 'vitest';
import { createWorld } from '../../src/sandbox/startgg/create-world.ts';
import { GAME, Ground, PERIOD } from './ground.ts';

const GAMES = [
  GAME,
  { id: 43868, name: 'Street Fighter 6', displayName: 'SF6', slug: 'game/street-fighter-6' },
  { id: 10, name: 'Street Fighter 60', displayName: null, slug: 'game/street-fighter-60' },
  { id: 11, name: '100% Fight_Game', displayName: null, slug: 'game/fight' },
];

const open = async () => {
  const ground = await Ground.open(createWorld({ seed: 'games', tournaments: 0, games: GAMES, ...PERIOD }));
  return { ground, ...(await ground.herald(undefined, { works: false })) };
};

it('a game is found by its id, its name in any case, or a part of it that fits only one', async () => {
  const { ground, games } = await open();
  for (const typed of ['64423', ' 2XKO ', '2xko', '2xk']) expect((await games.resolve(typed)).id).toBe(64423);
  expect((await games.resolve('street fighter 6')).id).toBe(43868);
  expect(await ground.rows('select id, name, display_name, slug from startgg_videogame order by id')).toEqual(
    [
      { id: 43868, name: 'Street Fighter 6', display_name: 'SF6', slug: 'game/street-fighter-6' },
      { id: 64423, name: '2XKO', display_name: '2XKO', slug: 'game/2xko' },
    ],
  );
});

it('a game that is not meant clearly is refused in words', async () => {
  const { games } = await open();
  await expect(games.resolve('street')).rejects.toThrow(
    '"street" fits several games of start.gg: Street Fighter 6 (43868), Street Fighter 60 (10). Give the full name or the id.',
  );
  await expect(games.resolve('Chess')).rejects.toThrow('start.gg knows no game called "Chess".');
  await expect(games.resolve('99999')).rejects.toThrow('start.gg knows no game called "99999".');
  await expect(games.resolve('  ')).rejects.toThrow('Type the name of a game');
});

it('games are suggested from what is known here, without asking start.gg', async () => {
  const { ground, games } = await open();
  for (const game of GAMES) await games.resolve(String(game.id));
  const asked = ground.startgg.requests.length;
  expect(await games.suggest('SF6')).toEqual([{ name: 'Street Fighter 6', value: '43868' }]);
  expect((await games.suggest('fight')).map((one) => one.value).sort()).toEqual(['10', '11', '43868']);
  expect(await games.suggest('64423')).toEqual([{ name: '2XKO', value: '64423' }]);
  expect((await games.suggest('%')).map((one) => one.value)).toEqual(['11']);
  expect((await games.suggest('t_g')).map((one) => one.value)).toEqual(['11']);
  expect(ground.startgg.requests.length).toBe(asked);
});
