import type { Readings } from './readings.ts';

export type Cause =
  | 'ai-failing'
  | 'ai-slow'
  | 'buffers'
  | 'cold-cache'
  | 'connections'
  | 'event-loop'
  | 'locks'
  | 'missing-index'
  | 'n-plus-one'
  | 'pool'
  | 'redis'
  | 'slow-statement'
  | 'workers';

export interface Finding {
  /** The share of time or of capacity that is lost, 0 to 1. */
  severity: number;
  title: string;
  /** The numbers that say so. */
  evidence: string[];
  quickWins: string[];
  structural: string[];
  /** Commands, PromQL, SQL that show whether it got better. */
  measure: string[];
}

export interface Rule {
  cause: Cause;
  /** What it brings about: those are no causes of their own while this is one. */
  explains: readonly Cause[];
  /** Its worst instance, however slight. */
  find: (readings: Readings) => Finding | undefined;
}

/** The finding that loses most. */
export const worst = (findings: Finding[]): Finding | undefined =>
  findings.toSorted((a, b) => b.severity - a.severity)[0];
