import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

const secrets = ['authorization', 'apiKey', 'api_key', 'password', 'token', 'secret'];

/** JSON lines on stdout. What is logged under a secret's name, at any of three depths, is cut out. */
export function createLogger(level: string, name: string, destination?: DestinationStream): Logger {
  const paths = secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const options = {
    level,
    base: { process: name, pid: process.pid },
    serializers: { err: summary },
    redact: { paths, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}

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
