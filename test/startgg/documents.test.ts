import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from '../../src/startgg/documents.ts';

const contract = fileURLToPath(new URL('../../../shared/contracts/startgg/schema.graphql', import.meta.url));

describe.skipIf(!existsSync(contract))("every document, held to start.gg's schema", () => {
  const schema = existsSync(contract) ? buildSchema(readFileSync(contract, 'utf8')) : undefined;
  it.each(Object.entries(documents))('%s is valid', (_, document) => {
    expect(schema && validate(schema, parse(document))).toEqual([]);
  });
});
