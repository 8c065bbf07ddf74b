// A bare Fastify handler that inserts a job, and nothing else.
import fastify from 'fastify';
import { insertJob, type NewJob } from './new-job.ts';

const app = fastify();
app.get('/health', async () => 'ok');
app.post('/v1/jobs', async (request, reply) =>
  reply.code(202).send(await insertJob(request.body as NewJob)),
);
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
