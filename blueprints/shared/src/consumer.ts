import { brokerCheck } from './bus/consumer/boot.ts';
import { createConsumer } from './modules/consumer.ts';
import { runProcess } from './process.ts';

await runProcess({
  name: 'consumer',
  poolSize: (config) => config.CONSUMER_POOL,
  bootChecks: (config) => [brokerCheck(config)],
  create: createConsumer,
});
