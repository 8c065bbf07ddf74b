import { Connection } from 'rabbitmq-client';
import type { Logger } from '../logger.ts';

/** A connection that comes back by itself; `name` is shown in RabbitMQ. */
export function connectRabbit(url: string, name: string, log: Logger): Connection {
  const connection = new Connection({
    url,
    connectionName: name,
    connectionTimeout: 5000, // with TLS, beside all others that come back at the same time
    acquireTimeout: 5000,
    // A peer that is silent for 20 s is gone.
    heartbeat: 10,
    retryLow: 100,
    retryHigh: 2000,
  });
  let lost = false;
  connection.on('error', (error: Error) => {
    if (!lost) log.warn({ err: error }, 'RabbitMQ is lost; connecting again');
    lost = true;
  });
  connection.on('connection', () => {
    if (lost) log.info('RabbitMQ is back');
    lost = false;
  });
  return connection;
}
