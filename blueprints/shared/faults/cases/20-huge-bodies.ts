import type { FaultCase } from '../case.ts';

const huge = JSON.stringify({ type: 'summarize', input: { text: 'x'.repeat(10 << 20) } });
const deep = `{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
const times = 10;

export default {
  number: 20,
  title: '10 MB body; JSON nested 100,000 deep',
  seeds: 1,
  async run(world) {
    const api = await world.startApi();
    const residentMb = async () =>
      (await api.process.metric('process_resident_memory_bytes')) / 2 ** 20;
    const before = await residentMb();
    const statuses = { huge: [] as number[], deep: [] as number[] };
    for (let i = 0; i < times; i += 1) {
      for (const [kind, body] of Object.entries({ huge, deep })) {
        const { status } = await api.ask('/v1/jobs', { method: 'POST', body });
        statuses[kind as keyof typeof statuses].push(status);
      }
    }
    // The answer comes at once and closes the connection. Who is still sending may miss it.
    const refused = statuses.huge.filter((status) => status === 413 || status === 0);
    world.figures.exactly('huge_refused', refused.length, times);
    world.figures.note('huge_413', statuses.huge.filter((status) => status === 413).length);
    world.figures.exactly('deep_400', statuses.deep.filter((s) => s === 400).length, times);
    world.figures.atMost('memory_mb', (await residentMb()) - before, 50);
    world.figures.exactly('live', await api.process.health('live'), 200);
  },
} satisfies FaultCase;
