import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import closeWithGrace from 'close-with-grace';
import type { Registry } from 'prom-client';
import { type Config, ConfigError, databaseOptions, loadConfig } from './config.ts';
import { Database } from './database/database.ts';
import { createLogger, type Logger } from './logger.ts';
import { bootChecks } from './modules/boot.ts';
import { serviceMetrics } from './modules/metrics.ts';
import { createPages } from './modules/pages.ts';
import { createRegistry } from './ops/metrics.ts';
import type { Page } from './ops/page.ts';
import { type BootCheck, ReadinessCheck, UnfitError } from './ops/readiness.ts';
import { createOpsServer } from './ops/server.ts';
import type { Tracing } from './tracing/sdk.ts';

/** What every process of the service has. */
export interface Base {
  config: Config;
  log: Logger;
  db: Database;
  registry: Registry;
  readiness: ReadinessCheck;
}

export interface Service {
  /** At once; requests are answered as well as they can be. */
  listen?(): Promise<unknown>;
  /** Once all that it needs was seen. */
  start?(): void;
  /** Finishes or hands back what is under way. */
  stop(): Promise<void>;
}

export interface ProcessOptions {
  name: string;
  poolSize: (config: Config) => number;
  /** What it has to have seen, beside Postgres, unless it is what the api and workers have to. */
  bootChecks?: (config: Config) => BootCheck[];
  create: (base: Base) => Promise<Service> | Service;
}

/** Runs one process from its configuration to its end. It alone owns the shutdown: readiness off,
 *  drain, stop, close, all within SHUTDOWN_GRACE_S. */
export async function runProcess(options: ProcessOptions): Promise<void> {
  const { name, poolSize, create } = options;
  const config = await orExit(() => loadConfig());
  const log = createLogger(config.LOG_LEVEL, name);
  const db = new Database(databaseOptions(config, { name, size: poolSize(config) }), log);
  const registry = createRegistry(db);
  serviceMetrics(registry, db);
  const readiness = new ReadinessCheck(db, (options.bootChecks ?? bootChecks)(config), log);
  const tracing = await startTracing(config, name, log);
  const service = await orExit(() => create({ config, log, db, registry, readiness }));
  const pages = createPages({ config, log, db, registry });
  const ops = createOpsServer(readiness, registry, log, pages);

  closeWithGrace(
    { delay: config.SHUTDOWN_GRACE_S * 1000, logger: false },
    async ({ err, signal }) => {
      if (err) log.fatal({ err }, err.message);
      else log.info({ signal }, 'shutting down');
      const stopBy = performance.now() + config.SHUTDOWN_GRACE_S * 1000;
      readiness.draining = true;
      if (!err) await sleep(config.SHUTDOWN_DRAIN_MS);
      await service.stop();
      ops.close();
      ops.closeAllConnections();
      await Promise.all([db.close(), tracing?.close(flushMs(stopBy)), ...pages.map(closeSoon)]);
      log.info('closed');
    },
  );

  await listen(ops, config.OPS_PORT, config.HOST);
  await service.listen?.();
  log.info({ ops_port: config.OPS_PORT }, `${name} started`);
  while (!readiness.draining && !(await readiness.checkBoot())) await sleep(1000);
  if (!readiness.draining) service.start?.();
}

/** What a person has to mend is said without a stack. */
async function orExit<T>(make: () => T | Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof UnfitError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/** Loads OpenTelemetry's SDK where spans have a place to go, and nowhere else. */
async function startTracing(
  config: Config,
  name: string,
  log: Logger,
): Promise<Tracing | undefined> {
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return undefined;
  const sdk = await import('./tracing/sdk.ts');
  return sdk.startTracing({ name, ratio: config.OTEL_TRACES_SAMPLER_ARG, log });
}

/** One whose Redis is away must not cost a process its clean end. */
const closeSoon = (page: Page) => Promise.race([page.close().catch(() => {}), sleep(1000)]);

/** A collector that is slow or away must not cost a process its clean end. */
const flushMs = (stopBy: number) => Math.min(2000, Math.max(0, (stopBy - performance.now()) / 2));

async function listen(server: Server, port: number, host: string) {
  server.listen(port, host);
  await once(server, 'listening');
}
