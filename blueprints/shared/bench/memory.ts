import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../faults/client.ts';
import type { ServiceProcess } from '../faults/process.ts';
import { Traffic } from '../faults/traffic.ts';
import { createSecret, submitTold } from '../faults/webhooks.ts';
import { type Api, World } from '../faults/world.ts';
import { startReceiver } from '../test/support/receiver.ts';

// What api and worker weigh after a minute of mixed load, and after ten.

const perSecond = 20;
const firstMs = 60_000;
const sampleMs = 5000;
const samples = 6;
const mostTimes = 1.1;

/** Submits, polls, lists, cancels, streams and sums up; some of the jobs fail, some of those die, and
 *  the end of some is told to a webhook. */
function mixedLoad(world: World, api: Api, receiver: string) {
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
    () => api.ask('/v1/usage'),
    () => submitTold(world, api, receiver),
    () => stream(api, last),
    () => api.ask(`/v1/jobs/${last}`, { method: 'DELETE' }),
  ];
  const weighted = [0, 0, 0, 0, 1, 1, 1, 1, 2, 3, 4, 5, 6, 6, 7];
  return new Traffic(perSecond, async () => {
    const turn = turns[weighted[random.int(0, weighted.length - 1)] ?? 0] ?? submit;
    return { ...(await turn()), text: '' };
  });
}

/** Of a job's events, to its end. */
async function stream(api: Api, id: string): Promise<Answer> {
  const at = performance.now();
  await api.events(id, 0);
  return { status: 200, text: '', retryAfter: undefined, at, ms: performance.now() - at };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

const metrics = [
  'process_resident_memory_bytes',
  'nodejs_heap_size_used_bytes',
  'nodejs_external_memory_bytes',
];
const judged = 'process_resident_memory_bytes';

/** By metric, each after a collection. */
async function weigh(process: ServiceProcess): Promise<number[]> {
  const seen = metrics.map(() => [] as number[]);
  for (let i = 0; i < samples; i += 1) {
    await process.ask('collect');
    for (const [at, name] of metrics.entries()) seen[at]?.push(await process.metric(name));
    await sleep(sampleMs);
  }
  return seen.map(median);
}

/** Answers whether a process grew more than it may. */
export async function memory(minutes: number): Promise<boolean> {
  await using world = await World.create(1, 'bench-logs/memory');
  using receiver = await startReceiver();
  await createSecret(world);
  const env = {
    NODE_OPTIONS: `--import ${new URL('collect.ts', import.meta.url).href}`,
    WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8',
  };
  const api = await world.startApi(env);
  const processes = [api.process, await world.startWorker(env)];
  const load = mixedLoad(world, api, receiver.url);
  const weighAll = () => Promise.all(processes.map(weigh));
  await sleep(firstMs - samples * sampleMs);
  const first = await weighAll();
  await sleep((minutes - 1) * 60_000 - samples * sampleMs);
  const last = await weighAll();
  await load.stop();
  let grew = false;
  console.log(`MB after 1 and ${minutes} minutes, and the ratio (resident: at most ${mostTimes})`);
  for (const [i, { name }] of processes.entries()) {
    for (const [at, metric] of metrics.entries()) {
      const [before = 0, after = 0] = [first[i]?.[at], last[i]?.[at]];
      const ratio = after / before;
      grew ||= metric === judged && ratio > mostTimes;
      const figures = [before / 1e6, after / 1e6, ratio].map((n) => n.toFixed(2).padStart(9));
      console.log(`${name.padEnd(10)}${metric.padEnd(32)}${figures.join('')}`);
    }
  }
  return grew;
}
