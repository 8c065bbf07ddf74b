import { z } from 'zod';
import { url } from '../variables.ts';

/** Others of OpenTelemetry's variables (OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS) are read by
 *  its SDK. */
export const tracingVariables = {
  /** Where spans go; without it there are none. */
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
  /** The share of traces that begin here and are recorded: a tenth shows what is usual at a tenth of
   *  the cost. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(0.1),
};
