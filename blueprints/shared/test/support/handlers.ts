import { Registry } from 'prom-client';
import { v7 as uuidv7 } from 'uuid';
import type { Context, JobHandler } from '../../src/jobs/type.ts';
import { Dependency, type DependencyOptions } from '../../src/outgoing/dependency.ts';
import { outgoingMetrics } from '../../src/outgoing/metrics.ts';
import { traceparentOf } from '../../src/trace.ts';
import { silent } from './log.ts';

/** What a handler makes of an input, both checked as a worker does; there is no job. */
export async function runHandler(
  { type, handle }: JobHandler,
  input: unknown,
  given: Partial<Context> = {},
): Promise<unknown> {
  const context: Context = {
    jobId: uuidv7(),
    traceparent: traceparentOf(undefined),
    attempt: 1,
    signal: new AbortController().signal,
    log: silent,
    progress: async () => {},
    ...given,
  };
  return type.result.parse(await handle(type.input.parse(input) as never, context));
}

/** The `dependency` of createHandlers. */
export const testDependency = (options: DependencyOptions, registry = new Registry()) =>
  new Dependency(options, outgoingMetrics(registry));
