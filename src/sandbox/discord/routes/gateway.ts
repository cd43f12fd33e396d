import type { FastifyInstance } from 'fastify';
import type { Parts } from '../sandbox.ts';

/** Where the gateway is. Source: Discord docs, Gateway, Get Gateway Bot. */
export function gatewayRoutes(app: FastifyInstance, { gateway, limits }: Parts): void {
  app.get('/gateway', { config: { open: true } }, () => ({ url: gateway.url }));
  app.get('/gateway/bot', () => ({
    url: gateway.url,
    shards: gateway.recommendedShards,
    session_start_limit: {
      total: limits.limit('identifyPerDay').count,
      remaining: limits.remaining('identifyPerDay'),
      reset_after: limits.limit('identifyPerDay').perMs,
      max_concurrency: gateway.options.maxConcurrency,
    },
  }));
}
