// A bare Fastify handler that inserts one job by one named statement, and nothing else.
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const text = `INSERT INTO jobs (id, tenant, type, input, priority, max_attempts, traceparent, due_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) RETURNING id, created_at`;
const app = fastify();
app.get('/health', async () => 'ok');
app.post('/v1/jobs', async (request, reply) => {
  const { type, input } = request.body as { type: string; input: unknown };
  const traceparent = '00-00000000000000000000000000000001-0000000000000001-00';
  const values = [randomUUID(), 't1', type, JSON.stringify(input), 2, 5, traceparent];
  const { rows } = await pool.query({ name: 'insert', text, values });
  return reply.code(202).send({ ...rows[0], type, status: 'queued' });
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
