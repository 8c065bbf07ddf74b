{% if queue_store == 'redis' %}
export { deleteQueue } from '../queue.ts';
{% else %}
/** There is no broker that would keep anything of a queue. */
export const deleteQueue = async (_queue: string) => {};
{% endif %}
