import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from '../logger.ts';
import type { Page } from './page.ts';
import type { ReadinessCheck } from './readiness.ts';

interface Answer {
  status: number;
  type: string;
  body: string;
}

const json = (status: number, body: unknown): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});

/** Health, metrics and pages, on a port that is not the public one. Live asks nothing outside. */
export function createOpsServer(
  readiness: ReadinessCheck,
  registry: Registry,
  log: Logger,
  pages: readonly Page[] = [],
): Server {
  const routes = new Map<string, () => Promise<Answer>>(
    Object.entries({
      '/health/live': async () => json(200, { status: 'live' }),
      '/health/ready': async () => {
        const { ready, checks } = await readiness.check();
        return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks });
      },
      '/metrics': async () => ({
        status: 200,
        type: registry.contentType,
        body: await registry.metrics(),
      }),
    }),
  );
  return createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    const route = routes.get(path);
    const page = pages.find((one) => path === one.path || path.startsWith(`${one.path}/`));
    let answer = json(404, { status: 'not found' });
    try {
      if (page) return await page.handle(request, response);
      if (route) answer = await route();
    } catch (error) {
      log.warn({ err: error, path }, 'operations request failed');
      answer = json(503, { status: 'unavailable' });
    }
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
}
