import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const FOLDER = new URL('../../../shared/contracts/discord/', import.meta.url);
const DESCRIPTION = new URL('openapi.json', FOLDER);

export type Validate = (method: string, path: string, body: unknown) => string[];

let loaded: Promise<Validate | undefined> | undefined;

/** Holds request bodies to Discord's published description; undefined where that is not at hand. */
export function discordContract(): Promise<Validate | undefined> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Validate | undefined> {
  if (!existsSync(DESCRIPTION)) return undefined;
  const { createValidator } = (await import(new URL('validate.mjs', FOLDER).href)) as {
    createValidator: (description: unknown, tools: unknown) => Validate;
  };
  return createValidator(JSON.parse(readFileSync(DESCRIPTION, 'utf8')), { Ajv2020, addFormats });
}
