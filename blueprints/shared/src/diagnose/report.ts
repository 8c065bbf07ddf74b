import type { Diagnosis, Named } from './diagnosis.ts';
import { number, percent } from './figures.ts';

const width = 80;

/** The four parts, in 80 columns; then what else was seen, and what was not. */
export function reportOf(diagnosis: Diagnosis): string {
  const { seconds, bottleneck, others, vitals, unread } = diagnosis;
  const found = bottleneck ? [bottleneck, ...others] : [];
  return [
    `Between two looks, ${number(seconds)} s apart.`,
    ...(bottleneck ? inFourParts(bottleneck) : healthy),
    ...section(
      'Also seen',
      found.slice(1).map((one) => `${one.title} (${sizeOf(one)})`),
    ),
    ...section(
      'Measured',
      vitals.map(({ what, is }) => `${what}: ${is}`),
    ),
    ...section('Not read', unread),
  ].join('\n');
}

const healthy = ['', 'BOTTLENECK', '  None: nothing that was read is near its limit.'];

const inFourParts = (finding: Named) => [
  ...section('Bottleneck', [`${finding.title} (${sizeOf(finding)})`, ...finding.evidence]),
  ...section('Quick wins', finding.quickWins),
  ...section('Structural changes', finding.structural),
  ...section('How to measure', ['npm run diagnose, again', ...finding.measure]),
];

const sizeOf = ({ cause, severity, because }: Named) =>
  `${cause}, ${percent(severity)} lost${because ? `, because of ${because}` : ''}`;

const section = (title: string, lines: string[]) =>
  lines.length === 0 ? [] : ['', title.toUpperCase(), ...lines.flatMap(item)];

/** Wrapped at spaces, but for those between a number and its unit; what has none (a URL, a query) may
 *  be longer than a line. */
function item(text: string): string[] {
  const lines: string[] = [];
  let line = '  -';
  for (const word of text.split(/(?<!\d) | (?!(?:%|ms|s)(?!\w))/)) {
    if (line.length + 1 + word.length > width) {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
