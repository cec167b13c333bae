import type { Report } from '../answers/reports.ts';
import type { ToMail } from '../deliveries/content.ts';
import {
  mailButton,
  mailHeading,
  mailLayout,
  mailList,
  mailParagraph,
  mailPicture,
  mailTable,
} from '../mail/layout.ts';
import { CHART_WIDTH, describeChart } from './chart.ts';
import { toFew } from './message.ts';
import { toWords, type WordTable } from './words.ts';

/** A mail shows as many rows as people read there; all are on the page. */
const MAX_ROWS = 25;
/** Lines of each other list: Gmail cuts a mail of more than 102 kB. */
const MAX_LINES = 10;
const CID = 'chart';

/** Columns that a mail of 600 pixels has room for: the name, and three figures. */
const COLUMNS = ['Views', 'vs', 'Clones'];

/** Writes the report as a mail. `png` is its chart; null: the mail has none. */
export function toReportMail(report: Report, pagesUrl: string | null, png: Uint8Array | null): ToMail {
  const words = toWords(report, { pagesUrl, maxRows: MAX_ROWS });
  const { subject, title, headline, notes, figures, repositories, groups, lists, completeness, link } = words;
  const heads = ['Figure', 'Value', 'Change', 'Note'];
  const parts = [
    mailParagraph(subject),
    mailParagraph(headline),
    ...notes.map(mailParagraph),
    mailTable({
      caption: 'Figures',
      heads: heads.slice(0, 3),
      rows: figures.map(({ label, before, value, change, note }) => [
        { text: note ? `${label} (${note})` : label },
        { text: [before, value].filter(Boolean).join(' ') },
        change ?? { text: '–' },
      ]),
    }),
    ...(png ? [mailPicture({ cid: CID, alt: describeChart(report), width: CHART_WIDTH })] : []),
    ...toTable(repositories),
    ...toTable(groups),
    ...lists.flatMap(({ heading, lines }) => [mailHeading(heading), mailList(toFew(lines, MAX_LINES))]),
    mailHeading('How complete is this?'),
    mailParagraph(completeness.join(' ')),
    ...(link ? [mailButton(link)] : []),
    mailParagraph(words.footnotes.join(' ')),
  ];
  return ({ reason }) => ({
    subject: words.subjectLine,
    ...mailLayout({ title, preheader: headline, parts, reason }),
    pictures: png ? [{ cid: CID, png }] : [],
  });
}

/** A table with the columns that have room. */
function toTable({ heading, heads, rows, more }: WordTable) {
  if (rows.length === 0) return [];
  const places = [0];
  for (const name of COLUMNS) {
    const place = heads.findIndex((head) => head === name || (name === 'vs' && head.startsWith('vs ')));
    if (place > 0) places.push(place);
  }
  return [
    mailHeading(heading),
    mailTable({
      caption: heading,
      heads: places.map((place) => heads[place] ?? ''),
      rows: rows.map((cells) => places.map((place) => cells[place] ?? { text: '' })),
    }),
    ...(more ? [mailParagraph(more)] : []),
  ];
}
