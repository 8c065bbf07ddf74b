import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `up` is from client to server. */
export type Direction = 'up' | 'down';

/** How what passes is slowed; nothing of it reorders bytes. */
export interface Shape {
  latencyMs?: number;
  /** Up to so much more latency, drawn anew for each chunk. */
  jitterMs?: number;
  bytesPerSecond?: number;
}

/** What happens to a connection once at least so many bytes have passed, both ways together. */
export interface Fuse {
  afterBytes: number;
  by: 'cut' | 'reset' | 'hold';
}

const defaultPorts: Partial<Record<string, number>> = {
  'amqp:': 5672,
  'amqps:': 5671,
  'http:': 80,
  'https:': 443,
  'postgres:': 5432,
  'postgresql:': 5432,
  'redis:': 6379,
  'rediss:': 6379,
};

/** What a flow may keep before it stops reading, as a full socket buffer would. */
const maxWaitingBytes = 1 << 20;

/** One direction of a connection. */
class Flow {
  held = false;
  shape: Shape = {};
  private readonly from: Socket;
  private readonly to: Socket;
  private readonly passed: (bytes: number) => void;
  private readonly waiting: { chunk: Buffer; dueAt: number }[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, passed: (bytes: number) => void) {
    this.from = from;
    this.to = to;
    this.passed = passed;
    from.on('data', (chunk: Buffer) => this.take(chunk));
    for (const event of ['end', 'close', 'error']) from.on(event, () => this.pass());
    to.on('drain', () => this.pass());
  }

  private take(chunk: Buffer) {
    const { latencyMs = 0, jitterMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = this.shape;
    const last = this.waiting.at(-1)?.dueAt ?? 0;
    const arrivesAt = performance.now() + latencyMs + jitterMs * Math.random();
    const dueAt = Math.max(last, arrivesAt) + (1000 * chunk.length) / bytesPerSecond;
    this.waiting.push({ chunk, dueAt });
    this.waitingBytes += chunk.length;
    if (this.waitingBytes > maxWaitingBytes) this.from.pause();
    this.pass();
  }

  /** Hands on all that is due, and at last the end. While it is held, not even that. */
  pass() {
    clearTimeout(this.timer);
    while (!this.held && !this.to.writableNeedDrain) {
      const [next] = this.waiting;
      if (!next) return this.passEnd();
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.timer = setTimeout(() => this.pass(), Math.ceil(waitMs));
        return;
      }
      this.waiting.shift();
      this.waitingBytes -= next.chunk.length;
      this.to.write(next.chunk, () => this.passed(next.chunk.length));
      if (this.waitingBytes <= maxWaitingBytes) this.from.resume();
    }
  }

  private passEnd() {
    if (this.from.readableEnded) this.to.end();
    else if (this.from.destroyed) this.to.destroy();
  }
}

/** A client's connection through the proxy. */
export class Connection {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly flows: Record<Direction, Flow>;
  private bytes = 0;
  fuse: Fuse | undefined;

  constructor(client: Socket, server: Socket) {
    this.client = client;
    this.server = server;
    const passed = (bytes: number) => this.count(bytes);
    this.flows = {
      up: new Flow(client, server, passed),
      down: new Flow(server, client, passed),
    };
  }

  slow(shape: Shape): void {
    for (const flow of Object.values(this.flows)) flow.shape = shape;
  }

  /** Half open: nothing is forwarded any more, and neither end learns of it. */
  hold(...directions: Direction[]): void {
    for (const direction of bothUnless(directions)) this.flows[direction].held = true;
  }

  release(): void {
    for (const flow of Object.values(this.flows)) {
      flow.held = false;
      flow.pass();
    }
  }

  /** Closes both ends. */
  cut(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** Both ends get an RST. */
  reset(): void {
    this.client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  private count(bytes: number) {
    this.bytes += bytes;
    if (this.fuse && this.bytes >= this.fuse.afterBytes) this[this.fuse.by]();
  }
}

const bothUnless = (directions: Direction[]): Direction[] =>
  directions.length > 0 ? directions : ['up', 'down'];

/** A TCP proxy in front of one server that does what networks do. What it is told holds for every
 *  connection, those to come included; `connections` has them one by one. */
export class FaultProxy {
  readonly connections = new Set<Connection>();
  /** What it stands for, with its own address. */
  readonly url: string;
  private readonly port: number;
  private readonly target: { host: string; port: number };
  private readonly listener: Server;
  private shape: Shape = {};
  private held: Direction[] = [];
  private fuse: Fuse | undefined;

  private constructor(target: URL, port: number) {
    this.port = port;
    const { hostname: host, protocol } = target;
    this.target = { host, port: Number(target.port || defaultPorts[protocol]) };
    this.listener = createServer({ allowHalfOpen: true }, (client) => this.join(client));
    const url = new URL(target);
    url.host = `127.0.0.1:${port}`;
    this.url = url.href;
  }

  /** Listens on a port of 127.0.0.1 and forwards to a URL's host. */
  static async open(url: string, port: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(url), port);
    await proxy.accept();
    return proxy;
  }

  slow(shape: Shape): void {
    this.shape = shape;
    for (const connection of this.connections) connection.slow(shape);
  }

  hold(...directions: Direction[]): void {
    this.held = bothUnless(directions);
    for (const connection of this.connections) connection.hold(...this.held);
  }

  release(): void {
    this.held = [];
    for (const connection of this.connections) connection.release();
  }

  cut(): void {
    for (const connection of this.connections) connection.cut();
  }

  reset(): void {
    for (const connection of this.connections) connection.reset();
  }

  /** Connections from now on fail like this; undefined: no more. */
  blow(fuse: Fuse | undefined): void {
    this.fuse = fuse;
  }

  /** Nobody can connect any more; who is connected stays. */
  refuse(): void {
    this.listener.close();
  }

  async accept(): Promise<void> {
    if (this.listener.listening) return;
    this.listener.listen(this.port, '127.0.0.1');
    await once(this.listener, 'listening');
  }

  /** Undoes every fault. */
  async heal(): Promise<void> {
    this.blow(undefined);
    this.slow({});
    this.release();
    await this.accept();
  }

  close(): void {
    this.refuse();
    this.cut();
  }

  private join(client: Socket) {
    const server = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    client.setNoDelay();
    const connection = new Connection(client, server);
    this.connections.add(connection);
    let open = 2;
    for (const socket of [client, server]) {
      socket.on('close', () => {
        open -= 1;
        if (open === 0) this.connections.delete(connection);
      });
    }
    connection.fuse = this.fuse;
    connection.slow(this.shape);
    if (this.held.length > 0) connection.hold(...this.held);
  }
}
