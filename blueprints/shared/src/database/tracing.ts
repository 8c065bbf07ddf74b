import { SpanKind } from '@opentelemetry/api';
import { markFailed, startSpan } from '../tracing/spans.ts';
import type { Statement } from './statement.ts';

/** Records the wait for a statement's answer. Of an error only the code: its text may quote values. */
export function traceStatement<T>({ title }: Statement, answer: Promise<T>): Promise<T> {
  const span = startSpan(title, {
    kind: SpanKind.CLIENT,
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': title },
  });
  if (!span) return answer;
  return answer
    .catch((error) => {
      markFailed(span, String((error as { code?: unknown }).code ?? (error as Error).name));
      throw error;
    })
    .finally(() => span.end());
}
