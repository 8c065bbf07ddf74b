import { type Span, SpanKind } from '@opentelemetry/api';
import { activeSpan, markFailed, resumeTrace } from '../tracing/spans.ts';
import { describe } from './failures.ts';
import type { ClaimedJob } from './model.ts';

/** The span of a run, in its job's trace whatever brought it here. */
export const startRun = ({ id, run, type, failures, traceparent }: ClaimedJob): Span | undefined =>
  resumeTrace(traceparent, `process ${type}`, {
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'jobs',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': type,
      'messaging.message.id': id,
      'job.id': id,
      'job.type': type,
      'job.run': run,
      'job.attempt': failures + 1,
    },
  });

/** Records what the active run failed with. */
export function recordFailure(error: unknown): void {
  const span = activeSpan();
  if (!span) return;
  const described = describe(error);
  span.recordException(described);
  markFailed(span, described.name);
}
