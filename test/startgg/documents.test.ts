import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from '../../src/startgg/documents.ts';
import { detailsReader } from '../../src/startgg/packing/details.ts';
import { entrantsReader } from '../../src/startgg/packing/entrants.ts';
import { documentOf } from '../../src/startgg/packing/request.ts';
import { setsReader } from '../../src/startgg/packing/sets.ts';
import { structureReader } from '../../src/startgg/packing/structure.ts';
import { item } from './items.ts';

const contract = fileURLToPath(new URL('../../../shared/contracts/startgg/schema.graphql', import.meta.url));
const { FRAGMENTS: _, ...whole } = documents;

describe.skipIf(!existsSync(contract))("every document, held to start.gg's schema", () => {
  const schema = existsSync(contract) ? buildSchema(readFileSync(contract, 'utf8')) : undefined;
  it.each(Object.entries(whole))('%s is valid', (_, document) => {
    expect(schema && validate(schema, parse(document))).toEqual([]);
  });

  it('is valid, put together from all that is asked for of events', () => {
    const needs = [
      { scores: true, seeds: false },
      { scores: false, seeds: true },
      { scores: true, seeds: true },
    ];
    const sets = needs.map((one, i) => ({ node: { id: i === 1 ? 'preview_1_-3_0' : '5' }, needs: one }));
    const asks = [
      ...structureReader.ask(item('event', '7')),
      ...structureReader.ask(item('event', '8', { eventType: 5 })),
      ...entrantsReader.ask(item('entrants', '8', { members: 2 })),
      ...setsReader.ask(item('sets', '8:80')),
      ...setsReader.ask({ ...item('sets', '8:80'), page: 2 }),
      ...detailsReader.ask(item('details', '8:80:x', { sets })),
    ];
    const document = documentOf(asks);
    expect(document.match(/event\(id: 8\)/g)).toHaveLength(1);
    expect(schema && validate(schema, parse(document))).toEqual([]);
  });
});
