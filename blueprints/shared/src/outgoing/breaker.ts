import { CircuitState, CountBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';

export interface BreakerOptions {
  /** It opens when more than half of the last calls failed: it looks at so many at least, and at
   *  twice as many at most. */
  minimumCalls: number;
  /** How long it stays open before a probe: doubled by each probe that fails, up to the longest. */
  openMs: number;
  longestOpenMs: number;
}

export const breakerDefaults: BreakerOptions = {
  minimumCalls: 10,
  openMs: 2000,
  longestOpenMs: 60_000,
};

/** What became of a call, and whether that speaks against the dependency. */
export interface Outcome {
  failed: boolean;
}

/** A circuit breaker that counts calls rather than seconds, since calls to slow APIs are few. Half
 *  open, one call is the probe, and the others are not kept waiting for it. */
export class Breaker {
  private openForMs = 0;
  private opensUntil = 0;
  private readonly circuit;

  constructor({ minimumCalls, openMs, longestOpenMs }: BreakerOptions) {
    const halfOpenAfter = {
      next: ({ attempt }: { attempt: number }) => {
        this.openForMs = Math.min(longestOpenMs, openMs * 2 ** Math.min(attempt - 1, 30));
        this.opensUntil = Date.now() + this.openForMs;
        return { duration: this.openForMs, next: halfOpenAfter.next };
      },
    };
    this.circuit = circuitBreaker(
      handleWhenResult((outcome) => (outcome as Outcome).failed),
      {
        breaker: new CountBreaker({
          threshold: 0.5,
          size: 2 * minimumCalls,
          minimumNumberOfCalls: minimumCalls,
        }),
        halfOpenAfter,
      },
    );
  }

  get state(): 'closed' | 'half-open' | 'open' {
    if (this.circuit.state === CircuitState.Closed) return 'closed';
    return this.circuit.state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  /** How long a call has to wait: 0 when it may be made now. */
  get waitMs(): number {
    if (this.state === 'closed') return 0;
    if (this.state === 'half-open') return this.openForMs;
    return Math.max(0, this.opensUntil - Date.now());
  }

  /** Makes a call that `waitMs` lets through. An error that it throws speaks neither for nor against
   *  the dependency; the probe must not throw, for that would close the circuit. */
  execute<T extends Outcome>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.circuit.execute(call, signal);
  }
}
