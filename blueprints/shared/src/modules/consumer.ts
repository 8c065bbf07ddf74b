{% if blueprint == 'nestjs-bullmq' %}
export { createConsumer } from '../consumer.module.ts';
{% else %}
export { createConsumer } from '../ledger/consumer.ts';
{% endif %}
