// For the migration tool only: `npm run migration:create`. It compares the entities with migrations/schema.json.

import { resolve } from 'node:path';
import { defineConfig } from '@mikro-orm/postgresql';
import { entities } from './src/app.ts';
import { ormOptions } from './src/database/database.ts';
import { attachEmbedded } from './src/database/embedded.ts';
import { createLog } from './src/log.ts';

const url = process.env.DATABASE_URL ?? (await attachEmbedded(resolve('data'), createLog('warn')));

export default defineConfig(ormOptions(url, entities));
