{% if blueprint == 'nestjs-bullmq' %}
export { createWorker } from '../worker.module.ts';
{% else %}
export { createWorker } from '../jobs/worker.ts';
{% endif %}
