import { setTimeout as sleep } from 'node:timers/promises';
import { Traffic } from '../faults/traffic.ts';
import { type Api, World } from '../faults/world.ts';

// What api and worker weigh after a minute of mixed load, and after ten.

const perSecond = 20;
const firstMs = 60_000;
const sampleMs = 5000;
const samples = 6;
const mostTimes = 1.1;

const metric = 'process_resident_memory_bytes';

/** Submits, polls, lists and cancels; some of the jobs fail, and some of those die. */
function mixedLoad(world: World, api: Api) {
  const { random } = world;
  const texts = ['a text', 'a text', '[[fail:500x1]]', '[[fail:400]]', `${'long '.repeat(2000)}`];
  let last = '';
  const submit = async () => {
    const answer = await api.submit(texts[random.int(0, texts.length - 1)] ?? '');
    last = answer.id || last;
    return answer;
  };
  const turns = [
    submit,
    () => api.ask(`/v1/jobs/${last}`),
    () => api.ask('/v1/jobs?limit=100'),
    () => api.ask('/v1/dead-letters'),
    () => api.ask(`/v1/jobs/${last}`, { method: 'DELETE' }),
  ];
  const weighted = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 4];
  return new Traffic(perSecond, async () => {
    const turn = turns[weighted[random.int(0, weighted.length - 1)] ?? 0] ?? submit;
    return { ...(await turn()), text: '' };
  });
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Answers whether a process grew more than it may. */
export async function memory(minutes: number): Promise<boolean> {
  await using world = await World.create(1, 'bench-logs/memory');
  const api = await world.startApi();
  const processes = { api: api.process, worker: await world.startWorker() };
  const load = mixedLoad(world, api);
  const weigh = async () => {
    const seen = { api: [] as number[], worker: [] as number[] };
    for (let i = 0; i < samples; i += 1) {
      for (const [name, process] of Object.entries(processes)) {
        seen[name as keyof typeof seen].push(await process.metric(metric));
      }
      await sleep(sampleMs);
    }
    return { api: median(seen.api), worker: median(seen.worker) };
  };
  await sleep(firstMs - samples * sampleMs);
  const first = await weigh();
  await sleep((minutes - 1) * 60_000 - samples * sampleMs);
  const last = await weigh();
  await load.stop();
  let grew = false;
  console.log(`MB resident after 1 and ${minutes} minutes, and the ratio (at most ${mostTimes})`);
  for (const name of ['api', 'worker'] as const) {
    const ratio = last[name] / first[name];
    grew ||= ratio > mostTimes;
    const figures = [first[name] / 1e6, last[name] / 1e6, ratio];
    console.log(`${name.padEnd(8)}${figures.map((n) => n.toFixed(2).padStart(9)).join('')}`);
  }
  return grew;
}
