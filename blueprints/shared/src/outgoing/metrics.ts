import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Dependency } from './dependency.ts';
import { becauseOf, type Refusal } from './errors.ts';

export type OutgoingMetrics = ReturnType<typeof outgoingMetrics>;

const breakerStates = { closed: 0, 'half-open': 1, open: 2 };

/** Calls to the outside by dependency. What is made is timed, by how it ended: ok, rejected (the
 *  request was at fault), failed, timeout or aborted (by the caller); what is refused is counted. */
export function outgoingMetrics(registry: Registry) {
  const dependencies: Dependency[] = [];
  const duration = new Histogram({
    name: 'outgoing_call_duration_seconds',
    help: 'Duration of calls to the outside, by how they ended',
    labelNames: ['dependency', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'outgoing_calls_refused_total',
    help: 'Calls that were not made, by why: open, paused, budget or busy',
    labelNames: ['dependency', 'refusal'],
    registers: [registry],
  });
  new Gauge({
    name: 'outgoing_breaker_state',
    help: 'Breaker: 0 closed, 1 half-open, 2 open',
    labelNames: ['dependency'],
    registers: [registry],
    collect() {
      for (const { name, breaker } of dependencies) {
        this.set({ dependency: name }, breakerStates[breaker.state]);
      }
    },
  });
  new Gauge({
    name: 'outgoing_bulkhead_calls',
    help: 'Calls in the bulkhead by state: in_use or queued',
    labelNames: ['dependency', 'state'],
    registers: [registry],
    collect() {
      for (const { name, bulkhead } of dependencies) {
        this.set({ dependency: name, state: 'in_use' }, bulkhead.inUse);
        this.set({ dependency: name, state: 'queued' }, bulkhead.queued);
      }
    },
  });
  new Gauge({
    name: 'outgoing_retry_budget_tokens',
    help: 'Retries that may be made at once',
    labelNames: ['dependency'],
    registers: [registry],
    collect() {
      for (const { name, budget } of dependencies) this.set({ dependency: name }, budget.tokens);
    },
  });
  return {
    watch(dependency: Dependency) {
      dependencies.push(dependency);
      const { name } = dependency;
      for (const refusal of Object.keys(becauseOf)) refusals.inc({ dependency: name, refusal }, 0);
    },
    called(dependency: string, outcome: string, seconds: number) {
      duration.observe({ dependency, outcome }, seconds);
    },
    refused(dependency: string, refusal: Refusal) {
      refusals.inc({ dependency, refusal });
    },
  };
}
