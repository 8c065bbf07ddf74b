import pg from 'pg';

/** A node of EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON). */
export interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Node[];
}

export const nodes = (plan: Node): Node[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

/** Rows that were looked at and thrown away. */
export const removed = (node: Node) =>
  Math.round((node['Rows Removed by Filter'] ?? 0) * node['Actual Loops']);

/** Blocks of 8 kB that were touched by it and what is below. */
export const blocks = (node: Node) => node['Shared Hit Blocks'] + node['Shared Read Blocks'];

/** A line a node. */
export function brief(node: Node, depth = 0): string {
  const { 'Relation Name': table, 'Index Name': index } = node;
  const what = [node['Node Type'], table && `on ${table}`, index && `by ${index}`];
  const rows = Math.round(node['Actual Rows'] * node['Actual Loops']);
  const cost = `${rows} rows, ${removed(node)} in vain, ${blocks(node)} blocks`;
  const line = `${'  '.repeat(depth)}${what.filter(Boolean).join(' ')}: ${cost}`;
  return [line, ...(node.Plans ?? []).map((child) => brief(child, depth + 1))].join('\n');
}

/** A value as pg would send it, as SQL. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map(element).join(',')}}`);
  return pg.escapeLiteral(textOf(value));
}

function element(value: unknown): string {
  if (value === null) return 'NULL';
  return `"${textOf(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function textOf(value: unknown): string {
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
