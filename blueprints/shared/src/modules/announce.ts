{% if event_bus == 'rabbitmq' %}
import { announced } from '../bus/outbox.ts';

/** What an end of the jobs in the CTE `changed` leaves for other services. */
export const endAnnounced = `, ${announced({
  type: "'job.' || status",
  data: "to_jsonb(changed) - 'input'",
  traceparent: 'traceparent',
  from: 'changed WHERE finished_at IS NOT NULL',
})}`;
{% else %}
/** Other services are not told how jobs end. */
export const endAnnounced = '';
{% endif %}
