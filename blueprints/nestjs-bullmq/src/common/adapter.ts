import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Nest on a server that answers errors itself (src/plugins/errors.ts): also those from before any
 *  controller, of what is no route or cannot be read. */
export class ServerAdapter extends FastifyAdapter {
  override setErrorHandler() {
    return this.getInstance();
  }
}
