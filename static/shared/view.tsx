import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SharedBlock, SharedPage } from '../../lib/answers/shares.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { formatSpan } from '../../lib/day-format.ts';
import { formatCount } from '../../lib/number-format.ts';
import { FigureRow } from '../charts/figure-row.tsx';
import { SvgChart, SvgLegend } from '../charts/svg-chart.tsx';

interface SharedViewProps {
  page: SharedPage;
  /** The address of its events as a feed; none in a preview. */
  feed?: string | null | undefined;
  heading?: 'h1' | 'h3';
}

/** What visitors of a share see, in its page and in the preview of the dialog. */
export function SharedView({ page, feed, heading = 'h1' }: SharedViewProps) {
  const Heading = heading;
  return (
    <article class="shared">
      <header class="shared-head">
        <Mark />
        <Heading>{page.title}</Heading>
      </header>
      {page.note && <p class="shared-note">{page.note}</p>}
      {page.sections.map(({ title, blocks }, place) => (
        <section key={place} class="shared-section">
          {title && <h2 class="shared-title">{title}</h2>}
          <div class="shared-grid">
            {blocks.map((block, at) => (
              <Block key={at} block={block} heading={heading === 'h3' ? 'h4' : title ? 'h3' : 'h2'} />
            ))}
          </div>
        </section>
      ))}
      {page.span && (
        <footer class="shared-foot">
          <span>{formatSpan(page.span.from, page.span.to)}, UTC</span>
          {page.rolling && <span>Updated after each collection</span>}
          {feed && <a href={feed}>Feed of what happened</a>}
        </footer>
      )}
    </article>
  );
}

/** The product's mark. */
function Mark() {
  return (
    <svg class="shared-mark" viewBox="0 0 22 22" aria-hidden="true">
      <path class="tall" d="M1 12h4v9H1zM6.5 8h4v13h-4zM12 10h4v11h-4zM17.5 3h4v18h-4z" />
      <path class="short" d="M1 17h4v4H1zM6.5 14h4v7h-4zM12 16h4v5h-4zM17.5 11h4v10h-4z" />
    </svg>
  );
}

const widthClass = (width: number) =>
  width > 8 ? 'all-columns' : width > 4 ? 'half-columns' : 'third-columns';

function Block({ block, heading: Heading }: { block: SharedBlock; heading: 'h2' | 'h3' | 'h4' }) {
  return (
    <section class={`shared-block ${widthClass(block.width)}`}>
      {block.title && <Heading>{block.title}</Heading>}
      <Content block={block} />
    </section>
  );
}

function Content({ block }: { block: SharedBlock }) {
  switch (block.kind) {
    case 'figures':
      return <Figures figures={block.figures} />;
    case 'chart':
      return <Drawing title={block.title} model={block.chart as ChartModel} />;
    case 'list':
      return <List {...block} />;
    case 'events':
      return (
        <ul class="shared-events">
          {block.events.map(({ date, to, text }) => (
            <li key={`${date} ${text}`}>
              <span class="muted">{formatSpan(date, to)}</span> {text}
            </li>
          ))}
        </ul>
      );
    case 'text':
      return (
        <>
          {block.text.split(/\n\s*\n/).map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </>
      );
  }
}

function Figures({ figures }: { figures: Extract<SharedBlock, { kind: 'figures' }>['figures'] }) {
  return (
    <dl class="shared-figures">
      {figures.map(({ label, value, least }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>
            {formatCount(value)}
            {least !== null && <span class="muted"> at least {formatCount(least)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Lets a long table scroll, with the keyboard too. */
function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it
    <div class="shared-scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

function List({ title, columns, rows, note }: Extract<SharedBlock, { kind: 'list' }>) {
  const top = Math.max(1, ...rows.map(({ values }) => values[0] ?? 0));
  return (
    <>
      <Scroll label={title}>
        <table aria-label={title}>
          <thead>
            <tr>
              {columns.map((column, place) => (
                <th key={column} scope="col" class={place > 0 ? 'number' : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, color, values }, place) => (
              <tr key={place}>
                <th scope="row">
                  {name}
                  <svg class="shared-bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
                    <rect
                      width={((values[0] ?? 0) / top) * 100}
                      height="3"
                      fill={color === null ? 'var(--views)' : `var(--series-${color + 1})`}
                    />
                  </svg>
                </th>
                {values.map((value, at) => (
                  <td key={columns[at + 1]} class="number">
                    {formatCount(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {note && <p class="muted small">{note}</p>}
    </>
  );
}

const HEIGHT = 220;

/** A chart as wide as its place. */
function Drawing({ title, model }: { title: string; model: ChartModel }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, []);
  return (
    <>
      <div class="shared-chart" ref={frame}>
        {width > 0 && <SvgChart title={title} model={model} width={width} height={HEIGHT} />}
      </div>
      <ul class="shared-legend">
        <SvgLegend model={model} />
      </ul>
      <details class="shared-table">
        <summary>Show as a table</summary>
        <FigureTable title={title} model={model} />
      </details>
    </>
  );
}

function FigureTable({ title, model }: { title: string; model: ChartModel }) {
  const newest = model.buckets.map((bucket, index) => ({ bucket, index })).reverse();
  return (
    <Scroll label={title}>
      <table aria-label={title}>
        <thead>
          <tr>
            <th scope="col">Date</th>
            {model.layers.map(({ label }) => (
              <th key={label} scope="col" class="number">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {newest.map(({ bucket, index }) => (
            <FigureRow key={bucket} model={model} index={index} />
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
