import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import service from '../../package.json' with { type: 'json' };
import { isTraceparent, traceIdOf } from '../trace.ts';

// Spans are made by hand, where they pay, and named and described as OpenTelemetry's semantic
// conventions say. Where nothing is recorded, because nothing is traced or this trace was not
// sampled, there is no span, and a look at the active context is all that it costs.

const tracer = trace.getTracer(service.name, service.version);

/** The span that is being recorded here. */
export function activeSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() ? span : undefined;
}

/** The trace context of a call that is made here; undefined: none of ours. */
export function activeTraceparent(): string | undefined {
  const span = activeSpan();
  return span && traceparentFrom(span);
}

export function traceparentFrom(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags & 1 ? '01' : '00'}`;
}

/** The span of a request, in its caller's trace or the first of a new one. It has ids also when it
 *  is not recorded. */
export function startServerSpan(name: string, header: unknown, attributes: Attributes): Span {
  const parent = isTraceparent(header) ? remote(header) : ROOT_CONTEXT;
  return tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
}

/** The first span of a trace that no request began. */
export function startTrace(name: string, options: SpanOptions): Span | undefined {
  const span = tracer.startSpan(name, options, ROOT_CONTEXT);
  return span.isRecording() ? span : undefined;
}

/** A span in the trace that a job brought with it. */
export function resumeTrace(
  traceparent: string,
  name: string,
  options: SpanOptions,
): Span | undefined {
  if ((flagsOf(traceparent) & 1) === 0) return undefined;
  const span = tracer.startSpan(name, options, remote(traceparent));
  return span.isRecording() ? span : undefined;
}

/** A span below the active one. */
export function startSpan(name: string, options: SpanOptions): Span | undefined {
  return activeSpan() && tracer.startSpan(name, options);
}

export const inSpan = <T>(span: Span | undefined, work: () => T): T =>
  span ? context.with(trace.setSpan(context.active(), span), work) : work();

/** `type` is an error's name or code, or a status: an error's text may say more than it should. */
export function markFailed(span: Span | undefined, type: string): void {
  span?.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

const flagsOf = (traceparent: string) => Number.parseInt(traceparent.slice(53, 55), 16);

function remote(traceparent: string) {
  const span: SpanContext = {
    traceId: traceIdOf(traceparent),
    spanId: traceparent.slice(36, 52),
    traceFlags: flagsOf(traceparent),
    isRemote: true,
  };
  return trace.setSpanContext(ROOT_CONTEXT, span);
}
