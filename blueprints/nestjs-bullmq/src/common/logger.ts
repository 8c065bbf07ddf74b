import type { LoggerService } from '@nestjs/common';
import type { Logger } from '../logger.ts';

/** Nest's own messages as lines of the service's log; what it tells of a good start is for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly target: Logger) {}

  log(message: unknown, ...rest: unknown[]) {
    this.write('debug', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]) {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]) {
    this.write('trace', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]) {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]) {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]) {
    this.write('fatal', message, rest);
  }

  /** Last of the rest is the context, that is whose message it is. */
  private write(
    level: 'trace' | 'debug' | 'warn' | 'error' | 'fatal',
    message: unknown,
    rest: unknown[],
  ) {
    const fields = { context: rest.at(-1) };
    if (message instanceof Error) this.target[level]({ ...fields, err: message }, message.message);
    else this.target[level](fields, String(message));
  }
}
