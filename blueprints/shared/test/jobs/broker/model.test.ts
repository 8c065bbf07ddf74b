import type { Broker } from '../../../src/jobs/broker/broker.ts';
import { LostRuns } from '../../../src/jobs/broker/lost.ts';
import { relay } from '../../../src/jobs/broker/relay.ts';
import { take } from '../../../src/jobs/broker/statements.ts';
import type { Message } from '../../../src/jobs/model.ts';
import { silent } from '../../support/log.ts';
import { checkModel } from '../model/check.ts';
import { workers } from '../model/play.ts';
import * as rules from '../model/rules.ts';
import { holdPublished } from '../model/statements.ts';
import {
  alone,
  always,
  type Bound,
  heldBy,
  inAll,
  jobIn,
  type Step,
  type Steps,
} from '../model/steps.ts';
import type { World } from '../model/world.ts';
import { MemoryBroker } from './memory-broker.ts';

checkModel(
  (world, jobs) => {
    const broker = new MemoryBroker();
    const steps: Steps = { ...relays(broker), ...losses(broker, world) };
    const fair = ['recover', 'relay'];
    for (let job = 0; job < jobs; job += 1) {
      Object.assign(steps, accidents(broker, world, job));
      for (let worker = 0; worker < workers; worker += 1) {
        steps[`w${worker} claims j${job}`] = claims(broker, world, worker, job, 'messages');
        steps[`w${worker} claims j${job} late`] = claims(broker, world, worker, job, 'late');
      }
      fair.push(`w0 claims j${job}`);
    }
    return Object.assign(broker, { steps, fair });
  },
  { depth: 4 },
);

/** Relays that do well, and that end in each of the ways they can. */
function relays(broker: MemoryBroker): Steps {
  const through = (publish: Broker['publish']): Broker =>
    Object.assign(Object.create(broker), { publish });
  const failing = (publish: Broker['publish']) =>
    always(
      () => false,
      ({ db }) => relay(db, through(publish), silent),
    );
  const refuse = async () => {
    throw new Error('refused');
  };
  const publishing: Bound['rule'] = (model, skipped) =>
    inAll(model, (job, i) => !skipped.has(i) && rules.publish(job) && `${i} ${job.run}`);
  const told = (world: World, messages: Message[]) =>
    messages.map(({ id, run }) => `${world.jobOf(id)} ${run}`).sort();
  return {
    relay: always(publishing, async (world) => {
      const sent: Message[] = [];
      const record = async (messages: Message[]) => {
        sent.push(...messages);
        await broker.publish(messages);
      };
      await relay(world.db, through(record), silent);
      return told(world, sent);
    }),
    'relay, dying': always(publishing, async (world) =>
      told(world, await world.db.query(take, [500])),
    ),
    'relay, refused': alone(failing(refuse)),
    'relay, unheard': alone(
      failing(async (messages) => {
        await broker.publish(messages);
        await refuse();
      }),
    ),
    'relay, unheard, w0 claims all': alone(
      always(
        (model) => {
          for (const [i, job] of model.jobs.entries()) {
            if (!job || !rules.publish(job)) continue;
            rules.claim(job, job.run);
            heldBy(model, 0).push({ job: i, run: job.run });
          }
          return false;
        },
        (world) => {
          const publish = async (messages: Message[]) => {
            for (const message of messages) await world.store(0).claim(message);
            await refuse();
          };
          return relay(world.db, through(publish), silent);
        },
      ),
    ),
  };
}

/** That the whole queue goes, and how lost runs are found. */
function losses(broker: MemoryBroker, world: World): Steps {
  return {
    'lose all': alone(
      always(
        () => undefined,
        async () => broker.loseAll(),
      ),
    ),
    recover: alone(() => {
      const { known, queue, messages } = broker.state;
      const here = new Set(messages.map(({ id, run }) => `${world.jobOf(id)} ${run}`));
      return {
        rule: (model) => {
          inAll(model, (job, i) => {
            const gone = known !== 0 && known !== queue;
            const lost = known === queue && job.overdue && !here.has(`${i} ${job.run}`);
            return (gone || lost) && rules.putBack(job) && 'put back';
          });
        },
        act: async () => {
          await world.db.query(holdPublished);
          await new LostRuns(world.db, broker, silent).recover();
          broker.state.known = queue;
        },
      };
    }),
  };
}

/** That a job's messages go, or come twice. */
function accidents(broker: MemoryBroker, world: World, job: number): Steps {
  const about = ({ id }: { id: string }) => id === world.idOf(job);
  const when =
    (possible: (count: number) => boolean, happens: () => unknown): Step =>
    () => {
      if (!possible(broker.state.messages.filter(about).length)) return undefined;
      return { rule: () => undefined, act: async () => void happens(), alone: true };
    };
  return {
    [`lose j${job}`]: when(
      (count) => count > 0,
      () => broker.lose(about),
    ),
    [`duplicate j${job}`]: when(
      (count) => count > 0 && count < 3,
      () => {
        const message = broker.state.messages.find(about);
        if (message) broker.state.messages.push({ ...message });
      },
    ),
  };
}

/** Another consumer may have the same message at the same time. */
const claims =
  (
    broker: MemoryBroker,
    world: World,
    worker: number,
    job: number,
    from: 'messages' | 'late',
  ): Step =>
  () => {
    const message = broker.state[from].find(({ id }) => id === world.idOf(job));
    if (!message) return undefined;
    return {
      rule: (model) => {
        const claimed = rules.claim(jobIn(model, job), message.run);
        if (claimed) heldBy(model, worker).push({ job, run: message.run });
        return claimed;
      },
      act: async () => {
        broker.take(from, message);
        return Boolean(await world.store(worker).claim(message));
      },
    };
  };
