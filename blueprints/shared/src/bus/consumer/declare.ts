import type { Connection } from 'rabbitmq-client';
import { type BusConfig, topology } from '../topology.ts';

/** All that there is in RabbitMQ, whoever declares it first. */
export async function declareTopology(connection: Connection, config: BusConfig): Promise<void> {
  const { exchanges, queues, queueBindings } = topology(config);
  for (const exchange of exchanges) await connection.exchangeDeclare(exchange);
  for (const queue of queues) await connection.queueDeclare(queue);
  for (const binding of queueBindings) await connection.queueBind(binding);
}
