{% if event_bus == 'rabbitmq' %}
import { deleteBus } from '../bus.ts';
{% endif %}
{% if queue_store == 'redis' %}
import { deleteQueue } from '../queue.ts';
{% endif %}
{% if queue_store == 'redis' or event_bus == 'rabbitmq' %}

{% endif %}
/** What tells processes whose names they use in brokers. */
{% if event_bus == 'rabbitmq' %}
export const namedBy = (queue: string) => ({ QUEUE_NAME: queue, BUS_NAME: queue });
{% else %}
export const namedBy = (queue: string) => ({ QUEUE_NAME: queue });
{% endif %}

{% if queue_store == 'redis' or event_bus == 'rabbitmq' %}
/** All that brokers keep under a name. */
export async function forget(queue: string): Promise<void> {
{% if queue_store == 'redis' %}
  await deleteQueue(queue);
{% endif %}
{% if event_bus == 'rabbitmq' %}
  await deleteBus(queue);
{% endif %}
}
{% else %}
/** There is no broker that would keep anything under a name. */
export const forget = async (_queue: string) => {};
{% endif %}
