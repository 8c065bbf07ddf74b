{% if database == 'replicas' %}
export { createReads } from '../database/replica/create.ts';
{% else %}
import type { Base } from '../process.ts';

/** Reads that may be a little old: there is one server for all. */
export const createReads = ({ db }: Pick<Base, 'config' | 'db' | 'registry' | 'log'>) => ({
  reads: db,
  close: async () => {},
});
{% endif %}
