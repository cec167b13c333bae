import type { RepositoryStats } from '../../actions/openapi/stats.ts';
import { TableScroll } from '../controls/table-scroll.tsx';
import { formatCount, formatDay, formatInstant } from '../format.ts';

const METRICS: Record<string, string> = {
  viewCount: 'Views',
  viewUniques: 'Unique visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Unique cloners',
  view_count: 'Views',
  view_uniques: 'Unique visitors',
  clone_count: 'Clones',
  clone_uniques: 'Unique cloners',
};

/** What happened to the repository, and figures that GitHub lowered afterwards. */
export function History({ answer }: { answer: RepositoryStats }) {
  return (
    <>
      {answer.events.length > 0 && <Events answer={answer} />}
      {answer.revisions.length > 0 && <Revisions answer={answer} />}
    </>
  );
}

function Events({ answer }: { answer: RepositoryStats }) {
  return (
    <section class="panel" aria-labelledby="events">
      <header class="panel-head">
        <h2 id="events">Events</h2>
      </header>
      <TableScroll label="Events">
        <table class="data">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">What</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {answer.events.map((event) => (
              <tr key={`${event.kind} ${event.occurredAt}`}>
                <td class="when">{formatInstant(event.occurredAt)}</td>
                <th scope="row">{event.kind}</th>
                <td>{event.nameBefore ?? '–'}</td>
                <td>{event.nameAfter ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}

function Revisions({ answer }: { answer: RepositoryStats }) {
  return (
    <section class="panel" aria-labelledby="revisions">
      <header class="panel-head">
        <h2 id="revisions">Revisions</h2>
      </header>
      <p class="muted">
        GitHub gave smaller figures later for these days. The larger ones are kept and shown.
      </p>
      <TableScroll label="Revisions" tall>
        <table class="data">
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Figure</th>
              <th scope="col" class="number">
                Kept
              </th>
              <th scope="col" class="number">
                Later
              </th>
              <th scope="col">Seen</th>
            </tr>
          </thead>
          <tbody>
            {answer.revisions.map((revision) => (
              <tr key={`${revision.date} ${revision.metric} ${revision.observedAt}`}>
                <th scope="row" class="when">
                  {formatDay(revision.date)}
                </th>
                <td>{METRICS[revision.metric] ?? revision.metric}</td>
                <td class="number">{formatCount(revision.kept)}</td>
                <td class="number">{formatCount(revision.observed)}</td>
                <td class="when">{formatInstant(revision.observedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </section>
  );
}
