import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { inSpan, startServerSpan } from '../../src/tracing/spans.ts';

export interface Trace {
  /** Of the request's span. */
  id: string;
  /** The other spans of its trace, as they ended. */
  spans: () => ReadableSpan[];
}

/** Records spans from now on, for the calling file. Answers what carries out work as a request does
 *  that is recorded, or that its caller does not record. */
export function recordSpans() {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors }));
  const all = () => exporter.getFinishedSpans();
  return {
    all,
    async request(work: () => Promise<unknown>, caller?: string): Promise<Trace> {
      const span = startServerSpan('a request', caller, {});
      await inSpan(span, work).finally(() => span.end());
      const { traceId, spanId: id } = span.spanContext();
      const isOther = (one: ReadableSpan) =>
        one.spanContext().traceId === traceId && one.spanContext().spanId !== id;
      return { id, spans: () => all().filter(isOther) };
    },
  };
}
