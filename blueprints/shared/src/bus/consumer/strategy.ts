import { BaseRpcContext, type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { type DomainEvent, UnreadableError } from './message.ts';
import type { Handle, Outcome, Subscription } from './subscription.ts';

/** Nest's microservice on a subscription: each event goes to the @EventPattern of its type, whose answer,
 *  or error, decides what becomes of the message. */
export class SubscriptionStrategy extends Server implements CustomTransportStrategy {
  // Or Nest logs each error of a handler once more, as one that nobody minds.
  override readonly propagatesEventHandlerErrors = true;
  private readonly subscription: Subscription;

  constructor(subscribe: (handle: Handle) => Subscription) {
    super();
    this.subscription = subscribe((event) => this.dispatch(event));
  }

  listen(callback: () => void): void {
    this.subscription.start();
    callback();
  }

  close(): Promise<void> {
    return this.subscription.close();
  }

  on(event: string): never {
    throw new Error(`A subscription tells of no "${event}": its log and its metrics do`);
  }

  unwrap<T>(): T {
    return this.subscription as T;
  }

  private async dispatch(event: DomainEvent): Promise<Outcome> {
    const handler = this.getHandlerByPattern(event.type);
    if (!handler) throw new UnreadableError(`Nothing handles events of the type ${event.type}`);
    const answer = await handler(event, new BaseRpcContext([event]));
    return lastValueFrom(this.transformToObservable(answer));
  }
}
