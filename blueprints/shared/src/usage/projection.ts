import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';
import * as statements from './projection-statements.ts';

export type { Difference } from './projection-statements.ts';

/** Told of each difference, and waited for. */
type Tell = (difference: statements.Difference) => unknown;

/** The days of usage, as a projection of the jobs that ended: held against them, or made anew, while
 *  the service runs. A second one that begins takes over from the first, which then throws. */
export class UsageProjection {
  private readonly db: Database;
  private readonly jobsAtOnce: number;
  private readonly rowsAtOnce: number;

  /** How much a batch takes: it is a transaction, and roll-ups wait for it. */
  constructor(db: Database, { jobsAtOnce = 5000, rowsAtOnce = 1000 } = {}) {
    this.db = db;
    this.jobsAtOnce = jobsAtOnce;
    this.rowsAtOnce = rowsAtOnce;
  }

  /** Tells where the projection differs from the jobs that are still there. */
  async check(tell: Tell): Promise<void> {
    await this.build(async (build) => {
      await this.compare(build, tell);
      return statements.abandon;
    });
  }

  /** Makes the projection anew, and tells what that changed. Until it is complete everybody reads the
   *  old one. */
  async rebuild(tell: Tell): Promise<void> {
    await this.build(async (build) => {
      await this.copy(build);
      await this.compare(build, tell);
      return statements.finish;
    });
  }

  private async build(use: (build: statements.Build) => Promise<Statement<statements.Ended>>) {
    const build = await this.start();
    try {
      await this.count(build);
      const ended = await this.db.first(await use(build), [build.building]);
      if (!ended?.valid) throw new BuildLost();
    } finally {
      await this.db.query(statements.abandon, [build.building]);
      await this.sweep();
    }
  }

  private async start() {
    const build = await this.db.first(statements.start);
    if (!build) throw new Error('The table projections has no row for usage: is it migrated?');
    await this.sweep();
    return build;
  }

  private async count({ building }: statements.Build) {
    let complete = false;
    while (!complete) {
      ({ complete } = await this.batch(statements.count, [building, this.jobsAtOnce]));
    }
  }

  private async copy({ building }: statements.Build) {
    let place: Partial<statements.Place> = { tenant: '', day: '-infinity', type: '' };
    while (place.tenant !== undefined && place.tenant !== null) {
      const { tenant, day, type } = place;
      place = await this.batch(statements.copy, [building, tenant, day, type, this.rowsAtOnce]);
    }
  }

  private async compare({ building, built_from }: statements.Build, tell: Tell) {
    let tenant: string | null | undefined = '';
    for (;;) {
      ({ tenant } = (await this.db.first(statements.nextTenant, [building, tenant])) ?? {});
      if (typeof tenant !== 'string') return;
      const values = [building, tenant, built_from];
      for (const found of await this.db.query(statements.compare, values)) await tell(found);
    }
  }

  /** Repeats a batch until no roll-up comes in between. */
  private async batch<Row extends statements.Batch>(statement: Statement<Row>, values: unknown[]) {
    for (;;) {
      const row = await this.db.first(statement, values);
      if (!row?.own) throw new BuildLost();
      if (row.held) return row;
    }
  }

  private async sweep() {
    const most = this.rowsAtOnce;
    while ((await this.db.first(statements.sweep, [most]))?.count === most);
  }
}

export class BuildLost extends Error {
  override name = 'BuildLost';

  constructor() {
    super(
      'Another check or rebuild of this projection has begun, or the retention came to days that were counted: nothing was changed, run it again',
    );
  }
}
