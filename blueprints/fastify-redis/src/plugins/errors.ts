import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import { isUnavailable } from '../database/pool.ts';
import { notFound, Problem, unavailable } from '../http/problem.ts';

/** Every error leaves as application/problem+json; what we did not foresee tells nothing. */
export const errors = fp(async (app) => {
  app.setNotFoundHandler(() => {
    throw notFound();
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const problem = toProblem(error);
    // A Problem was foreseen: what is shed by the thousand must not fill the log.
    const unforeseen = !(error instanceof Problem) && problem.statusCode >= 500;
    if (unforeseen) request.log.error({ err: error }, 'request failed');
    return reply
      .code(problem.statusCode)
      .headers(problem.headers)
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send(problem.body());
  });
});

function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return unavailable();
  // Fastify's own refusals: too large (413), of another type (415), not to be read (400).
  const { statusCode = 500 } = error;
  if (statusCode >= 400 && statusCode < 500) return new Problem(statusCode, error.message);
  return new Problem(500, 'The service failed. The log tells why, under the trace id.');
}
