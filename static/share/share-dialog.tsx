import { useId, useState } from 'preact/hooks';
import type { SharePreviewRequest, ShareRequest } from '../../actions/shares.ts';
import type { Share, SharedPage } from '../../lib/answers/shares.ts';
import { addDays, toDay } from '../../lib/day.ts';
import { MIN_PASSWORD, SHOWN, type Shown } from '../../lib/shares/choices.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { Failure, Notice } from '../controls/notice.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { CALENDAR, ROLLING, STANDARD_RANGE } from '../ranges.ts';
import { reads } from '../reads.ts';
import { SharedView } from '../shared/view.tsx';
import { BadgeTab } from './badge-tab.tsx';
import { CopiedText } from './copied-text.tsx';
import { SharedAlready } from './share-list.tsx';
import './sheet.ts';
import { isOf, type ShareTarget } from './target.ts';
import { usePreview } from './use-preview.ts';

export interface ShareDialogProps {
  tenantId: number;
  target: ShareTarget;
  onClose: () => void;
}

const LABELS: Record<Shown, string> = {
  views: 'Views, visitors',
  clones: 'Clones, cloners',
  stars: 'Stars',
  downloads: 'Downloads',
  referrers: 'Referrers',
  paths: 'Popular pages',
  annotations: 'Annotations',
};

const FIXED = 'fixed';
const RANGE_OPTIONS = [
  ...[...ROLLING, ...CALENDAR].map(({ value, label, short }) => ({ value, label: short ?? label })),
  { value: FIXED, label: 'Fixed days…' },
];

const CHOSEN = 'chosen';
const UNTIL_OPTIONS = [
  { value: '', label: 'I end it' },
  { value: '7', label: 'In 7 days' },
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: CHOSEN, label: 'Choose a day…' },
];

/** What the form holds. */
interface Draft {
  listing: 'secret' | 'listed';
  name: string;
  title: string;
  shown: readonly Shown[];
  range: string;
  from: string;
  to: string;
  names: boolean;
  until: string;
  untilDay: string;
  hasPassword: boolean;
  password: string;
  origins: string;
}

type Change = (change: Partial<Draft>) => void;

const offered = ({ subject }: ShareTarget) =>
  SHOWN.filter((one) => one !== 'paths' || subject === 'repository').filter(
    (one) => one !== 'annotations' || subject !== 'dashboard',
  );

function firstDraft(target: ShareTarget): Draft {
  const today = toDay(new Date());
  const dashboard: readonly Shown[] = ['views', 'clones', 'stars', 'downloads', 'referrers'];
  return {
    listing: 'secret',
    name: '',
    title: '',
    shown: target.subject === 'dashboard' ? dashboard : ['views', 'clones', 'stars'],
    range: target.days ? FIXED : STANDARD_RANGE,
    from: target.days?.from ?? addDays(today, -30),
    to: target.days?.to ?? today,
    names: true,
    until: '',
    untilDay: addDays(today, 30),
    hasPassword: false,
    password: '',
    origins: '',
  };
}

function toPreview({ name: _, days: __, ...target }: ShareTarget, draft: Draft): SharePreviewRequest {
  const span =
    draft.range === FIXED
      ? { from: draft.from, to: draft.to }
      : { range: draft.range as NonNullable<SharePreviewRequest['range']> };
  return { ...target, ...span, title: draft.title, shown: [...draft.shown], names: draft.names };
}

function toRequest(target: ShareTarget, draft: Draft, key: string): ShareRequest {
  const until =
    draft.until === ''
      ? null
      : draft.until === CHOSEN
        ? draft.untilDay
        : addDays(toDay(new Date()), Number(draft.until));
  return {
    ...toPreview(target, draft),
    key,
    until,
    password: draft.hasPassword ? draft.password : null,
    frameOrigins: draft.origins.split(/[\s,]+/).filter(Boolean),
    ...(draft.listing === 'listed' && { name: draft.name }),
  };
}

const FIELD_OF = { share_name_taken: 'name' };
const FIELDS = {
  name: 'name',
  password: 'password',
  until: 'until',
  frameOrigins: 'frameOrigins',
  ...FIELD_OF,
};

const TABS = ['Live page', 'Embed', 'Badge'] as const;
type Tab = (typeof TABS)[number];

/** Shares what a page shows, and lists what is shared of it already. */
export function ShareDialog({ tenantId, target, onClose }: ShareDialogProps) {
  const { api } = useApp();
  const [tab, setTab] = useState<Tab>('Live page');
  const [draft, setDraft] = useState(() => firstDraft(target));
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [made, setMade] = useState<Share>();
  const submission = useSubmission();
  const list = useAnswer(reads.shares(tenantId));
  const id = useId();
  const change: Change = (one) => setDraft((before) => ({ ...before, ...one }));
  const shares = list.answer?.shares.filter((share) => isOf(share, target)) ?? [];

  function create() {
    void submission.run(async () => {
      const share = await api.send<Share>('POST', `shares/${tenantId}`, toRequest(target, draft, key));
      setMade(share);
      setKey(crypto.randomUUID());
      list.reload();
    });
  }

  const already = shares.length > 0 && (
    <section class="share-already" aria-labelledby={`${id}-already`}>
      <h3 id={`${id}-already`}>Shared already</h3>
      <SharedAlready tenantId={tenantId} shares={shares} onChanged={list.reload} />
    </section>
  );

  return (
    <Dialog title={`Share ${target.name}`} wide onClose={onClose}>
      <div class="share-tabs" role="tablist" aria-label="What to share">
        {TABS.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            id={`${id}-${one}`}
            aria-selected={one === tab}
            aria-controls={`${id}-panel`}
            onClick={() => setTab(one)}
          >
            {one}
          </button>
        ))}
      </div>
      {tab === 'Badge' ? (
        <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
          <BadgeTab tenantId={tenantId} target={target} onMade={list.reload} onClose={onClose}>
            {already}
          </BadgeTab>
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create();
          }}
        >
          <div class="share-columns" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${tab}`}>
            <div class="share-form">
              {list.error && <Failure error={list.error} retry={list.reload} />}
              {made && <Made share={made} tab={tab} />}
              <Choices target={target} draft={draft} change={change} tab={tab} submission={submission} />
              {submission.error && !fieldErrorsOf(submission, FIELDS).atField && (
                <Failure error={submission.error} />
              )}
            </div>
            <Preview tenantId={tenantId} target={target} draft={draft} />
          </div>
          {already}
          <footer class="dialog-foot">
            <span class="share-promise">Never shows more than you may see. Revoked within a minute.</span>
            <button type="button" class="button" onClick={onClose}>
              {made ? 'Done' : 'Cancel'}
            </button>
            <button
              type="submit"
              class="button primary"
              disabled={submission.busy || draft.shown.length === 0}
            >
              {submission.busy ? 'One moment…' : tab === 'Embed' ? 'Create embed' : 'Create link'}
            </button>
          </footer>
        </form>
      )}
    </Dialog>
  );
}

const frameOf = (share: Share) =>
  `<iframe src="${share.url}" title="Traffic" width="100%" height="520" loading="lazy"></iframe>`;

/** The share that was just made, to copy. */
function Made({ share, tab }: { share: Share; tab: Tab }) {
  return (
    <Notice
      kind={share.problem ? 'warning' : 'success'}
      title={share.problem ? 'Saved, but not written yet' : 'Shared'}
    >
      {share.problem && <p>{share.problem.message}</p>}
      {tab === 'Embed' ? (
        <CopiedText key="frame" label="HTML to paste" text={frameOf(share)} />
      ) : (
        <CopiedText key="link" label="Link" text={share.url} />
      )}
    </Notice>
  );
}

interface ChoicesProps {
  target: ShareTarget;
  draft: Draft;
  change: Change;
  tab: Tab;
  submission: ReturnType<typeof useSubmission>;
}

function Choices({ target, draft, change, tab, submission }: ChoicesProps) {
  const errors = fieldErrorsOf(submission, FIELDS);
  const group = useId();
  const show = (one: Shown, isShown: boolean) =>
    change({ shown: SHOWN.filter((other) => (other === one ? isShown : draft.shown.includes(other))) });
  return (
    <>
      {tab === 'Embed' && (
        <Field
          label="Pages that may show it"
          value={draft.origins}
          onValue={(origins) => change({ origins })}
          required
          placeholder="https://example.com"
          autoComplete="off"
          hint="Their origins, separated by spaces. * allows every page."
          error={errors.of('frameOrigins') ?? errors.of('frameOrigins.0')}
        />
      )}
      <fieldset class="share-set">
        <legend>Who can open it</legend>
        <label class="share-choice">
          <input
            type="radio"
            name={group}
            checked={draft.listing === 'secret'}
            onChange={() => change({ listing: 'secret' })}
          />
          <span>
            Anyone with the link
            <span class="hint">Secret address, not listed in search engines</span>
          </span>
        </label>
        <label class="share-choice">
          <input
            type="radio"
            name={group}
            checked={draft.listing === 'listed'}
            onChange={() => change({ listing: 'listed' })}
          />
          <span>
            Everyone
            <span class="hint">Short address; search engines may list it</span>
          </span>
        </label>
        {draft.listing === 'listed' && (
          <Field
            label="Short address"
            value={draft.name}
            onValue={(name) => change({ name })}
            required
            maxLength={20}
            pattern="[a-z0-9][a-z0-9\-]*[a-z0-9]"
            autoComplete="off"
            placeholder="our-traffic"
            hint="Small letters, digits and -"
            error={errors.of('name')}
          />
        )}
      </fieldset>
      <fieldset class="share-set">
        <legend>What it shows</legend>
        <div class="share-shown">
          {offered(target).map((one) => (
            <label key={one} class="share-check">
              <input
                type="checkbox"
                checked={draft.shown.includes(one)}
                disabled={one === 'paths' && !draft.names}
                onChange={(event) => show(one, event.currentTarget.checked)}
              />
              {LABELS[one]}
            </label>
          ))}
          <label class="share-check">
            <input
              type="checkbox"
              checked={draft.names}
              onChange={(event) => {
                const names = event.currentTarget.checked;
                change({ names, ...(!names && { shown: draft.shown.filter((one) => one !== 'paths') }) });
              }}
            />
            Names of repositories
          </label>
        </div>
        {target.subject === 'dashboard' && (
          <p class="hint">Widgets of the gallery. Those with a specification of their own are left out.</p>
        )}
      </fieldset>
      <div class="share-pair">
        <SelectField
          label="Range"
          value={draft.range}
          onValue={(range) => change({ range })}
          options={RANGE_OPTIONS}
        />
        <SelectField
          label="Until"
          value={draft.until}
          onValue={(until) => change({ until })}
          options={UNTIL_OPTIONS}
        />
      </div>
      {(draft.range === FIXED || draft.until === CHOSEN) && (
        <div class="share-pair">
          {draft.range === FIXED && (
            <>
              <Field
                label="From"
                type="date"
                required
                value={draft.from}
                onValue={(from) => change({ from })}
              />
              <Field
                label="To"
                type="date"
                required
                min={draft.from}
                value={draft.to}
                onValue={(to) => change({ to })}
              />
            </>
          )}
          {draft.until === CHOSEN && (
            <Field
              label="Last day (UTC)"
              type="date"
              required
              value={draft.untilDay}
              onValue={(untilDay) => change({ untilDay })}
              error={errors.of('until')}
            />
          )}
        </div>
      )}
      <Field
        label="Title (optional)"
        value={draft.title}
        onValue={(title) => change({ title })}
        maxLength={100}
        autoComplete="off"
        placeholder={draft.names ? target.name : ''}
      />
      <label class="share-check">
        <input
          type="checkbox"
          checked={draft.hasPassword}
          onChange={(event) => change({ hasPassword: event.currentTarget.checked })}
        />
        Ask for a password
      </label>
      {draft.hasPassword && (
        <Field
          label="Password"
          type="password"
          required
          minLength={MIN_PASSWORD}
          autoComplete="new-password"
          value={draft.password}
          onValue={(password) => change({ password })}
          hint={`At least ${MIN_PASSWORD} characters; long, because whoever has the link can try as often as they like. It is stored nowhere.`}
          error={errors.of('password')}
        />
      )}
    </>
  );
}

/** What visitors would see. */
function Preview({ tenantId, target, draft }: { tenantId: number; target: ShareTarget; draft: Draft }) {
  const isEmpty = draft.shown.length === 0;
  const { answer: page, error } = usePreview<SharedPage>(
    `shares/${tenantId}/preview`,
    isEmpty ? null : toPreview(target, draft),
  );
  return (
    <section class="share-preview" aria-label="What they will see">
      <p class="share-caption" aria-hidden="true">
        What they will see
      </p>
      {isEmpty && <p class="hint">Choose at least one number.</p>}
      {!isEmpty && error && <Failure error={error} />}
      {!isEmpty && !error && (
        <div class="share-sheet">
          {page ? <SharedView page={page} heading="h3" /> : <p role="status">One moment…</p>}
        </div>
      )}
    </section>
  );
}
