import fp from 'fastify-plugin';
import { methodNotAllowed, notFound } from '../http/problem.ts';

interface Route {
  path: URLPattern;
  methods: Set<string>;
}

/** What no route takes, refused before its body is read: 405 where another method would do, else 404. */
export const unrouted = fp(async (app) => {
  const routes = new Map<string, Route>();
  app.addHook('onRoute', ({ url, method }) => {
    const path = new URLPattern({ pathname: url });
    const route = routes.get(url) ?? { path, methods: new Set() };
    for (const one of [method].flat()) route.methods.add(one);
    routes.set(url, route);
  });
  const refusal = (url: string) => {
    const pathname = url.split('?', 1)[0] ?? '';
    const route = [...routes.values()].find(({ path }) => path.test({ pathname }));
    return route ? methodNotAllowed(route.methods) : notFound();
  };
  app.addHook('onRequest', ({ is404, url }, _reply, done) =>
    done(is404 ? refusal(url) : undefined),
  );
});
