import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

const secrets = new Set(['authorization', 'apiKey', 'api_key', 'password', 'token', 'secret']);
const secretDepth = 3;

/** Lines go out together, at least ten times a second and when the process exits; a SIGKILL loses
 *  what came since. While nobody takes them, no more than these are kept. */
const buffering = {
  sync: false,
  minLength: 2 ** 14,
  maxWrite: 2 ** 16,
  periodicFlush: 100,
  maxLength: 2 ** 24,
};

/** JSON lines on stdout. What is logged under a secret's name, at any of three depths, is cut out. */
export function createLogger(
  level: string,
  name: string,
  destination: DestinationStream = pino.destination(buffering),
): Logger {
  const options = {
    level,
    base: { process: name, pid: process.pid },
    serializers: { err: summary },
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: (bindings: object) => redacted(bindings, secretDepth),
      log: (fields: object) => redacted(fields, secretDepth),
    },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, destination);
}

/** The same object where there is nothing to cut out, as in nearly all: pino's own redaction takes
 *  as long as the rest of a line. */
function redacted(fields: object, depth: number): Record<string, unknown> {
  const all = fields as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(all)) {
    const shown = secrets.has(key) ? '[redacted]' : within(value, depth - 1);
    if (shown === value) continue;
    copy ??= { ...all };
    copy[key] = shown;
  }
  return copy ?? all;
}

const within = (value: unknown, depth: number) =>
  depth > 0 && typeof value === 'object' && value !== null && !(value instanceof Error)
    ? redacted(value, depth)
    : value;

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
