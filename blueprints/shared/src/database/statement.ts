import { createHash } from 'node:crypto';

/** What the index test has in its seeded tables, for the examples of statements. */
export interface Seed {
  /** A tenant with a tenth of all jobs. */
  tenant: string;
  /** Two jobs of that tenant that a worker holds, and the runs it holds. */
  ids: string[];
  runs: number[];
  /** A dead letter of the tenant. */
  letter: string;
  /** A moment in the middle of everything. */
  moment: Date;
}

/** A statement of the service, made by `statement()` alone. `Row` is what it answers, a row each. */
class Statement<Row extends object = object> {
  /** As it was declared. */
  readonly title: string;
  /** What Postgres knows it by. */
  readonly name: string;
  readonly text: string;
  readonly example: (seed: Seed) => unknown[];
  /** Never set: keeps the type of the rows, and any object that is alike from being a Statement. */
  declare protected readonly row: Row;

  constructor(title: string, text: string, example: Statement['example']) {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    this.title = title;
    this.name = `${title}.${hash}`;
    this.text = text;
    this.example = example;
  }
}

export type { Statement };

const declared = new Map<string, Statement>();

/** Declares a statement, in a module named `statements.ts`. The test of indexes runs each of them
 *  with its example against a million rows.
 *  Its name ends in a hash of its text: with a pooler, two releases share a server connection. */
export function statement<Row extends object>(
  name: string,
  text: string,
  example: Statement['example'] = () => [],
): Statement<Row> {
  if (declared.has(name)) throw new Error(`There are two statements named ${name}`);
  const made = new Statement<Row>(name, text, example);
  declared.set(name, made);
  return made;
}

export const declaredStatements = (): ReadonlyMap<string, Statement> => declared;
