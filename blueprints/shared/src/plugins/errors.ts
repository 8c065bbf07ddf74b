import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { isUnavailable } from '../database/unavailable.ts';
import { maxBodyBytes } from '../http/body.ts';
import { refuseExpectation } from '../http/connection.ts';
import { mediaType, notJson, Problem, unavailable } from '../http/problem.ts';
import { traceOf } from './observe.ts';

/** Every error leaves as application/problem+json; what we did not foresee tells nothing. */
export const errors = fp(async (app) => {
  app.setErrorHandler(answerError);
  app.server.on('checkExpectation', refuseExpectation);
});

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  const problem = toProblem(error);
  // A Problem was foreseen: what is shed by the thousand must not fill the log.
  const unforeseen = !(error instanceof Problem) && problem.statusCode >= 500;
  if (unforeseen) request.log.error({ ...traceOf(request), err: error }, 'request failed');
  return reply
    .code(problem.statusCode)
    .headers(problem.headers)
    .type(mediaType)
    .serializer(JSON.stringify)
    .send(problem.body());
}

function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error)) return unavailable();
  const { statusCode = 500 } = error;
  if (statusCode === 413) return new Problem(413, `The body exceeds ${maxBodyBytes} bytes.`);
  if (statusCode === 415) return notJson();
  if (error.code === 'FST_ERR_BAD_URL')
    return new Problem(400, 'The path is not percent-encoded UTF-8.');
  // Fastify's other refusals. Their messages quote what was sent.
  if (statusCode >= 400 && statusCode < 500)
    return new Problem(statusCode, 'The request cannot be read.');
  return new Problem(500, 'The service failed. The log tells why, under the trace id.');
}
