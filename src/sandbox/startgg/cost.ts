import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import {
  GraphQLID,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  getNamedType,
  isCompositeType,
  isListType,
  isObjectType,
} from 'graphql';
import { type RequestContext, strikesHere, unknownError } from './connection.ts';

export type Resolver = GraphQLFieldResolver<never, RequestContext, never>;
export type Resolvers = Record<string, Record<string, Resolver>>;

/** start.gg declares ids as strings and sends numbers (developer portal, issue 171). */
const numericId = new GraphQLScalarType({ name: 'ID', serialize: (value) => value });

/**
 * Gives every field of the schema its resolver and counts what it returns, as start.gg does by all recorded
 * answers: each object 1, a null or empty one too; connections and pageInfo are free, their nodes are not.
 */
export function equip(schema: GraphQLSchema, resolvers: Resolvers): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      const resolve = (resolvers[type.name]?.[field.name] ?? property) as Resolver;
      const isObject = isCompositeType(named) && !/Connection$|^PageInfo$/.test(named.name);
      const isNodes = field.name === 'nodes' && isListType(field.type);
      const extra =
        field.name === 'displayScore' || `${type.name}.${field.name}` === 'SetSlot.standing' ? 2 : 0;
      field.resolve = (source, args, context: RequestContext, info) => {
        if (type.name === 'Query')
          context.event = field.name === 'event' ? Number((args as { id?: unknown }).id) : undefined;
        if (named.name.endsWith('Connection')) context.list = field.name;
        if (strikesHere(context)) strike(context, info, isObject);
        const isGone = context.fault?.kind === 'null-field' && type.name === 'Query' && strikesHere(context);
        const value = isGone ? null : resolve(source as never, args as never, context, info);
        if (isObject)
          charge(context, info, Array.isArray(value) ? Math.max(value.length, isNodes ? 0 : 1) : 1);
        if (extra > 0 && context.dearer) charge(context, info, extra);
        return value;
      };
      if (named === GraphQLID) field.type = numericId;
    }
  }
}

function property(source: never, _args: never, _context: RequestContext, info: GraphQLResolveInfo): unknown {
  return (source as Record<string, unknown>)[info.fieldName];
}

function charge(context: RequestContext, info: GraphQLResolveInfo, objects: number): void {
  let { path } = info;
  while (path.prev) path = path.prev;
  const key = String(path.key);
  context.costs.set(key, (context.costs.get(key) ?? 0) + objects);
}

function strike(context: RequestContext, info: GraphQLResolveInfo, isObject: boolean): void {
  const { fault } = context;
  if (fault?.kind !== 'partial' || context.partialDone) return;
  const inNode = isObject && typeof info.path.prev?.key === 'number';
  if (fault.field ? info.fieldName !== fault.field : !inNode) return;
  context.partialDone = true;
  throw unknownError();
}
