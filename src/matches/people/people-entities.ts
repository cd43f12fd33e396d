import { defineEntity, type InferEntity, p } from '@mikro-orm/postgresql';
import { Guild } from '../../guilds/entities.ts';

const timestamp = () => p.datetime().columnType('timestamptz');

/** Somebody as one guild knows them: a Discord account, or a placeholder until there is one. */
export const Person = defineEntity({
  name: 'Person',
  tableName: 'person',
  uniques: [{ properties: ['guild', 'discordId'] }],
  indexes: [
    {
      name: 'person_placeholder_index',
      expression:
        'create index person_placeholder_index on person (guild_id, lower(name)) where is_placeholder and merged_into_id is null',
    },
    {
      name: 'person_merged_index',
      expression: 'create index person_merged_index on person (guild_id) where merged_into_id is not null',
    },
    {
      name: 'person_account_index',
      expression: 'create index person_account_index on person (discord_id) where discord_id is not null',
    },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    guild: () => p.manyToOne(Guild).mapToPk().deleteRule('cascade'),
    discordId: p.text().nullable(),
    isPlaceholder: p.boolean(),
    /** What a placeholder is called beside its name: `sg_123`, `sg_crew_456`. */
    handle: p.text().nullable(),
    /** As the source last gave it. */
    name: p.text(),
    /** The Discord tag that the source names; people type it, so it proves nothing. */
    tag: p.text().nullable(),
    /** Name of the stream, at Twitch as a rule. */
    stream: p.text().nullable(),
    /** What was known of them is gone, at their own wish; a placeholder that stands for nobody. */
    isErased: p.boolean().default(false),
    /** The person that this placeholder turned out to be. */
    mergedInto: () => p.manyToOne(Person).mapToPk().nullable().deleteRule('set null').index(),
    createdAt: timestamp().defaultRaw('now()'),
  },
});
export type Person = InferEntity<typeof Person>;

/** Under which key a source knows a person of a guild. */
export const PersonIdentity = defineEntity({
  name: 'PersonIdentity',
  tableName: 'person_identity',
  uniques: [{ properties: ['guild', 'source', 'kind', 'key'] }],
  properties: {
    id: p.integer().primary().autoincrement(),
    guild: () => p.manyToOne(Guild).mapToPk().deleteRule('cascade'),
    person: () => p.manyToOne(Person).mapToPk().deleteRule('cascade').index(),
    source: p.text(),
    /** What the key counts: players and crew have sequences of their own. */
    kind: p.text(),
    key: p.text(),
    /** A person decided whose key this is: what the source says later about its Discord account changes nothing. */
    isDecided: p.boolean().default(false),
  },
});

/** One merge of a placeholder into a person, with what moved, so that it can be taken back. */
export const PersonMerge = defineEntity({
  name: 'PersonMerge',
  tableName: 'person_merge',
  properties: {
    id: p.integer().primary().autoincrement(),
    placeholder: () => p.manyToOne(Person).mapToPk().deleteRule('cascade').index(),
    person: () => p.manyToOne(Person).mapToPk().deleteRule('cascade').index(),
    cause: p.text().$type<MergeCause>(),
    /** Discord id of who decided it; null for the source. */
    decidedBy: p.text().nullable(),
    moved: p.json().$type<{ identities: number[] }>(),
    at: timestamp().defaultRaw('now()'),
    undoneAt: timestamp().nullable(),
  },
});

export type MergeCause = 'source' | 'organiser' | 'claim';

/** "That's me": waits for an organiser. */
export const PersonClaim = defineEntity({
  name: 'PersonClaim',
  tableName: 'person_claim',
  indexes: [
    {
      name: 'person_claim_pending_unique',
      expression: `create unique index person_claim_pending_unique on person_claim (placeholder_id, claimant_id) where state = 'pending'`,
    },
  ],
  properties: {
    id: p.integer().primary().autoincrement(),
    placeholder: () => p.manyToOne(Person).mapToPk().deleteRule('cascade').index(),
    /** Discord id. */
    claimantId: p.text(),
    claimantName: p.text(),
    state: p.text().$type<'pending' | 'approved' | 'refused'>().default('pending'),
    /** Discord id. */
    decidedBy: p.text().nullable(),
    at: timestamp().defaultRaw('now()'),
  },
});
export type PersonClaim = InferEntity<typeof PersonClaim>;

/** Whom no import may bring back: salted hashes of Discord ids and of keys at sources. */
export const Erased = defineEntity({
  name: 'Erased',
  tableName: 'erased',
  properties: {
    hash: p.text().primary(),
    at: timestamp().defaultRaw('now()'),
  },
});

/** One row, made with the first erasure: what the hashes are salted with. */
export const ErasedSalt = defineEntity({
  name: 'ErasedSalt',
  tableName: 'erased_salt',
  properties: {
    id: p.integer().primary().autoincrement(false),
    salt: p.text(),
  },
});

export const peopleEntities = [Person, PersonIdentity, PersonMerge, PersonClaim, Erased, ErasedSalt];
