import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { Gauge, type Registry } from 'prom-client';

/** Where memory ends: beyond the first limit the process is killed, at the second it ends itself. */
export function memoryMetrics(registry: Registry) {
  new Gauge({
    name: 'process_memory_limit_bytes',
    help: 'Memory that this process may have: of its container, else of the machine',
    registers: [registry],
  }).set(Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()));
  new Gauge({
    name: 'nodejs_heap_size_limit_bytes',
    help: 'The most that V8 lets the heap grow to',
    registers: [registry],
  }).set(getHeapStatistics().heap_size_limit);
}
