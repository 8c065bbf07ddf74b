import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

const secrets = ['authorization', 'apiKey', 'api_key', 'password', 'token', 'secret'];

/** JSON lines on stdout. What is logged under a secret's name, at any of three depths, is cut out. */
export function createLogger(level: string, name: string, destination?: DestinationStream): Logger {
  const paths = secrets.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]);
  const options = {
    level,
    base: { process: name, pid: process.pid },
    redact: { paths, censor: '[redacted]' },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}
