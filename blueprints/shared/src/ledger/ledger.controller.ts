import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { DomainEvent } from '../bus/consumer/message.ts';
import type { Outcome } from '../bus/consumer/subscription.ts';
import { endTypes } from './event.ts';
import { Ledger } from './ledger.ts';

@Controller()
export class LedgerController {
  constructor(private readonly ledger: Ledger) {}

  @EventPattern(endTypes)
  book(@Payload() event: DomainEvent): Promise<Outcome> {
    return this.ledger.book(event);
  }
}
