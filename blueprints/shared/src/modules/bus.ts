{% if event_bus == 'rabbitmq' %}
export { createBus } from '../bus/create.ts';
{% else %}
import type { Base } from '../process.ts';

/** There is nobody to bring events to. */
export const createBus = (_base: Base) => ({ start() {}, close: async () => {} });
{% endif %}
