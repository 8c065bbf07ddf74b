import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { rateLimitHeaders, tooManyRequests } from '../backpressure/http.ts';
import type { RateLimiter } from '../backpressure/rate-limiter.ts';
import type { Shedder } from '../backpressure/shedder.ts';
import type { Problem } from '../http/problem.ts';
import type { Logger } from '../logger.ts';
import { startLoop } from '../loop.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route makes work for the workers: it is refused while they have too much. */
    makesJobs?: boolean;
  }
  interface FastifyRequest {
    /** Why the request is refused, unless its idempotency key is known: that is for the handler to
     *  find out. */
    refusal: Problem | undefined;
  }
}

export interface BackpressureOptions {
  limiter: RateLimiter;
  shedder: Shedder;
  /** Told of every error: it counts refusals. */
  count: (error: unknown) => void;
}

/** Refuses early, before a body is read: what the process, the tenant or the workers cannot take. */
export const backpressure = fp(async (app, options: BackpressureOptions) => {
  const { limiter, shedder, count } = options;
  app.decorateRequest('refusal', undefined);
  app.addHook('onRequest', async (request) => refuse(request, shedder.busy));
  // After the route has asked for the API key, which tells the tenant.
  app.addHook('preParsing', async (request, reply) => {
    if (request.caller) {
      const verdict = limiter.take(request.caller.tenant);
      reply.headers(rateLimitHeaders(limiter.policy, verdict));
      if (!verdict.allowed) refuse(request, tooManyRequests(verdict));
    }
    if (request.routeOptions.config.makesJobs) refuse(request, shedder.full);
  });

  app.addHook('onError', async (_request, _reply, error) => count(error));

  let stop = async () => {};
  app.addHook('onListen', async () => {
    stop = startLoop(shedder.loop, app.log as Logger);
  });
  app.addHook('onClose', () => stop());
});

function refuse(request: FastifyRequest, problem: Problem | undefined) {
  if (!problem) return;
  const { makesJobs } = request.routeOptions.config;
  if (!makesJobs || request.headers['idempotency-key'] === undefined) throw problem;
  request.refusal = problem;
}
