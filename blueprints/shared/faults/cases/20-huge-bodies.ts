import type { FaultCase } from '../case.ts';

const huge = JSON.stringify({ type: 'summarize', input: { text: 'x'.repeat(10 << 20) } });
const deep = `{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;

export default {
  number: 20,
  title: '10 MB body; JSON nested 100,000 deep',
  seeds: 1,
  async run(world) {
    const api = await world.startApi();
    const send = (body: string) => api.ask('/v1/jobs', { method: 'POST', body });
    const residentMb = async () =>
      (await api.process.metric('process_resident_memory_bytes')) / 2 ** 20;
    const before = await residentMb();
    for (let i = 0; i < 10; i += 1) {
      // The answer may come before the whole body is sent; then the connection is closed.
      const { status } = await send(huge);
      world.figures.exactly('huge_status', status, 413);
      world.figures.exactly('deep_status', (await send(deep)).status, 400);
    }
    world.figures.atMost('memory_mb', (await residentMb()) - before, 50);
    world.figures.exactly('live', await api.process.health('live'), 200);
  },
} satisfies FaultCase;
