import type { Cause, Finding } from './finding.ts';
import type { Readings } from './readings.ts';
import { rules } from './rules/index.ts';
import { thresholds } from './thresholds.ts';
import { type Vital, vitalsOf } from './vitals.ts';

export interface Named extends Finding {
  cause: Cause;
  /** What brings it about, when that was found too. */
  because: Cause | null;
}

export interface Diagnosis {
  seconds: number;
  /** The most likely cause; null: nothing is near its limit. */
  bottleneck: Named | null;
  /** What else was found, the worst first; those that have a cause of their own last. */
  others: Named[];
  /** How near to its limit each thing is, found or not. */
  vitals: Vital[];
  unread: string[];
}

/** The finding that loses most is the bottleneck, unless another one brings it about. */
export function diagnose(readings: Readings): Diagnosis {
  const found = rules.flatMap(({ cause, explains, find }) => {
    const finding = find(readings);
    return finding && finding.severity >= thresholds.severity ? [{ cause, explains, finding }] : [];
  });
  const named = found.map(({ cause, finding }): Named => {
    const reason = found
      .filter(({ explains }) => explains.includes(cause))
      .toSorted((a, b) => b.finding.severity - a.finding.severity)[0];
    return { cause, because: reason?.cause ?? null, ...finding };
  });
  const order = (one: Named) => one.severity - (one.because === null ? 0 : 1);
  const [first, ...others] = named.toSorted((a, b) => order(b) - order(a));
  const { seconds, unread } = readings;
  return { seconds, bottleneck: first ?? null, others, vitals: vitalsOf(readings), unread };
}
