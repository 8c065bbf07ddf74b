import type { Config } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import type { BootCheck } from '../../ops/readiness.ts';
import { connectRabbit } from '../connection.ts';
import { declareTopology } from './declare.ts';

const answerMs = 5000;

/** Sees the broker, with all that is declared on it as this release declares it. */
export const brokerCheck = (config: Config): BootCheck => ({
  name: 'rabbitmq',
  async check(log: Logger) {
    const connection = connectRabbit(
      config.RABBITMQ_URL,
      'boot',
      log.child({}, { level: 'silent' }),
    );
    try {
      await connection.onConnect(answerMs);
      await declareTopology(connection, config);
      await connection.close();
    } finally {
      connection.unsafeDestroy();
    }
  },
});
