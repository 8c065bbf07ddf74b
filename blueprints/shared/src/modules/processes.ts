{% if event_bus == 'rabbitmq' %}
/** The processes beside api and worker. */
export const otherProcesses = ['consumer'];
{% else %}
/** The processes beside api and worker. */
export const otherProcesses: string[] = [];
{% endif %}
