interface Flight<Result> {
  began: number;
  result: Promise<Result>;
}

/** What is under way, by name: those who ask for it meanwhile get the same promise. */
export class Flights<Result> {
  private readonly pending = new Map<string, Flight<Result>>();

  /** Only what began within the last `maxAgeMs` is joined. */
  join(name: string, maxAgeMs: number, work: () => Promise<Result>): Promise<Result> {
    const flight = this.pending.get(name);
    const joins = flight && performance.now() - flight.began < maxAgeMs;
    return joins ? flight.result : this.start(name, work);
  }

  /** Takes the place of what is under way by that name. */
  start(name: string, work: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    const result = work().finally(() => {
      if (this.pending.get(name) === flight) this.pending.delete(name);
    });
    const flight = { began, result };
    this.pending.set(name, flight);
    return result;
  }
}
