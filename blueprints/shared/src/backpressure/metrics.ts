import { Counter, type Registry } from 'prom-client';
import { Refusal, reasons } from './refusal.ts';

/** Counts what is a Refusal of all that goes wrong with requests. */
export function refusalMetrics(registry: Registry) {
  const refused = new Counter({
    name: 'http_requests_refused_total',
    help: 'Requests refused though nothing was wrong with them: rate, event_loop, queue or streams',
    labelNames: ['reason'],
    registers: [registry],
  });
  for (const reason of reasons) refused.inc({ reason }, 0);
  return (error: unknown) => {
    if (error instanceof Refusal) refused.inc({ reason: error.reason });
  };
}
