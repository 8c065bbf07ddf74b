import { parseArgs } from 'node:util';
import type { DatabaseConfig } from '../config.ts';
import type { Database } from '../database/database.ts';
import { parseBody } from '../http/body.ts';
import { jobTypes } from '../jobs/types/index.ts';
import { type Cadence, nextTick } from '../schedules/cadence.ts';
import type { Schedule, ScheduleKey } from '../schedules/model.ts';
import { Schedules } from '../schedules/schedules.ts';
import { runCommand, UsageError, withDatabase } from './command.ts';

const usage = `Usage:
  npm run schedules -- list
  npm run schedules -- add NAME --tenant TENANT --type TYPE --input JSON CADENCE
  npm run schedules -- remove|pause|resume NAME --tenant TENANT
  npm run schedules -- run NAME --tenant TENANT    a job now, besides the ticks
CADENCE is --every SECONDS, or --cron '0 9 * * 1-5' [--time-zone Europe/Berlin]:
minute, hour, day, month and weekday of the clocks there (default UTC), or a
nickname such as @daily.
Types: ${jobTypes.map(({ name }) => name).join(', ')}`;

const wrong = (what: string) => new UsageError(`${what}\n${usage}`);

const named = ({ tenant, name }: ScheduleKey) => `${name} of ${tenant}`;

const unknown = (key: ScheduleKey, otherwise = '') =>
  new UsageError(`There is no schedule ${named(key)}${otherwise && `, ${otherwise}`}`);

const pageSize = 500;
const maxEveryS = 366 * 86_400;

type Flags = ReturnType<typeof argumentsOf>['values'];

interface Command {
  schedules: Schedules;
  config: DatabaseConfig;
  key: ScheduleKey;
  flags: Flags;
}

const commands: Record<string, (command: Command) => Promise<string>> = {
  async add({ schedules, key, flags }) {
    const next = await schedules.add({ ...key, ...jobOf(flags), cadence: cadenceOf(flags) });
    if (!next) throw new UsageError(`${named(key)} is there already: remove it first`);
    return `ticks first at ${next.toISOString()}`;
  },
  async remove({ schedules, key }) {
    if (!(await schedules.remove(key))) throw unknown(key);
    return 'removed; jobs that it has made stay';
  },
  async pause({ schedules, key }) {
    if (!(await schedules.pause(key))) throw unknown(key, 'or is paused already');
    return 'paused';
  },
  async resume({ schedules, key }) {
    const next = await schedules.resume(key);
    if (!next) throw unknown(key, 'or is not paused');
    return `ticks next at ${next.toISOString()}`;
  },
  async run({ schedules, key, config }) {
    const schedule = await schedules.find(key);
    if (!schedule) throw unknown(key);
    const type = jobTypes.find(({ name }) => name === schedule.type);
    const job = await schedules.run(key, type?.maxAttempts ?? config.JOB_MAX_ATTEMPTS);
    if (!job) throw unknown(key);
    return `job ${job} is queued`;
  },
};

await runCommand(async () => {
  const { values: flags, positionals } = argumentsOf();
  const [command = '', name, ...more] = positionals;
  if (command === 'list' && name === undefined) return withDatabase(list);
  const { tenant } = flags;
  const run = commands[command];
  if (!run || !tenant || name === undefined || more.length > 0) throw new UsageError(usage);
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) {
    throw wrong(`A name is 1 to 100 visible ASCII characters: "${name}"`);
  }
  const key = { tenant, name };
  await withDatabase(async (db, config) => {
    const said = await run({ schedules: new Schedules(db), config, key, flags });
    console.log(`${named(key)}: ${said}`);
  });
});

async function list(db: Database) {
  const schedules = new Schedules(db);
  let page = await schedules.list(pageSize);
  if (page.length === 0) console.log('no schedules');
  while (page.length > 0) {
    for (const schedule of page) console.log(lineOf(schedule));
    page = page.length < pageSize ? [] : await schedules.list(pageSize, page.at(-1));
  }
}

function lineOf(schedule: Schedule) {
  const { tenant, name, type, next_due_at: next, last_tick_at: last } = schedule;
  const cadence =
    schedule.cron === null
      ? `every ${schedule.every_s} s`
      : `"${schedule.cron}" ${schedule.time_zone}`;
  const ticks = `${next ? `next ${next.toISOString()}` : 'paused'}  last ${last?.toISOString() ?? 'none'}`;
  return `${tenant}  ${name}  ${type}  ${cadence}  ${ticks}`;
}

/** The type and an input that fits it, as a request would bring them. */
function jobOf({ type: name = '', input: json }: Flags) {
  const type = jobTypes.find((one) => one.name === name);
  if (!type) throw wrong(`There is no job type "${name}"`);
  const input = type.input.safeParse(jsonOf(json));
  if (input.success) return { type: type.name, input: input.data };
  const faults = input.error.issues.map(({ path, message }) => `  /${path.join('/')}: ${message}`);
  throw new UsageError(`The input does not fit ${type.name}:\n${faults.join('\n')}`);
}

function jsonOf(text: string | undefined) {
  if (text === undefined) throw wrong('--input is missing');
  try {
    return parseBody(Buffer.from(text));
  } catch (error) {
    throw new UsageError(`--input: ${(error as Error).message}`);
  }
}

function cadenceOf({ cron, every, 'time-zone': zone }: Flags): Cadence {
  if ((cron === undefined) === (every === undefined)) throw wrong('Give --every or --cron');
  if (cron !== undefined) return ticking({ cron, time_zone: zone ?? 'UTC', every_s: null });
  if (zone !== undefined) throw wrong('--time-zone goes with --cron');
  const every_s = Number(every);
  if (Number.isInteger(every_s) && every_s >= 1 && every_s <= maxEveryS) {
    return { cron: null, time_zone: null, every_s };
  }
  throw wrong(`--every is 1 to ${maxEveryS} whole seconds, not "${every}"`);
}

function ticking(cadence: Cadence) {
  const now = new Date();
  try {
    nextTick(cadence, now, now);
    return cadence;
  } catch (error) {
    throw wrong((error as Error).message);
  }
}

function argumentsOf() {
  const text = { type: 'string' } as const;
  const options = {
    tenant: text,
    type: text,
    input: text,
    cron: text,
    'time-zone': text,
    every: text,
  };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    throw wrong((error as Error).message);
  }
}
