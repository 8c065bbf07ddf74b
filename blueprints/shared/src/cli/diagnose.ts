import { parseArgs } from 'node:util';
import { loadDiagnoseConfig } from '../config.ts';
import { diagnose } from '../diagnose/diagnosis.ts';
import { measure } from '../diagnose/measure.ts';
import { reportOf } from '../diagnose/report.ts';
import { redisSources } from '../modules/diagnose.ts';
import { runCommand, UsageError } from './command.ts';

const usage = `Usage: npm run diagnose -- [--ops URL[,URL…]] [--seconds N] [--json]
  --ops      operations ports of the processes that run (default http://127.0.0.1:9400)
  --seconds  between the two looks, 1 to 600 (default 10)
  --json     one JSON document instead of the report
Reads Postgres (DATABASE_DIRECT_URL, or DATABASE_URL), Redis and /metrics; writes nothing.
Exits with 0 when it could say something, 1 when nothing could be read, 2 for wrong usage.`;

await runCommand(async () => {
  const { ops, seconds, json } = readArguments();
  const config = loadDiagnoseConfig();
  const readings = await measure({
    databaseUrl: config.DATABASE_DIRECT_URL ?? config.DATABASE_URL,
    ops,
    redis: redisSources(process.env),
    expected: { aiSeconds: config.AI_TYPICAL_MS / 1000, waitSeconds: config.JOB_WAIT_S },
    seconds,
  });
  if (!readings.postgres && readings.processes.length === 0) {
    throw new Error(`Nothing could be read:\n${readings.unread.join('\n')}`);
  }
  const diagnosis = diagnose(readings);
  console.log(json ? JSON.stringify(diagnosis, null, 2) : reportOf(diagnosis));
});

function readArguments() {
  const { ops, seconds, json } = parsed();
  const wait = Number(seconds);
  if (!(wait >= 1 && wait <= 600)) throw new UsageError(`Not 1 to 600: ${seconds}\n${usage}`);
  const urls = ops.split(',').map((url) => url.trim().replace(/\/$/, ''));
  const wrong = urls.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''));
  if (wrong !== undefined) throw new UsageError(`Not an http URL: "${wrong}"\n${usage}`);
  return { ops: urls, seconds: wait, json };
}

function parsed() {
  try {
    const { values } = parseArgs({
      options: {
        ops: { type: 'string', default: 'http://127.0.0.1:9400' },
        seconds: { type: 'string', default: '10' },
        json: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${usage}`);
  }
}
