import { type Span, SpanKind } from '@opentelemetry/api';
import { describeCall } from '../tracing/http.ts';
import { resumeTrace } from '../tracing/spans.ts';
import type { Delivery } from './deliveries.ts';

/** The span of an attempt, in the trace of the job whose end it tells. */
export function startAttempt({ id, job_id, type, url, attempts, job }: Delivery): Span | undefined {
  const span = resumeTrace(job.traceparent, 'webhook', {
    kind: SpanKind.CLIENT,
    attributes: {
      'job.id': job_id,
      'webhook.id': id,
      'webhook.type': type,
      'http.request.resend_count': attempts - 1,
    },
  });
  describeCall(span, 'POST', url);
  return span;
}
