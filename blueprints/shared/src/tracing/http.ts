import type { Span } from '@opentelemetry/api';

// Of URLs only what is no secret: routes and servers, no paths, no queries.

export const routeAttributes = (method: string, route: string) => ({
  'http.request.method': method,
  'http.route': route,
});

export function describeCall(span: Span | undefined, method: string, url: string): void {
  if (!span) return;
  const { protocol, hostname, port } = new URL(url);
  span.setAttributes({
    'http.request.method': method,
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'https:' ? 443 : 80)),
  });
}

export function describeStatus(span: Span | undefined, status: number): void {
  span?.setAttribute('http.response.status_code', status);
}
