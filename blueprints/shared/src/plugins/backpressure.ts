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
  const rateLimit = rateLimitHeaders(limiter.policy);
  app.decorateRequest('refusal', undefined);
  app.addHook('onRequest', (request, _reply, done) => done(refusal(request, shedder.busy)));
  // After the route has asked for the API key, which tells the tenant.
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { caller, routeOptions } = request;
    let problem: Problem | undefined;
    if (caller) {
      const verdict = limiter.take(caller.tenant);
      reply.headers(rateLimit(verdict));
      if (!verdict.allowed) problem = refusal(request, tooManyRequests(verdict));
    }
    if (routeOptions.config.makesJobs) problem ??= refusal(request, shedder.full);
    done(problem, payload);
  });

  app.addHook('onError', async (_request, _reply, error) => count(error));

  let stop = async () => {};
  app.addHook('onListen', async () => {
    stop = startLoop(shedder.loop, app.log as Logger);
  });
  app.addHook('onClose', () => stop());
});

/** The problem, unless it has to wait for the handler. */
function refusal(request: FastifyRequest, problem: Problem | undefined) {
  if (!problem) return undefined;
  const { makesJobs } = request.routeOptions.config;
  if (!makesJobs || request.headers['idempotency-key'] === undefined) return problem;
  request.refusal = problem;
  return undefined;
}
