import { context, ROOT_CONTEXT } from '@opentelemetry/api';

export interface CoalesceOptions<Item, Result> {
  /** Runs one batch; answers in the order of the items. */
  run: (items: Item[]) => Promise<Result[]>;
  maxItems: number;
  /** An item's size in bytes, with the most a batch may hold. */
  weigh?: (item: Item) => number;
  maxBytes?: number;
  /** Whether the items of a failed batch are worth another try, one by one. */
  separable?: (error: unknown) => boolean;
  /** Whether an error is also that of the items that wait behind: they waited for the same. */
  shared?: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Puts what many callers ask for at once into one statement. There is no timer: items gather while
 *  a statement is in flight and leave together when it returns, so an idle service waits for nothing. */
export class Coalescer<Item, Result> {
  private readonly options: CoalesceOptions<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private flying = false;

  constructor(options: CoalesceOptions<Item, Result>) {
    this.options = options;
  }

  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      // A batch is everybody's: it must not run in the trace of who came first.
      if (!this.flying) void context.with(ROOT_CONTEXT, this.fly, this);
    });
  }

  private async fly() {
    this.flying = true;
    while (this.waiting.length > 0) await this.settle(this.nextBatch());
    this.flying = false;
  }

  private nextBatch() {
    const { maxItems, weigh, maxBytes = Number.POSITIVE_INFINITY } = this.options;
    let size = 0;
    let bytes = 0;
    for (const { item } of this.waiting.slice(0, maxItems)) {
      bytes += weigh?.(item) ?? 0;
      if (size > 0 && bytes > maxBytes) break;
      size += 1;
    }
    return this.waiting.splice(0, size);
  }

  private async settle(batch: Waiting<Item, Result>[]) {
    try {
      const results = await this.options.run(batch.map(({ item }) => item));
      const tell = () => {
        for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Result);
      };
      // Many wait already, so more would help the next batch little: it leaves before these callers go
      // on, and the database need not wait for what they do.
      if (this.waiting.length >= this.options.maxItems / 2) setImmediate(tell);
      else tell();
    } catch (error) {
      if (batch.length > 1 && (this.options.separable?.(error) ?? false)) {
        for (const one of batch) await this.settle([one]);
      } else {
        const behind = this.options.shared?.(error) ? this.waiting.splice(0) : [];
        for (const { reject } of [...batch, ...behind]) reject(error);
      }
    }
  }
}
