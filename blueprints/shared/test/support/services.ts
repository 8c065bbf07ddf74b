/** The tests talk to a real Postgres and a real Redis. */
export default function requireServices() {
  const missing = ['DATABASE_URL', 'REDIS_URL'].filter((name) => !process.env[name]);
  if (missing.length === 0) return;
  throw new Error(
    `${missing.join(' and ')} not set. The tests need a Postgres in which they may create databases\n` +
      'and a Redis. archgen starts both for as long as they run:\n\n  archgen services -- npm test\n',
  );
}
