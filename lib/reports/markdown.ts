import type { Report } from '../answers/reports.ts';
import { toPlain } from '../mail/layout.ts';
import type { Cell, WordTable } from './words.ts';
import { toWords } from './words.ts';

/** Characters that mean something in GitHub's Markdown. */
const SPECIAL = /[\\`*_{}[\]<>#|~&!]/g;

/** A text that shows as it is written, on one line. */
const toText = (text: string) => toPlain(text).replace(SPECIAL, '\\$&');

const toLinked = ({ text, href }: Cell) =>
  href === undefined ? toText(text) : `[${toText(text)}](<${href}>)`;

/** The report as Markdown, as GitHub shows it. What people wrote has no markup there. */
export function toMarkdown(report: Report, { pagesUrl }: { pagesUrl: string | null }): string {
  const words = toWords(report, { pagesUrl, maxRows: Number.POSITIVE_INFINITY });
  const { subject, title, headline, notes, figures, repositories, groups, lists } = words;
  const blocks = [
    `# ${toText(title)}`,
    toText(subject),
    `**${toText(headline)}**`,
    ...notes.map(toText),
    toTable({
      heads: ['Figure', 'Value', 'Change', 'Note'],
      rows: figures.map(({ label, before, value, change, note }) => [
        { text: label },
        { text: [before, value].filter(Boolean).join(' ') },
        { text: change?.text ?? '–' },
        { text: note },
      ]),
    }),
    ...toTableBlocks(repositories),
    ...toTableBlocks(groups),
    ...lists.flatMap(({ heading, lines }) => [
      `## ${toText(heading)}`,
      lines.map((line) => `- ${toLinked(line)}`).join('\n'),
    ]),
    '## How complete is this?',
    words.completeness.map(toText).join(' '),
    words.footnotes.map(toText).join(' '),
    ...(words.link ? [toLinked({ text: words.link.label, href: words.link.href })] : []),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function toTableBlocks({ heading, more, ...table }: WordTable): string[] {
  if (table.rows.length === 0) return [];
  return [`## ${toText(heading)}`, toTable(table), ...(more ? [toText(more)] : [])];
}

function toTable({ heads, rows }: Pick<WordTable, 'heads' | 'rows'>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(heads.map(toText)),
    line(heads.map((_, place) => (place === 0 ? ':--' : '--:'))),
    ...rows.map((cells) => line(cells.map(toLinked))),
  ].join('\n');
}
