import type { FaultCase } from '../case.ts';
import { countJobs } from '../ledger.ts';

const key = 'the-key';
const callers = 100;

export default {
  number: 21,
  title: `one idempotency key × ${callers} concurrent over two API processes`,
  seeds: 20,
  async run(world) {
    const [first, second] = await Promise.all([
      world.startApi(),
      world.startApi(),
      world.startWorker(),
    ]);
    const text = `[[delay:${world.random.int(0, 300)}]]`;
    const ask = () => (world.random.int(0, 1) === 0 ? first : second).submit(text, key);
    const answers = await Promise.all(Array.from({ length: callers }, ask));
    await world.drain();
    answers.push(await first.submit(text, key), await second.submit(text, key));
    world.figures.exactly('not_202', answers.filter(({ status }) => status !== 202).length, 0);
    world.figures.exactly('bodies', new Set(answers.map((answer) => answer.text)).size, 1);
    world.figures.exactly('jobs', await countJobs(world.pool), 1);
    world.figures.exactly('other_body', (await first.submit('another text', key)).status, 422);
  },
} satisfies FaultCase;
