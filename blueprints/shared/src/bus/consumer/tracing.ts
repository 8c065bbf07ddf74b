import { type Span, SpanKind } from '@opentelemetry/api';
import type { AsyncMessage } from 'rabbitmq-client';
import { resumeTrace } from '../../tracing/spans.ts';
import { deliveriesOf } from './message.ts';

/** The span of one delivery, in the trace of what the event tells. */
export const startDelivery = (
  queue: string,
  message: AsyncMessage,
  traceparent: string,
): Span | undefined =>
  resumeTrace(traceparent, `process ${queue}`, {
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'rabbitmq',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': message.exchange,
      'messaging.destination.subscription.name': queue,
      'messaging.rabbitmq.destination.routing_key': message.routingKey,
      'messaging.message.id': message.messageId ?? '',
      'event.deliveries': deliveriesOf(message),
    },
  });
