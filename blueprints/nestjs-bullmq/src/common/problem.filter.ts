import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { notFound, Problem } from '../http/problem.ts';

/** Whatever a controller throws is answered by the server, as what goes wrong before it is. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost) {
    host.switchToHttp().getResponse<FastifyReply>().send(problemOf(error));
  }
}

function problemOf(error: unknown) {
  if (!(error instanceof HttpException)) return error;
  const status = error.getStatus();
  // Nest's own words of it quote the path.
  return status === 404 ? notFound() : new Problem(status, error.message);
}
