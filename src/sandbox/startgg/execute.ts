import type {
  DocumentNode,
  ExecutionResult,
  FieldNode,
  GraphQLError,
  GraphQLFormattedError,
  GraphQLSchema,
} from 'graphql';
import { buildSchema, execute, Kind, parse, specifiedRules, validate } from 'graphql';
import { complexityLimit, type RequestContext, TenThousandthEntryError, tooComplex } from './connection.ts';
import { equip } from './cost.ts';
import type { StartggRequest } from './faults.ts';
import { resolversFor } from './resolvers.ts';
import { schemaText } from './schema.ts';
import type { WorldStore } from './store.ts';

/** start.gg's envelope (recorded answers); `data` is missing where the document itself was refused. */
export interface Answer {
  errors?: unknown[];
  data?: Record<string, unknown> | null;
  extensions: { cacheControl: unknown; queryComplexity: number };
  actionRecords: never[];
}

/** How long start.gg says an answer may be kept, in seconds, by the first field (recorded hints). */
const maxAges: Record<string, number> = { event: 60, tournament: 300, entrant: 300, tournaments: 600 };

const keptDocuments = 500;

/** Executes documents over a world and prices what they return. */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #documents = new Map<string, DocumentNode | GraphQLError[]>();

  constructor(world: WorldStore) {
    this.#schema = buildSchema(schemaText);
    equip(this.#schema, resolversFor(world));
  }

  /** The name of the operation that a request runs, if it has one. */
  operationName({ query, operationName }: StartggRequest): string | null {
    const document = this.#document(query);
    if (operationName || Array.isArray(document)) return operationName;
    const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
    return operation?.name?.value ?? null;
  }

  /** The names of the top-level fields that a request asks for, aliases resolved. */
  fields(request: StartggRequest): string[] {
    return this.#topLevel(request).map((field) => field.name.value);
  }

  /** The names under which they are answered. */
  keys(request: StartggRequest): string[] {
    return this.#topLevel(request).map((field) => (field.alias ?? field.name).value);
  }

  #topLevel({ query }: StartggRequest): FieldNode[] {
    const document = this.#document(query);
    if (Array.isArray(document)) return [];
    return document.definitions
      .flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections : []))
      .filter((one) => one.kind === Kind.FIELD);
  }

  /** What is answered, and whether some of it was too much to ask for. */
  run(request: StartggRequest, context: RequestContext): { envelope: Answer; isTooLarge: boolean } {
    const envelope = this.#run(request, context);
    const said = (envelope.errors ?? []) as { message?: string }[];
    return { envelope, isTooLarge: said.some(({ message }) => message?.includes('complexity') === true) };
  }

  #run(request: StartggRequest, context: RequestContext): Answer {
    const document = this.#document(request.query);
    if (Array.isArray(document)) return this.#answer({ errors: document }, 0, []);
    const result = execute({
      schema: this.#schema,
      document,
      contextValue: context,
      variableValues: request.variables,
      operationName: request.operationName,
    });
    if (result instanceof Promise) throw new Error('a resolver must not wait');
    const beyond = result.errors?.find((error) => error.originalError instanceof TenThousandthEntryError);
    if (beyond) return this.#answer({ data: null, errors: [beyond] }, 0, this.fields(request));
    return this.#priced(result, context, this.fields(request));
  }

  /** Top-level fields are counted in order; the one that reaches the limit is taken out, and the next are tried. */
  #priced(result: ExecutionResult, context: RequestContext, fields: string[]): Answer {
    const errors: (GraphQLError | GraphQLFormattedError)[] = [...(result.errors ?? [])];
    let total = 0;
    for (const key of Object.keys(result.data ?? {})) {
      const cost = context.costs.get(key) ?? 0;
      if (total + cost < complexityLimit) {
        total += cost;
        continue;
      }
      (result.data as Record<string, unknown>)[key] = null;
      const refused = tooComplex(total + cost);
      errors.push({
        message: refused.message,
        extensions: refused.extensions,
        locations: [{ line: 1, column: 1 }],
        path: [key],
      });
    }
    return this.#answer({ ...result, errors: errors as GraphQLError[] }, total, fields);
  }

  #answer(result: ExecutionResult, cost: number, fields: string[]): Answer {
    const hints = fields
      .filter((field) => field in maxAges)
      .map((field) => ({ path: [field], maxAge: maxAges[field], scope: 'PRIVATE' }));
    return {
      ...(result.errors?.length ? { errors: result.errors.map(formatted) } : {}),
      ...('data' in result ? { data: result.data as Record<string, unknown> | null } : {}),
      extensions: {
        cacheControl: { version: 1, hints: hints.length > 0 ? hints : null },
        queryComplexity: cost,
      },
      actionRecords: [],
    };
  }

  #document(query: string): DocumentNode | GraphQLError[] {
    const found = this.#documents.get(query);
    if (found) return found;
    const document = this.#check(query);
    if (this.#documents.size >= keptDocuments) this.#documents.clear();
    this.#documents.set(query, document);
    return document;
  }

  #check(query: string): DocumentNode | GraphQLError[] {
    try {
      const document = parse(query);
      const errors = validate(this.#schema, document, specifiedRules);
      return errors.length > 0 ? [...errors] : document;
    } catch (error) {
      return [error as GraphQLError];
    }
  }
}

function formatted(error: GraphQLError | GraphQLFormattedError) {
  const { message, locations, path, extensions } = error;
  if (message.startsWith('Cannot query more than the')) return { message };
  const category = extensions?.category ?? 'graphql';
  const validation = category === 'validation' ? { type: 'validation', fields: null, fieldErrors: [] } : {};
  return { message, extensions: { category }, locations, ...(path ? { path } : {}), ...validation };
}
