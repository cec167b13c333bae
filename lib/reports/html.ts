import type { Report } from '../answers/reports.ts';
import { CHART_COLORS } from '../charts/colors.ts';
import { toHtml } from '../mail/layout.ts';
import { toChartSvg } from './chart.ts';
import { type Cell, toWords, type WordFigure, type WordTable } from './words.ts';

/** The colors of static/style/tokens.css that a report needs besides those of its chart. */
const COLORS = {
  light: {
    '--ground': '#f6f7f9',
    '--line': '#e3e7ec',
    '--accent': '#2457d6',
    '--success': '#16693a',
    '--danger': '#b4232c',
  },
  dark: {
    '--ground': '#0f1216',
    '--surface': '#171b21',
    '--line': '#2a3039',
    '--accent': '#86acff',
    '--success': '#7fd39b',
    '--danger': '#ff9297',
  },
} as const;

function toProperties(scheme: 'light' | 'dark'): string {
  const colors: Record<string, string> = { ...CHART_COLORS[scheme], ...COLORS[scheme] };
  return Object.entries(colors)
    .map(([name, value]) => `${name}:${value}`)
    .join(';');
}

const STYLE = `
:root{color-scheme:light;${toProperties('light')}}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${toProperties('dark')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:400 14px/1.5 var(--font);font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
main{max-width:54rem;margin:2rem auto;padding:3rem 3.5rem;background:var(--surface);border:1px solid var(--line);border-radius:8px}
h1{margin:0;padding-bottom:.9rem;border-bottom:2px solid var(--ink);font-size:1.75rem;line-height:1.2;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{margin:1.75rem 0 .4rem;font-size:1rem;line-height:1.3;break-after:avoid}
p{margin:.4rem 0}
a{color:var(--accent);text-underline-offset:.16em;text-decoration-thickness:1px}
.soft{color:var(--ink-2)}
.headline{margin:1.1rem 0;font-size:1.125rem;line-height:1.5;overflow-wrap:anywhere}
.note{padding:.6rem .8rem;border:1px solid var(--line);border-radius:8px;background:var(--sunken)}
.figures{display:flex;flex-wrap:wrap;gap:1px;margin:0;border:1px solid var(--line);border-radius:8px;background:var(--line);overflow:hidden;break-inside:avoid}
.figures>div{flex:1 1 9.5rem;padding:.7rem .9rem;background:var(--surface)}
dt,dd{margin:0}
dt,.figures dd+dd{color:var(--ink-2);font-size:.8125rem}
.value{font-size:1.375rem;font-weight:650;line-height:1.3;letter-spacing:-.02em;white-space:nowrap}
.value small{font-size:.8125rem;font-weight:400;color:var(--ink-2);letter-spacing:0}
.figures .up,.up{color:var(--success);font-weight:600}
.figures .down,.down{color:var(--danger);font-weight:600}
figure{margin:1.5rem 0 0;border:1px solid var(--line);border-radius:8px;overflow:hidden;break-inside:avoid}
figure svg{display:block;width:100%;height:auto}
.narrow{display:none}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse}
th,td{padding:.4rem .5rem;border-bottom:1px solid var(--line);text-align:right;vertical-align:baseline;white-space:nowrap}
th:first-child,td:first-child{padding-left:0;text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:9rem}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--ink-2);font-size:.8125rem;font-weight:500;white-space:normal;vertical-align:bottom}
tbody th{font-weight:500}
tr{break-inside:avoid}
ul{margin:0;padding:0;list-style:none}
li{padding:.15rem 0;overflow-wrap:anywhere}
.lists{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 2rem}
.complete{margin-top:1.75rem;padding:.8rem 1rem;border-radius:8px;background:var(--sunken);break-inside:avoid}
footer{margin-top:1.75rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--ink-2);font-size:.8125rem}
@media (max-width:40rem){main{margin:0;padding:1.5rem 1rem;border:0;border-radius:0}h1{font-size:1.375rem}.lists{grid-template-columns:minmax(0,1fr)}.wide{display:none}.narrow{display:block}.figures>div{flex-basis:40%}}
@page{margin:15mm}
@media print{:root{--ground:#ffffff;--surface:#ffffff}body{font-size:9.5pt}main{max-width:none;margin:0;padding:0;border:0}.wide{display:block}.narrow{display:none}.scroll{overflow:visible}.lists{grid-template-columns:repeat(2,minmax(0,1fr))}.figures>div{flex-basis:6rem}th,td{padding:.25rem .35rem}thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;

/**
 * The report as an HTML document that needs nothing else: it asks no host for anything and runs no script. It follows the reader's
 * color scheme, and prints.
 */
export function toHtmlFile(report: Report, { pagesUrl }: { pagesUrl: string | null }): string {
  const words = toWords(report, { pagesUrl, maxRows: Number.POSITIVE_INFINITY });
  const { subject, title, headline, notes, figures, repositories, groups, lists, completeness, link } = words;
  const chart = (width: number) => toChartSvg(report, { width, colorOf: (property) => `var(${property})` });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${toHtml(`${title}: ${subject}`)}</title><style>${STYLE}</style></head><body><main>
<p class="soft">${toHtml(subject)}</p><h1>${toHtml(title)}</h1>
<p class="headline">${toHtml(headline)}</p>
${notes.map((note) => `<p class="note">${toHtml(note)}</p>`).join('')}
<dl class="figures">${figures.map(toFigure).join('')}</dl>
<figure><div class="wide">${chart(760)}</div><div class="narrow">${chart(360)}</div></figure>
${toTable(repositories)}${toTable(groups)}
<div class="lists">${lists.map(({ heading, lines }) => `<section><h2>${toHtml(heading)}</h2><ul>${lines.map((line) => `<li>${toLinked(line)}</li>`).join('')}</ul></section>`).join('')}</div>
<p class="complete"><strong>How complete is this?</strong> ${completeness.map(toHtml).join(' ')}</p>
<footer>${words.footnotes.map((note) => `<p>${toHtml(note)}</p>`).join('')}${link ? `<p>${toLinked({ text: link.label, href: link.href })}</p>` : ''}</footer>
</main></body></html>
`;
}

const toLinked = ({ text, href }: Cell) =>
  href === undefined ? toHtml(text) : `<a href="${toHtml(href)}">${toHtml(text)}</a>`;

function toFigure({ label, before, value, note, change }: WordFigure): string {
  const shown = `${before ? `<small>${toHtml(before)}</small> ` : ''}${toHtml(value)}`;
  const changed = change ? `<dd class="${change.tone ?? ''}">${toHtml(change.text)}</dd>` : '';
  return `<div><dt>${toHtml(label)}</dt><dd class="value">${shown}</dd>${changed}<dd>${toHtml(note)}</dd></div>`;
}

function toTable({ heading, heads, rows, more }: WordTable): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th scope="col">${toHtml(text)}</th>`).join('');
  const body = rows.map(
    ([name, ...cells]) =>
      `<tr><th scope="row">${name ? toLinked(name) : ''}</th>${cells
        .map((cell) => `<td${cell.tone ? ` class="${cell.tone}"` : ''}>${toLinked(cell)}</td>`)
        .join('')}</tr>`,
  );
  return `<section><h2>${toHtml(heading)}</h2><div class="scroll" tabindex="0" role="region" aria-label="${toHtml(heading)}"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>${more ? `<p class="soft">${toHtml(more)}</p>` : ''}</section>`;
}
