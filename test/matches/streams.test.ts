import { expect, it } from 'vitest';
import { playerStreamLinks } from '../../src/matches/streams.ts';

const player = (name: string, stream: string | null) => ({ name, stream, discordId: null, pairing: 1 });

it('links a login and an address, and shows the rest as it stands there', () => {
  const players = [
    player('Ada', 'ada_tv'),
    player('Ben', 'https://www.youtube.com/@ben'),
    player('*Cas*', 'on **my** channel'),
    player('Dee', 'https://evil.example/) [x](y'),
    player('Eve', null),
    player('Fay', 'javascript:alert(1)'),
  ];
  expect(playerStreamLinks({ channels: [], players })).toEqual([
    '[Ada](https://twitch.tv/ada_tv)',
    '[Ben](https://www.youtube.com/@ben)',
    '\\*Cas\\*: on \\*\\*my\\*\\* channel',
    'Dee: https\\://evil\\.example/\\) \\[x\\]\\(y',
    'Fay: javascript\\:alert\\(1\\)',
  ]);
});

it('names a stream that two share once, and none where the match is broadcast', () => {
  const players = [player('Ada', 'club'), player('Ben', 'https://twitch.tv/Club')];
  expect(playerStreamLinks({ channels: [], players })).toHaveLength(1);
  const channels = [{ name: 'SpeedGaming', language: 'en', url: null }];
  expect(playerStreamLinks({ channels, players })).toEqual([]);
});
