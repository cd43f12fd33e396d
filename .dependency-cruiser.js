// The house has rows: a folder imports only from rows below its own, and folders of one row do not import each other.
const ROWS = [
  ['^src/(main|cli[-a-z]*)\\.ts$'],
  ['^src/app[-a-z]*\\.ts$'],
  ['^commands/'],
  ['^src/discord/', '^src/schedule/'],
  ['^src/startgg/', '^src/speedgaming/', '^src/racetime/'],
  ['^src/notifications/'],
  ['^src/matches/'],
  ['^src/jobs/'],
  ['^src/guilds/', '^src/outbox/'],
  ['^src/database/', '^src/metrics/'],
  ['^src/(config|errors|log|text)\\.ts$'],
];
const HOUSE = ['^src/', '^commands/'];
const OUTSIDE = ['^src/sandbox/'];

const rules = ROWS.flatMap((row, index) =>
  row.map((room) => ({
    name: `from ${room}`,
    severity: 'error',
    from: { path: room },
    to: { path: HOUSE, pathNot: [room, ...ROWS.slice(index + 1).flat()] },
  })),
);

export default {
  forbidden: [
    ...rules,
    {
      name: 'every file is in a room',
      severity: 'error',
      from: { path: HOUSE, pathNot: [...ROWS.flat(), ...OUTSIDE] },
      to: {},
    },
    {
      name: 'the sandbox stands apart',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: HOUSE, pathNot: ['^src/sandbox/', '^src/database/', ...ROWS.at(-1)] },
    },
    {
      name: 'only discord and commands know discord.js',
      severity: 'error',
      from: { path: HOUSE, pathNot: ['^src/discord/', '^commands/', '^src/sandbox/'] },
      to: { path: 'node_modules/(discord\\.js|@discordjs|discord-api-types)/' },
    },
    { name: 'no circles', severity: 'error', from: { pathNot: OUTSIDE }, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The parser knows no JSX. The page is a program of its own, which takes nothing but types from the sandbox.
    exclude: { path: '^src/sandbox/page/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
