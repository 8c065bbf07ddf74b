/** What is under way, by name: those who ask for it meanwhile get the same promise. */
export class Flights<Result> {
  private readonly pending = new Map<string, Promise<Result>>();

  join(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.pending.get(name) ?? this.start(name, work);
  }

  /** Takes the place of what is under way by that name. */
  start(name: string, work: () => Promise<Result>): Promise<Result> {
    const flight = work().finally(() => {
      if (this.pending.get(name) === flight) this.pending.delete(name);
    });
    this.pending.set(name, flight);
    return flight;
  }
}
