import { useState } from 'preact/hooks';
import { PROBLEMS, type ProblemWeight, type ReadFile, type ReadProblem } from '../../lib/imports/history.ts';
import { Panel } from '../controls/panel.tsx';
import { formatCount, plural } from '../format.ts';

/** A list shows so many before it is asked for all. */
const FIRST_SHOWN = 10;
/** More would be slow to draw. */
const MAX_SHOWN = 500;

const GROUPS: { weight: ProblemWeight; title: string; kind: string; tag: string }[] = [
  { weight: 'error', title: 'Cannot be read', kind: 'danger', tag: 'not read' },
  { weight: 'left', title: 'Left out', kind: '', tag: 'left out' },
  { weight: 'note', title: 'Good to know', kind: '', tag: 'read' },
];

const weightOf = ({ code }: ReadProblem): ProblemWeight => PROBLEMS[code];

interface ProblemListsProps {
  problems: readonly ReadProblem[];
  files: readonly ReadFile[];
}

/** What cannot be read, what is left out and what to know of the rest: each with its place and the reason. */
export function ProblemLists({ problems, files }: ProblemListsProps) {
  const groups = GROUPS.map((group) => ({
    ...group,
    reasons: [
      ...problems.filter((one) => weightOf(one) === group.weight).map(toReason),
      ...(group.weight === 'left' ? reasonsOfFiles(files, problems) : []),
    ],
  })).filter(({ reasons }) => reasons.length > 0);
  return (
    <>
      {groups.map(({ weight, title, kind, tag, reasons }) => (
        <Panel
          key={weight}
          title={title}
          beside={<span class="muted small">{plural(reasons.length, 'reason')}</span>}
        >
          <Rows reasons={reasons} kind={kind} tag={tag} />
        </Panel>
      ))}
    </>
  );
}

interface Reason {
  place: string;
  message: string;
}

const toReason = (problem: ReadProblem): Reason => ({ place: placeOf(problem), message: problem.message });

/** Files that are left out as a whole, by reason. Those that are among the problems are said there. */
function reasonsOfFiles(files: readonly ReadFile[], problems: readonly ReadProblem[]): Reason[] {
  const told = new Set(problems.map(({ path }) => path));
  const byReason = new Map<string, string[]>();
  for (const { path, left } of files) {
    if (left === null || told.has(path)) continue;
    byReason.set(left, [...(byReason.get(left) ?? []), path]);
  }
  return [...byReason].map(([message, [first = '', ...rest]]) => ({
    place: rest.length > 0 ? `${first} and ${plural(rest.length, 'other file')}` : first,
    message,
  }));
}

interface RowsProps {
  reasons: readonly Reason[];
  kind: string;
  tag: string;
}

function Rows({ reasons, kind, tag }: RowsProps) {
  const [all, setAll] = useState(false);
  const shown = reasons.slice(0, all ? MAX_SHOWN : FIRST_SHOWN);
  const more = reasons.length - shown.length;
  return (
    <>
      <ul class="reasons">
        {shown.map(({ place, message }, index) => (
          <li key={index}>
            <span class={`tag ${kind}`}>{tag}</span>
            <span>
              <span class="file-name">{place}</span>
              <span class="block">{message}</span>
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && (
        <p class="pager">
          {all ? (
            <span class="muted small">…and {formatCount(more)} more.</span>
          ) : (
            <button type="button" class="button small" onClick={() => setAll(true)}>
              Show all {formatCount(reasons.length)}
            </button>
          )}
        </p>
      )}
    </>
  );
}

/** Such as 'views.csv, line 12 and 3 more'. */
export function placeOf({ path, line, count }: ReadProblem): string {
  const place = line === null ? path : `${path}, line ${formatCount(line)}`;
  return count > 1 && line !== null ? `${place} and ${formatCount(count - 1)} more` : place;
}
