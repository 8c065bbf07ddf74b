import { applyDecorators } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import type { FastifyContextConfig, FastifySchema } from 'fastify';
import type { Scope } from '../auth/keys.ts';

export interface RouteOptions {
  /** What is read and answered (zod), and how OpenAPI describes it. */
  schema: FastifySchema;
  config?: Pick<FastifyContextConfig, 'makesJobs'>;
  /** By status: what a client may do with the answer. */
  links?: Record<number, object>;
}

/** What a handler reads and answers, and the scope that its callers need; without one it is public.
 *  The server checks both before the handler gets the request (src/common/routes.plugin.ts). */
export const Route = ({ schema, config, links }: RouteOptions, scope?: Scope) =>
  applyDecorators(RouteSchema(schema), RouteConfig({ ...config, links, scope }));
