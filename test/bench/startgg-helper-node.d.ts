// The library brings no types; what the benchmark uses of it.
declare module 'startgg-helper-node' {
  import type { GraphQLClient } from 'graphql-request';

  export class Query {
    constructor(schema: string);
    execute(
      client: GraphQLClient,
      params: Record<string, unknown>,
      limiter: null,
      silentErrors: boolean,
    ): Promise<Record<string, unknown>>;
    executePaginated(
      client: GraphQLClient,
      params: Record<string, unknown>,
      connectionPath: string,
      limiter: null,
      config: { perPage: number; maxElements: number; silent: boolean },
      silentQueries: boolean,
    ): Promise<unknown[]>;
  }
}
