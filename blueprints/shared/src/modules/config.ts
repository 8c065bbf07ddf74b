{% if queue_store == 'redis' %}
import { queueVariables } from '../redis/variables.ts';

/** The environment of the optional modules. */
export const moduleVariables = { ...queueVariables };

/** The variables that say where the service's services are. */
export const serviceVariables = ['DATABASE_URL', 'REDIS_URL'];
{% else %}
/** The environment of the optional modules. */
export const moduleVariables = {};

/** The variables that say where the service's services are. */
export const serviceVariables = ['DATABASE_URL'];
{% endif %}
