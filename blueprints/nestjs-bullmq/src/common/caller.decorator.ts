import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller as KeyCaller } from '../auth/keys.ts';

export type Caller = KeyCaller;

/** Who asks, by the API key. */
export const Caller = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Caller =>
    context.switchToHttp().getRequest<FastifyRequest>().caller,
);
