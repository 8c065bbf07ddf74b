import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

const secrets = ['authorization', 'apiKey', 'api_key', 'password', 'token', 'secret'];
const isSecret = new Set(secrets);
const censor = () => '[redacted]';

const gatheredChars = 2 ** 16;
const gatheredMs = 100;
/** While nobody takes them, no more than these are kept. */
const maxBytes = 2 ** 24;

/** Lines leave together, ten times a second at least and when the process exits: one by one they cost
 *  four times as much. A SIGKILL loses what has not left. */
function gathered(): DestinationStream {
  const out = pino.destination({ sync: false, maxLength: maxBytes });
  let lines = '';
  const leave = () => {
    if (lines !== '') out.write(lines);
    lines = '';
  };
  setInterval(leave, gatheredMs).unref();
  process.on('exit', () => {
    leave();
    out.flushSync();
  });
  return {
    write(line) {
      lines += line;
      if (lines.length >= gatheredChars) leave();
    },
  };
}

/** JSON lines on stdout. What is logged under a secret's name, at any of three depths, is cut out; of
 *  what a child logger is bound to, at the first. pino's own redaction does it at more than the price
 *  of the line itself. */
export function createLogger(
  level: string,
  name: string,
  destination: DestinationStream = gathered(),
): Logger {
  const options = {
    level,
    base: { process: name, pid: process.pid },
    serializers: { ...Object.fromEntries(secrets.map((key) => [key, censor])), err: summary },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: object) => cut(fields),
    },
    timestamp: isoTime(),
  };
  return pino(options, destination);
}

/** Lines of the same millisecond share its text. */
function isoTime() {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) {
      at = now;
      text = `,"time":"${new Date(now).toISOString()}"`;
    }
    return text;
  };
}

type Fields = Record<string, unknown>;

/** The same without secrets: a copy if there are any. */
function cut(object: object, depth = 3): Fields {
  const fields = object as Fields;
  let copy: Fields | undefined;
  for (const key in fields) {
    const clean = isSecret.has(key) ? censor() : cutInside(fields[key], depth - 1);
    if (clean === fields[key]) continue;
    copy ??= (Array.isArray(fields) ? [...fields] : { ...fields }) as Fields;
    copy[key] = clean;
  }
  return copy ?? fields;
}

const cutInside = (value: unknown, depth: number) =>
  depth > 0 && isNested(value) ? cut(value, depth) : value;

/** Errors have a serializer of their own. */
const isNested = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Error) &&
  !ArrayBuffer.isView(value);

const bounded = (text: string | undefined) => text?.slice(0, 8000);

/** What tells an error; pino's own serializer adds all that hangs on it, such as a client's state. */
function summary(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: bounded(error.message),
    ...(code === undefined ? {} : { code }),
    stack: bounded(error.stack),
    ...(error.cause === undefined ? {} : { cause: summary(error.cause) }),
  };
}
