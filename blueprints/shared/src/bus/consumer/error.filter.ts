import { type ArgumentsHost, Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/** Errors reach the subscription as they are: Nest's own filter makes one text of all of them, and what
 *  becomes of an event depends on what went wrong. */
@Catch()
export class ErrorFilter implements RpcExceptionFilter {
  catch(error: unknown, _host: ArgumentsHost): Observable<never> {
    return throwError(() => error);
  }
}
