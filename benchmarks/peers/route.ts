// A bare Fastify route: the answer given in $ANSWER, and nothing else.
import fastify from 'fastify';

const answer = JSON.parse(process.env.ANSWER ?? '{}');
const app = fastify();
app.get('/answer', async () => answer);
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
