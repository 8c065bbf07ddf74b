import type { Config } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { BootCheck } from '../../ops/readiness.ts';
import { connectBus } from '../connection.ts';
import { declareTopology } from '../topology.ts';

const answerMs = 5000;

/** Sees the broker, with all that is declared on it as this release declares it. */
export const brokerCheck = ({ RABBITMQ_URL, BUS_NAME }: Config): BootCheck => ({
  name: 'rabbitmq',
  async check(log: Logger) {
    const connection = connectBus(RABBITMQ_URL, 'boot', log.child({}, { level: 'silent' }));
    try {
      await connection.onConnect(answerMs);
      await declareTopology(connection, BUS_NAME);
      await connection.close();
    } finally {
      connection.unsafeDestroy();
    }
  },
});
