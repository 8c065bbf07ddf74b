import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ApiModule } from './api.module.ts';
import { ServerAdapter } from './common/adapter.ts';
import { NestLogger } from './common/logger.ts';
import { routes } from './common/routes.plugin.ts';
import type { App, AppOptions } from './http/app.ts';
import { createServer } from './server.ts';

/** The public HTTP interface, not yet listening: Nest's controllers on the service's own server. */
export async function createApp(options: AppOptions): Promise<App> {
  const server = await createServer(options);
  await server.register(routes);
  const nest = await NestFactory.create(ApiModule.of(options), new ServerAdapter(server), {
    // The server reads bodies (src/plugins/parsing.ts).
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(options.log),
  });
  await nest.init();
  return {
    server: server.server,
    inject: server.inject.bind(server) as App['inject'],
    listen: server.listen.bind(server) as App['listen'],
    close: () => nest.close(),
  };
}
