import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { startLoop } from '../src/loop.ts';
import { choreMetrics } from '../src/ops/metrics.ts';
import { silent } from './support/log.ts';
import { until } from './support/wait.ts';

test('turns go on after one that failed, and are counted by how they ended', async () => {
  let turns = 0;
  const tick = async () => {
    turns += 1;
    if (turns === 2) throw new Error('wrong');
  };
  const registry = new Registry();
  const countTurn = choreMetrics(registry, [{ name: 'test' }]);
  const counted = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('worker_chore'));
  expect(await counted()).toEqual([
    'worker_chore_turns_total{chore="test",outcome="done"} 0',
    'worker_chore_turns_total{chore="test",outcome="failed"} 0',
  ]);
  const stop = startLoop({ name: 'test', everyMs: 1, tick }, silent, (outcome) =>
    countTurn('test', outcome),
  );
  await until('five turns', () => turns >= 5);
  await stop();
  expect(await counted()).toEqual([
    `worker_chore_turns_total{chore="test",outcome="done"} ${turns - 1}`,
    'worker_chore_turns_total{chore="test",outcome="failed"} 1',
  ]);
});
