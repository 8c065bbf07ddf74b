import type { Database, Reader } from '../database.ts';
import type { Statement } from '../statement.ts';
import type { ReadMetrics } from './metrics.ts';
import type { Replica } from './replica.ts';

/** Reads from replicas, in turn, while they are there and fresh; else from the primary. */
export class Reads implements Reader {
  private readonly primary: Database;
  private readonly replicas: Replica[];
  private readonly metrics: ReadMetrics;
  private turn = 0;

  constructor(primary: Database, replicas: Replica[], metrics: ReadMetrics) {
    this.primary = primary;
    this.replicas = replicas;
    this.metrics = metrics;
  }

  async query<Row extends object>(
    statement: Statement<Row>,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const replica = this.next();
    if (replica) {
      try {
        const rows = await replica.query(statement, values);
        this.metrics.read('replica');
        return rows;
      } catch (error) {
        if (ranOutOfTime(error)) throw error;
      }
    }
    const rows = await this.primary.query(statement, values);
    this.metrics.read('primary');
    return rows;
  }

  async first<Row extends object>(
    statement: Statement<Row>,
    values: unknown[] = [],
  ): Promise<Row | undefined> {
    const [row] = await this.query(statement, values);
    return row;
  }

  get ageMs(): number {
    return Math.max(0, ...this.replicas.filter(({ fresh }) => fresh).map(({ ageMs }) => ageMs));
  }

  private next(): Replica | undefined {
    this.turn += 1;
    const fresh = this.replicas.filter((replica) => replica.fresh);
    return fresh[this.turn % fresh.length];
  }
}

/** The statement's own time: on the primary it would take as long. What else goes wrong on a replica
 *  (it is lost, busy, or applies a change that the statement stands in the way of) does not there. */
const ranOutOfTime = (error: unknown) => (error as { code?: unknown }).code === '57014';
