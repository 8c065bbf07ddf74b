import { serviceVariables } from '../../src/modules/config.ts';

/** The tests talk to real services. */
export default function requireServices() {
  const missing = serviceVariables.filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new Error(
    `${missing.join(' and ')} not set. The tests need a Postgres in which they may create databases,\n` +
      'and what else the service needs. archgen starts it for as long as they run:\n\n' +
      '  archgen services -- npm test\n',
  );
}
