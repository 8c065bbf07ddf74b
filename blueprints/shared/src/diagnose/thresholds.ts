/** Where rules begin to speak, each with its reason. `judgement` is one. */
export const thresholds = {
  /** A loss below a quarter of the time or of the capacity is not worth a name: judgement. */
  severity: 0.25,
  /** Rows that a sequential scan reads in 0.65 ms (measured): no index is missed below. */
  grownRows: 20_000,
  /** Rows that one core reads a second in a sequential scan with a filter: 6.5 · 10⁶ measured with a
   *  million rows on a busy core, 3 · 10⁷ with 20,000. */
  rowsPerCoreSecond: 10_000_000,
  /** Calls of one statement a request, on average of all routes: handlers ask each once or twice. */
  callsPerRequest: 5,
  /** Calls a second of one statement in one process: its own chores make fewer. */
  callsPerSecond: 30,
  /** A process that works less than this share of the time says nothing of where time goes. */
  working: 0.01,
  /** Milliseconds in Postgres from which one statement holds a connection for too long: half of the
   *  default p95 of a whole request. */
  slowStatementMs: 100,
  /** Beyond this share of its time an event loop delays all that it does: queueing. */
  loop: 0.85,
  /** Runs in as many of the slots mean that all are taken: between two runs a slot claims. */
  slots: 0.6,
  /** Connections in use, of Postgres' own limit: the brief plans with 80 %. */
  connections: 0.9,
  /** How much longer than planned calls to the outside may take. */
  aiSlower: 2,
  /** Reads that miss shared buffers, of all: below it disks are not what is waited for. */
  blocksMissed: 0.05,
  /** What a block of 8 kB costs that is not in shared buffers: a network disk's 0.1 ms or more. */
  blockSeconds: 0.0001,
  /** A Redis in the same region answers in about one. */
  redisPingMs: 20,
  /** Of its maxmemory, in a Redis that must not evict. */
  redisMemory: 0.9,
};
