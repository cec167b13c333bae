import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { SharePreviewRequest, ShareRequest } from '../../actions/shares.ts';
import type { Share, SharePictures } from '../../lib/answers/shares.ts';
import type { Badge } from '../../lib/badges/definition.ts';
import {
  BADGE_LENGTHS,
  BADGE_METRICS,
  BADGE_STYLES,
  defaultLabel,
  MAX_BADGE_LABEL,
} from '../../lib/badges/names.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Field, SelectField } from '../controls/field.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { ROLLING, STANDARD_RANGE } from '../ranges.ts';
import { reads } from '../reads.ts';
import { CopiedText } from './copied-text.tsx';
import { nameOf } from './share-list.tsx';
import { snippetsOf } from './snippets.ts';
import type { ShareTarget } from './target.ts';
import { usePreview } from './use-preview.ts';

/** What the tab makes. */
type Kind = 'badge' | 'views' | 'clones';

const KINDS: { value: Kind; label: string }[] = [
  { value: 'badge', label: 'A badge with one number' },
  { value: 'views', label: 'A chart of views' },
  { value: 'clones', label: 'A chart of clones' },
];

const METRICS: Record<Badge['metric'], string> = {
  views: 'Views',
  uniques: 'Unique visitors',
  clones: 'Clones',
  stars: 'Stars',
  downloads: 'Downloads of releases',
};

const STYLES: Record<Badge['style'], string> = {
  flat: 'Flat',
  'flat-square': 'Flat, square',
  plastic: 'Plastic',
  'for-the-badge': 'Large capitals',
};

const ALL = 'all';
const LENGTHS = [
  ...BADGE_LENGTHS.map((days) => ({ value: String(days), label: `Last ${days} days` })),
  { value: ALL, label: 'All time' },
];

const RANGES = ROLLING.map(({ value, label }) => ({ value, label }));

interface Draft {
  kind: Kind;
  metric: Badge['metric'];
  days: string;
  /** Undefined: that of the figure. */
  label: string | undefined;
  color: string;
  style: Badge['style'];
  range: string;
}

const FIRST: Draft = {
  kind: 'badge',
  metric: 'views',
  days: '30',
  label: undefined,
  color: '#1d4fc4',
  style: 'flat',
  range: STANDARD_RANGE,
};

const FIELDS = { 'badges.0.label': 'label', 'badges.0.color': 'color' };

function toBadge({ metric, days, label, color, style }: Draft): Badge {
  const key = { metric, days: days === ALL ? ('all' as const) : (Number(days) as 7 | 14 | 30) };
  return { ...key, label: label ?? defaultLabel(key), color, style };
}

function toRequest({ name: _, ...target }: ShareTarget, draft: Draft): SharePreviewRequest {
  const range = (draft.kind === 'badge' ? STANDARD_RANGE : draft.range) as SharePreviewRequest['range'];
  if (draft.kind === 'badge') return { ...target, range, shown: [], badges: [toBadge(draft)] };
  return { ...target, range, shown: [draft.kind] };
}

interface BadgeTabProps {
  tenantId: number;
  target: ShareTarget;
  onMade: () => void;
  onClose: () => void;
  /** What stands between the choices and the buttons. */
  children?: ComponentChildren;
}

/** Makes a badge or a chart for a README, and gives what one pastes there. */
export function BadgeTab({ tenantId, target, onMade, onClose, children }: BadgeTabProps) {
  const { api } = useApp();
  const [draft, setDraft] = useState(FIRST);
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [made, setMade] = useState<Share>();
  const submission = useSubmission();
  const change = (one: Partial<Draft>) => setDraft((before) => ({ ...before, ...one }));

  function create() {
    void submission.run(async () => {
      const request: ShareRequest = { ...toRequest(target, draft), kind: 'badge', key };
      const share = await api.send<Share>('POST', `shares/${tenantId}`, request);
      setMade(share);
      setKey(crypto.randomUUID());
      onMade();
    });
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create();
      }}
    >
      <div class="share-columns">
        <div class="share-form">
          {made && <Made key={made.shareId} tenantId={tenantId} share={made} />}
          <Choices draft={draft} change={change} submission={submission} />
          {submission.error && !fieldErrorsOf(submission, FIELDS).atField && (
            <Failure error={submission.error} />
          )}
        </div>
        <Preview tenantId={tenantId} request={toRequest(target, draft)} />
      </div>
      {children}
      <footer class="dialog-foot">
        <span class="share-promise">Drawn anew after each collection. Revoked within a minute.</span>
        <button type="button" class="button" onClick={onClose}>
          {made ? 'Done' : 'Cancel'}
        </button>
        <button type="submit" class="button primary" disabled={submission.busy}>
          {submission.busy ? 'One moment…' : draft.kind === 'badge' ? 'Create badge' : 'Create chart'}
        </button>
      </footer>
    </form>
  );
}

interface ChoicesProps {
  draft: Draft;
  change: (change: Partial<Draft>) => void;
  submission: ReturnType<typeof useSubmission>;
}

function Choices({ draft, change, submission }: ChoicesProps) {
  const errors = fieldErrorsOf(submission, FIELDS);
  const { kind, metric, days, color, style, range } = draft;
  const kinds = (
    <SelectField
      label="For a README"
      value={kind}
      onValue={(one) => change({ kind: one as Kind })}
      options={KINDS}
    />
  );
  if (kind !== 'badge')
    return (
      <>
        {kinds}
        <SelectField label="Range" value={range} onValue={(one) => change({ range: one })} options={RANGES} />
        <p class="hint">It is light or dark, as the reader’s page is.</p>
      </>
    );
  return (
    <>
      {kinds}
      <div class="share-pair">
        <SelectField
          label="Number"
          value={metric}
          onValue={(one) => change({ metric: one as Badge['metric'], label: undefined })}
          options={BADGE_METRICS.map((value) => ({ value, label: METRICS[value] }))}
        />
        <SelectField
          label="Days"
          value={days}
          onValue={(one) => change({ days: one, label: undefined })}
          options={LENGTHS}
        />
      </div>
      <Field
        label="Label"
        required
        maxLength={MAX_BADGE_LABEL}
        autoComplete="off"
        value={toBadge(draft).label}
        onValue={(label) => change({ label })}
        error={errors.of('label')}
      />
      <div class="share-pair">
        <Field
          label="Color"
          type="color"
          value={color}
          onValue={(one) => change({ color: one })}
          error={errors.of('color')}
        />
        <SelectField
          label="Style"
          value={style}
          onValue={(one) => change({ style: one as Badge['style'] })}
          options={BADGE_STYLES.map((value) => ({ value, label: STYLES[value] }))}
        />
      </div>
      <p class="hint">
        ≤ is at most: the same person may come on several days. ≥ is at least: days are lost, which is not
        zero.
      </p>
    </>
  );
}

/** The pictures as they would be. */
function Preview({ tenantId, request }: { tenantId: number; request: SharePreviewRequest }) {
  const isReady = request.badges?.every(({ label }) => label.trim() !== '') ?? true;
  const { answer, error } = usePreview<SharePictures>(
    `shares/${tenantId}/pictures`,
    isReady ? request : null,
  );
  return (
    <section class="share-preview" aria-label="What readers will see">
      <p class="share-caption" aria-hidden="true">
        What readers will see
      </p>
      {error && <Failure error={error} />}
      {!error && !answer && <p role="status">One moment…</p>}
      {!error &&
        answer?.pictures.map(({ name, svg }) => (
          <img
            key={name}
            class="badge-picture"
            src={`data:image/svg+xml,${encodeURIComponent(svg)}`}
            alt={titleOf(svg)}
          />
        ))}
    </section>
  );
}

/** What a picture says of itself. */
function titleOf(svg: string): string {
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml');
  return picture.querySelector('title')?.textContent ?? '';
}

/** What was just made, to copy. A click on it may lead to a shared page. */
function Made({ tenantId, share }: { tenantId: number; share: Share }) {
  const shares = useAnswer(reads.shares(tenantId));
  const [link, setLink] = useState('');
  const pages = (shares.answer?.shares ?? []).filter(
    ({ kind, standing }) => kind === 'page' && standing === 'live',
  );
  return (
    <Notice
      kind={share.problem ? 'warning' : 'success'}
      title={share.problem ? 'Saved, but not written yet' : 'Ready to paste'}
    >
      {share.problem && <p>{share.problem.message}</p>}
      {pages.length > 0 && (
        <SelectField
          label="A click leads to"
          value={link}
          onValue={setLink}
          options={[
            { value: '', label: 'Nothing' },
            ...pages.map((page) => ({ value: page.url, label: labelOf(page) })),
          ]}
          hint="Whoever sees it can open that page, even if its address is secret."
        />
      )}
      {snippetsOf(share, link || null).map((one) => (
        <CopiedText key={`${one.label} ${link}`} {...one} />
      ))}
    </Notice>
  );
}

const labelOf = (page: Share) =>
  `The shared page ${nameOf(page)}${page.listing === 'listed' ? '' : ' (secret link)'}`;
