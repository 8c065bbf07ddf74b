import type { onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller, Scope } from '../auth/keys.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyInstance {
    /** A hook that lets in who has the scope, before the body is read. */
    requires: (scope: Scope) => onRequestAsyncHookHandler;
  }
}

export const auth = fp(async (app, { authenticator }: { authenticator: Authenticator }) => {
  // Set before any handler runs; no two requests may share one object.
  app.decorateRequest('caller');
  app.decorate('requires', (scope: Scope) => async (request) => {
    const { authorization } = request.headers;
    request.caller = await authenticator.authenticate(authorization, scope);
  });
});
