import { Cron } from 'croner';

/** When a schedule ticks: as a cron expression says of the clocks in a time zone, or every so many
 *  seconds from its creation. */
export type Cadence =
  | { cron: string; time_zone: string; every_s: null }
  | { cron: null; time_zone: null; every_s: number };

/** The first tick after a moment. Throws an Error for what is no cadence, or never ticks. */
export function nextTick(cadence: Cadence, createdAt: Date, after: Date): Date {
  return cadence.cron === null
    ? nextOfInterval(cadence.every_s * 1000, createdAt.getTime(), after.getTime())
    : nextOfCron(cadence.cron, cadence.time_zone, after);
}

function nextOfInterval(everyMs: number, startMs: number, afterMs: number) {
  const passed = Math.max(0, Math.floor((afterMs - startMs) / everyMs));
  return new Date(startMs + (passed + 1) * everyMs);
}

// Where clocks jump (croner's rules, which are those of Open Cron Pattern Specification 1.4): a fixed
// time of day that they skip ticks when they have jumped, one that comes twice ticks the first time;
// expressions with wildcards, steps, lists or ranges go by real time.
function nextOfCron(cron: string, timezone: string, after: Date) {
  if (!isRecurring(cron)) throw new RangeError(`Not five fields or a nickname: "${cron}"`);
  const next = new Cron(cron, { mode: '5-part', timezone }).nextRun(after);
  if (!next) throw new RangeError(`There is no day on which "${cron}" ticks`);
  return next;
}

/** croner also takes one moment (ISO 8601), and `?` for now. */
const isRecurring = (cron: string) =>
  /^@[a-z]+$/i.test(cron) || (cron.trim().split(/\s+/).length === 5 && !cron.includes('?'));
