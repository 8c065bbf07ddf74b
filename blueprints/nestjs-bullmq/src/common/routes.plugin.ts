import fp from 'fastify-plugin';
import type { Scope } from '../auth/keys.ts';
import type { RouteOptions } from './route.decorator.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    scope?: Scope | undefined;
    links?: RouteOptions['links'] | undefined;
  }
}

/** Makes of what Route says of a handler what Fastify knows of a route. A guard or a pipe would come
 *  too late: who has no key must not have a body read. */
export const routes = fp(async (app) => {
  app.addHook('onRoute', (route) => {
    if (!route.schema) throw new Error(`${route.method} ${route.url}: its handler has no @Route()`);
    const { scope, links } = route.config ?? {};
    if (scope) route.onRequest = app.requires(scope);
    if (links) Object.assign(route, { links });
  });
});
