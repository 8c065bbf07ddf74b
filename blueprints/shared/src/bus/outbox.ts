/** SQL expressions over the rows of `from`. */
export interface Announcement {
  /** Also the routing key: words with dots between them, such as `'invoice.paid'`. */
  type: string;
  tenant?: string;
  /** jsonb, what consumers get as `data`. */
  data: string;
  /** The W3C trace context that consumers go on with; NULL: none. */
  traceparent?: string;
  /** What has the rows: a CTE with what has changed, and perhaps a WHERE. */
  from: string;
}

/** A CTE for the statement that changes something: the event is there if, and only if, the change is
 *  committed. The relay brings it to RabbitMQ, at least once. */
export const announced = ({
  type,
  tenant = 'tenant',
  data,
  traceparent = 'NULL',
  from,
}: Announcement) => `
  domain_event AS (
    INSERT INTO domain_events (type, tenant, data, traceparent)
    SELECT ${type}, ${tenant}, ${data}, ${traceparent} FROM ${from}
  )`;
