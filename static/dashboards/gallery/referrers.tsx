import type { WidgetFigures } from '../../../lib/answers/widgets.ts';
import { formatCount, formatShortDay } from '../../format.ts';
import { Course } from './course.tsx';

type ReferrersFigures = Extract<WidgetFigures, { kind: 'referrers' }>;

/** Referrers by their peak in the range, each with its course: the views of 14 days, day by day. */
export function Referrers({ figures: { referrers } }: { figures: ReferrersFigures }) {
  if (referrers.length === 0) return <p class="none">No referrers in this period.</p>;
  return (
    <table class="referrers">
      <thead>
        <tr>
          <th scope="col">Referrer</th>
          <th scope="col">
            <span class="unseen">Course</span>
          </th>
          <th scope="col" class="number">
            Peak
          </th>
          <th scope="col" class="number">
            Now
          </th>
        </tr>
      </thead>
      <tbody>
        {referrers.map(({ referrer, peak, peakDate, viewCount, values }) => (
          <tr key={referrer}>
            <th scope="row">{referrer}</th>
            <td>
              <Course values={values} width={80} height={20} />
            </td>
            <td class="number">
              <b>{formatCount(peak)}</b> <span class="muted">{formatShortDay(peakDate)}</span>
            </td>
            <td class="number">
              {viewCount === null ? <span class="muted">left</span> : formatCount(viewCount)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
