import pg from 'pg';
import { planning } from './roles.ts';
import type { Statement } from './statement.ts';

/** A node of EXPLAIN (FORMAT JSON). */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Filter?: string;
  Plans?: PlanNode[];
}

// A look must not be felt: it gives up soon, above all when it would have to wait for a lock, behind
// which others would then wait.
const settings = { statement_timeout: '2s', lock_timeout: '100ms', ...planning };
const begin = [
  'BEGIN READ ONLY',
  ...Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = '${value}'`),
].join('; ');
const patienceMs = 5000;

/** Looks at Postgres from a connection of its own: each look is a read-only transaction that is soon
 *  over, and what it explains is never run. */
export class Observer {
  private readonly client: pg.Client;

  private constructor(client: pg.Client) {
    this.client = client;
  }

  /** `url`: past any transaction pooler. */
  static async connect(url: string): Promise<Observer> {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'diagnose',
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
    });
    client.on('error', () => {});
    await client.connect();
    return new Observer(client);
  }

  query<Row extends object>(statement: Statement<Row>, values: unknown[] = []): Promise<Row[]> {
    return this.look(async () => {
      const { rows } = await this.client.query<Row & pg.QueryResultRow>(statement.text, values);
      return rows;
    });
  }

  /** The plan that holds for all values, as the service's role has it (roles.ts). Throws for what
   *  has no plan, or needs types that its text does not tell. */
  explain(text: string): Promise<PlanNode> {
    return this.look(async () => {
      // The extended protocol takes one statement: a text cannot smuggle in a second.
      const prepare = { text: `PREPARE explained AS ${text}`, queryMode: 'extended' };
      await this.client.query(prepare);
      const nulls = Array.from({ length: parameters(text) }, () => 'NULL').join(', ');
      const call = nulls ? `explained(${nulls})` : 'explained';
      const { rows } = await this.client.query(`EXPLAIN (FORMAT JSON) EXECUTE ${call}`);
      return rows[0]['QUERY PLAN'][0].Plan as PlanNode;
    });
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async look<T>(look: () => Promise<T>): Promise<T> {
    await this.client.query(begin);
    try {
      return await look();
    } finally {
      await this.client.query('ROLLBACK; DEALLOCATE ALL');
    }
  }
}

const parameters = (text: string) =>
  Math.max(0, ...Array.from(text.matchAll(/\$(\d+)/g), ([, n]) => Number(n)));
