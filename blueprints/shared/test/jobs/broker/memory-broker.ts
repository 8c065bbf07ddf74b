import type { Broker } from '../../../src/jobs/broker/broker.ts';
import type { Message, Run } from '../../../src/jobs/model.ts';

/** A broker that loses, duplicates and reorders its messages when it is told to. */
export class MemoryBroker implements Broker {
  readonly queue = 'model';
  readonly available = true;
  state = {
    /** Oldest first. */
    messages: [] as Run[],
    /** Lost, but still in the hands of a consumer that has not claimed them yet. */
    late: [] as Run[],
    queue: 1,
    /** The queue that the database knows of. */
    known: 0,
  };

  async publish(messages: Message[]) {
    for (const { id, run } of messages) this.state.messages.push({ id, run });
  }

  async lost(runs: Run[]) {
    return runs.filter((run) => !this.has(run));
  }

  async epoch() {
    return `queue ${this.state.queue}`;
  }

  has({ id, run }: Run) {
    return this.state.messages.some((message) => message.id === id && message.run === run);
  }

  lose(which: (message: Run) => boolean) {
    const { messages } = this.state;
    this.state.late = messages.filter(which);
    this.state.messages = messages.filter((message) => !which(message));
  }

  loseAll() {
    this.lose(() => true);
    this.state.queue += 1;
  }

  take(from: 'messages' | 'late', message: Run) {
    this.state[from] = this.state[from].filter((one) => one !== message);
  }

  async close() {}
}
