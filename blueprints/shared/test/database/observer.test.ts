import { expect, test } from 'vitest';
import { Observer } from '../../src/database/observer.ts';
import { statement } from '../../src/database/statement.ts';
import { testDatabase } from '../support/database.ts';

const database = testDatabase();

const observed = async <T>(look: (observer: Observer) => Promise<T>) => {
  const observer = await Observer.connect(database.url);
  try {
    return await look(observer);
  } finally {
    await observer.close();
  }
};

test('it explains by the generic plan, and runs nothing', async () => {
  const plan = await observed((one) =>
    one.explain('UPDATE jobs SET tenant = $1 WHERE lease_until < $2 AND pg_sleep(60) IS NULL'),
  );
  expect(plan['Node Type']).toBe('ModifyTable');
});

test('it takes one statement a text', async () => {
  const two = observed((one) => one.explain('SELECT 1; CREATE TABLE smuggled ()'));
  await expect(two).rejects.toThrow('multiple commands');
});

test('it cannot write, and goes on after what failed', async () => {
  const write = statement('observer.write', 'DELETE FROM jobs');
  const ping = statement<{ one: number }>('observer.ping', 'SELECT 1 AS one');
  await observed(async (one) => {
    await expect(one.query(write)).rejects.toMatchObject({ code: '25006' });
    expect(await one.query(ping)).toEqual([{ one: 1 }]);
  });
});

test('it gives up rather than wait for a lock', async () => {
  const holder = await database.pool.connect();
  await holder.query('BEGIN; LOCK TABLE dead_letters IN ACCESS EXCLUSIVE MODE');
  try {
    const late = observed((one) => one.explain('SELECT id FROM dead_letters'));
    await expect(late).rejects.toMatchObject({ code: '55P03' });
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
});
