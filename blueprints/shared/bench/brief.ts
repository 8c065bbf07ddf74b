import { World } from '../faults/world.ts';
import { KeyStore } from '../src/auth/keys.ts';
import { coreSpeed, pin, postgresClock } from './brief/cpu.ts';
import { type Load, readForecast } from './brief/forecast.ts';
import { measureJobCost, measureSlot } from './brief/jobs.ts';
import { operation } from './brief/load.ts';
import { measureStreams, resident } from './brief/memory.ts';
import { compare, type Measured, print, type Report } from './brief/report.ts';
import { measureRequests } from './brief/requests.ts';
import { compression, measureWait } from './brief/waits.ts';

// What the brief predicted beside what the processes of this repository do, on this machine.

const operationMs = 500; // of the run that looks at slots
const mostWorkers = 2;
/** As in production, but that nothing is refused: the load is one tenant's, and nobody may work. */
const asRendered = {
  WORKER_CONCURRENCY: '',
  JOB_LEASE_S: '',
  JOB_BACKOFF_MS: '',
  JOB_WAIT_S: '86400',
};

/** `scale` 1: a run of about two minutes. */
async function measure(scale: number): Promise<Report> {
  const forecast = await readForecast();
  const { load, predictions } = forecast;
  await using world = await World.create(1, 'bench-logs/brief');
  const postgres = await postgresClock(world);
  await pin(process.pid, 'other');
  const speedBefore = coreSpeed();
  await pin(world.ai.pid, 'other');
  const api = await world.startApi(asRendered, { direct: true });
  await pin(api.process.pid, 'other');

  const full = { ...asRendered, WORKER_CONCURRENCY: String(load.most_worker_slots) };
  const busiest = await startWorker(world, full);
  const cost = await measureJobCost(api, busiest, load, 6000 * scale, postgres);
  await busiest.stop();
  const worker = await startWorker(world, asRendered);
  const slot = await measureSlot(world, api, worker, load, { operationMs, seconds: 8 * scale });
  const workerMb = await resident(worker);
  await worker.stop();

  const predicted = predictions.find(({ name }) => name === 'wait_s')?.value ?? 0;
  const factor = compression(load, predicted);
  const workers = await startWorkers(world, load, factor);
  const options = { waitS: predicted, factor, overheadS: slot.overheadS, seconds: 30 * scale };
  const wait = await measureWait(world, api, load, options);
  for (const one of workers) await one.stop();

  await pin(api.process.pid, 'measured');
  const requests = await measureRequests(world, api, load, 3 * scale, postgres);
  const cacheMb = (await api.process.metric('cache_l1_bytes\\{kind="used"\\}')) / 1e6;
  const apiMb = (await resident(api.process)) - cacheMb;
  const key = await new KeyStore(world.db).create('faults', ['admin']);
  const { id } = await api.submit(operation(0, load));
  const streamKb = await measureStreams(world, key, id);

  const speed = (speedBefore + coreSpeed()) / 2;
  // As if cores were those of the brief.
  const times = speed / load.core_speed;
  const { reads_per_s: reads, writes_per_s: writes, jobs_per_s: jobs } = load;
  const busyUs = reads * requests.readUs + writes * requests.writeUs + jobs * cost.jobUs;
  const measured: Measured = {
    requests_a_core: 1e6 / (requests.requestUs * times),
    api_pool_busy: requests.poolBusy * times,
    api_mb: apiMb,
    stream_kb: streamKb,
    read_us: requests.readUs * times,
    write_us: requests.writeUs * times,
    job_us: cost.jobUs * times,
    database_busy: (busyUs * times) / 1000,
    jobs_a_core: 1e6 / (cost.jobNodeUs * times),
    slot_jobs: load.job_slots / (load.operation_s + slot.overheadS),
    wait_s: wait.waitS,
    worker_mb: workerMb,
  };
  const us = (value: number) => `${value.toFixed(0)} µs`;
  return compare(forecast, measured, [
    `a core here does ${speed.toFixed(0)} rounds/s (bench/brief/cpu.ts), ${times.toFixed(2)} times the` +
      " brief's; what is CPU, or waits for it at the pool, is told for the brief's",
    `requests of 50 callers: ${requests.perSecond.toFixed(0)}/s, answers of` +
      ` ${requests.answerKb.toFixed(1)} KB; in Node a read takes here ${us(requests.readNodeUs)}, a write` +
      ` (a new job) ${us(requests.writeNodeUs)}`,
    `the pool at ${requests.peakPerSecond.toFixed(0)} requests/s, and in proportion at the peak`,
    `a job takes a slot for ${(slot.overheadS * 1000).toFixed(1)} ms beside its operation; of a worker that` +
      ` works on ${load.most_worker_slots} at once it takes ${us(cost.jobNodeUs)}`,
    `wait of ${wait.jobs} jobs, ${factor} times as fast as the brief's, ${workers.length} workers; a` +
      ` queue without costs of its own would have let these wait ${wait.idealS.toFixed(2)} s`,
    ...(postgres ? [] : ['Postgres runs elsewhere, so its CPU is unknown']),
  ]);
}

/** As many slots as the brief counts without spare processes. */
async function startWorkers(world: World, load: Load, factor: number) {
  const count = Math.min(mostWorkers, Math.ceil(load.job_slots / load.worker_concurrency));
  const env = {
    ...asRendered,
    WORKER_CONCURRENCY: String(Math.ceil(load.job_slots / count)),
    JOB_POLL_MS: String(Math.max(1, Math.round(100 / factor))),
    AI_TIMEOUT_MS: '600000', // the longest of exponential draws are as long as no API's answers
  };
  return Promise.all(Array.from({ length: count }, () => startWorker(world, env)));
}

async function startWorker(world: World, env: NodeJS.ProcessEnv) {
  const worker = await world.startWorker(env, { direct: true });
  await pin(worker.pid, 'measured');
  return worker;
}

/** Prints what was found; nothing of it is judged, as it depends on the machine. */
export async function brief({ json, scale }: { json: boolean; scale: number }): Promise<boolean> {
  const report = await measure(scale);
  if (json) console.log(JSON.stringify(report, null, 2));
  else print(report);
  return false;
}
