import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../test/support/wait.ts';
import type { FaultCase } from '../case.ts';
import { p99 } from '../traffic.ts';

const sockets = 500;
/** Enough requests for a p99 that more than a few of them make. */
const perSecond = 100;
const warmMs = 2000;
const baselineMs = 10_000;

export default {
  number: 19,
  title: `${sockets} slow-loris sockets`,
  seeds: 3,
  async run(world) {
    const api = await world.startApi();
    await world.startWorker();
    const before = world.traffic(api, perSecond);
    await sleep(warmMs + baselineMs);
    const warm = (await before.stop()).filter(({ at }) => at > before.startedAt + warmMs);
    const baseline = p99(warm);

    const traffic = world.traffic(api, perSecond);
    const loris: Socket[] = [];
    // In a second, so that what is measured is not this process opening them.
    for (let i = 0; i < sockets; i += 1) {
      loris.push(drip(Number(new URL(api.base).port)));
      if (i % 10 === 9) await sleep(20);
    }
    const openedAt = performance.now();
    const closed = () => loris.every((socket) => socket.closed);
    await until('all of them to be cut', closed, 40_000);
    world.figures.atMost('cut_s', (performance.now() - openedAt) / 1000, 20);
    const answers = await traffic.stop();
    const failed = answers.filter(({ status }) => status !== 202);
    world.figures.exactly('normal_requests_that_failed', failed.length, 0);
    world.figures.note('baseline_p99_ms', baseline);
    world.figures.atMost('p99_ratio', p99(answers) / baseline, 2, Infinity);
    world.figures.atMost('p99_ms', p99(answers), 1000);
  },
} satisfies FaultCase;

/** A request whose headers come a letter a second and never end. */
function drip(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.write('POST /v1/jobs HTTP/1.1\r\nhost: x\r\nx: ');
  const timer = setInterval(() => socket.write('x'), 1000);
  socket.on('error', () => {});
  socket.on('close', () => clearInterval(timer));
  socket.resume();
  return socket;
}
