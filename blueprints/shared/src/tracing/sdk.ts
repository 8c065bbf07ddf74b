import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import service from '../../package.json' with { type: 'json' };
import type { Logger } from '../logger.ts';

export interface Tracing {
  /** Sends what is left, for at most so long. */
  close(ms: number): Promise<void>;
}

export interface TracingOptions {
  /** Of the process: api or worker. */
  name: string;
  /** Of the traces that begin here, 0 to 1; others are recorded if their callers' are. */
  ratio: number;
  log: Logger;
}

/** Records spans and sends them by OTLP over HTTP, to OTEL_EXPORTER_OTLP_ENDPOINT. Only where that is
 *  set is this module loaded. Spans that a collector does not take in time are dropped: the queue
 *  holds 2048. */
export function startTracing({ name, ratio, log }: TracingOptions): Tracing {
  reportTo(log);
  const provider = new TracerProvider({
    resource: describe(name),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  return {
    async close(ms) {
      const sent = provider.shutdown().catch((err) => log.warn({ err }, 'spans not sent'));
      await Promise.race([sent, sleep(ms, undefined, { ref: false })]);
    },
  };
}

function describe(name: string) {
  const own = resourceFromAttributes({
    'service.name': service.name,
    'service.version': service.version,
    'service.instance.id': `${name}@${hostname()}:${process.pid}`,
  });
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(own).merge(detectResources({ detectors }));
}

/** Without the arguments of the SDK's messages: a collector's answer may be among them. */
function reportTo(log: Logger) {
  const quiet = () => {};
  const warn = (message: string) => log.warn(message);
  const logger = { error: warn, warn, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  setGlobalErrorHandler((err) => log.warn({ err }, 'spans not sent'));
}
