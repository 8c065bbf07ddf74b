import { once } from 'node:events';
import { get } from 'node:http';
import type { ServiceProcess } from '../../faults/process.ts';
import type { World } from '../../faults/world.ts';

export const resident = async (process: ServiceProcess) =>
  (await process.metric('process_resident_memory_bytes')) / 1e6;

/** They fill what the process got of the system while it started. */
const warm = 2000;
const streams = 3000;
const abreast = 25;

/** KB that an open event stream takes of an api process, garbage collected. */
export async function measureStreams(world: World, key: string, job: string): Promise<number> {
  const collect = new URL('../collect.ts', import.meta.url).href;
  const env = { NODE_OPTIONS: `--import ${collect}`, STREAM_CONNECTIONS: String(warm + streams) };
  const api = await world.startApi(env, { direct: true });
  const openOne = async () => {
    const asked = get(`${api.base}/v1/jobs/${job}/events`, {
      agent: false,
      headers: { authorization: `Bearer ${key}` },
    });
    asked.on('error', () => {}); // the process ends before its streams
    const [response] = await once(asked, 'response');
    if (response.statusCode !== 200) throw new Error(`A stream got ${response.statusCode}`);
    response.resume().on('error', () => {});
  };
  const open = async (count: number) => {
    for (let i = 0; i < count; i += abreast) {
      await Promise.all(Array.from({ length: abreast }, openOne));
    }
  };
  const weigh = async () => {
    await api.process.ask('collect');
    return resident(api.process);
  };
  await open(warm);
  const before = await weigh();
  await open(streams);
  const after = await weigh();
  await api.process.kill();
  return ((after - before) * 1000) / streams;
}
