import { type LegendEntry, legendOf } from '../../lib/charts/legend.ts';
import type { ChartModel } from '../../lib/charts/model.ts';
import { Explain } from '../controls/explain.tsx';
import type { TermName } from '../glossary.ts';

const TERMS: Partial<Record<LegendEntry['shape'], TermName>> = {
  lost: 'lost',
  partial: 'lost',
  provisional: 'preliminary',
  suspect: 'suspect',
  unread: 'notPublished',
  cut: 'partialWeek',
};

export function Legend({ model }: { model: ChartModel }) {
  return (
    <ul class="legend">
      {legendOf(model).map(({ label, color, shape }) => {
        const term = shape === 'unread' && model.unreadLabel ? undefined : TERMS[shape];
        return (
          <li key={`${shape} ${label}`}>
            <span class={shape === 'box' ? 'swatch' : `swatch ${shape}`} style={{ '--c': `var(${color})` }} />
            {term ? <Explain term={term}>{label}</Explain> : label}
          </li>
        );
      })}
    </ul>
  );
}
