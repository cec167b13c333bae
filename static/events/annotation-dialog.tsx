import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { AnnotationRequest, AnnotationUpdate } from '../../actions/annotations.ts';
import type { Annotation, AnnotationDeleted } from '../../lib/answers/annotations.ts';
import type { ChartEvent } from '../../lib/answers/events.ts';
import { toDay } from '../../lib/day.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, TextField } from '../controls/field.tsx';
import { type Submission, useSubmission } from '../controls/submit.ts';
import { formatDay } from '../format.ts';
import { reads } from '../reads.ts';

/** What a new annotation starts with. */
interface Start {
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  date?: string | undefined;
}

type ChangedEvent = Pick<ChartEvent, 'annotationId' | 'date' | 'to' | 'title' | 'url'>;

export interface AnnotationDialogProps {
  tenantId: number;
  start: Start;
  /** The annotation to change; absent for a new one. */
  event?: ChangedEvent | undefined;
  onClose: () => void;
  onSaved: () => void;
}

const MAX_TEXT = 500;
const FIELDS = ['date', 'to', 'text', 'link'];
/** What the annotation is for stays as it is. */
const UNCHANGED = 'unchanged';

/** Writes an annotation, changes one, or deletes it. */
export function AnnotationDialog(props: AnnotationDialogProps) {
  const [deleting, setDeleting] = useState(false);
  if (deleting && props.event) return <DeleteDialog {...props} event={props.event} />;
  return <EditDialog {...props} onDelete={() => setDeleting(true)} />;
}

function EditDialog({
  tenantId,
  start,
  event,
  onClose,
  onSaved,
  onDelete,
}: AnnotationDialogProps & { onDelete: () => void }) {
  const { api } = useApp();
  const submission = useSubmission();
  const [key] = useState(makeKey);
  const [date, setDate] = useState(event?.date ?? start.date ?? toDay(new Date()));
  const [to, setTo] = useState(event && event.to !== event.date ? event.to : '');
  const [text, setText] = useState(event?.title ?? '');
  const [link, setLink] = useState(event?.url ?? '');
  const [scope, setScope] = useState(event ? UNCHANGED : toScope(start));
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => body.current?.querySelector('textarea')?.focus(), []);
  const isLong = text.trim().length > MAX_TEXT;

  function save() {
    const content = { date, to: to || date, text, link: link.trim() || null, ...fromScope(scope) };
    void submission.run(async () => {
      if (event?.annotationId) {
        const update: AnnotationUpdate = content;
        await api.send<Annotation>('PATCH', `annotations/${tenantId}/${event.annotationId}`, update);
      } else {
        const { forAll: _, ...request } = content;
        const annotation: AnnotationRequest = { key, ...request };
        await api.send<Annotation>('POST', `annotations/${tenantId}`, annotation);
      }
      onSaved();
    });
  }

  return (
    <FormDialog
      title={event ? 'Change annotation' : 'Annotate'}
      action={event ? 'Save' : 'Add'}
      disabled={isLong}
      submission={submission}
      shownAtField={isAtField(submission)}
      onSubmit={save}
      onClose={onClose}
    >
      <div class="annotating" ref={body}>
        <div class="days">
          <Field
            label="When"
            type="date"
            required
            value={date}
            onValue={setDate}
            error={errorOf(submission, 'date')}
          />
          <Field
            label="Until (optional)"
            type="date"
            min={date}
            value={to}
            onValue={setTo}
            error={errorOf(submission, 'to')}
          />
        </div>
        {date > toDay(new Date()) && <p class="hint">It appears on the charts from {formatDay(date)} on.</p>}
        <TextField
          class="prose"
          label="What happened"
          required
          rows={3}
          spellcheck
          value={text}
          onValue={setText}
          hint={null}
          error={
            isLong
              ? `At most ${MAX_TEXT} characters; these are ${text.trim().length.toLocaleString('en-GB')}.`
              : errorOf(submission, 'text')
          }
        />
        <Field
          label="Link (optional)"
          inputMode="url"
          maxLength={1000}
          autoComplete="off"
          value={link}
          onValue={setLink}
          error={errorOf(submission, 'link') && 'Start with https://'}
        />
        <ScopeField tenantId={tenantId} value={scope} onValue={setScope} mayStay={Boolean(event)} />
        {event && (
          <p>
            <button type="button" class="link-button" onClick={onDelete}>
              Delete this annotation…
            </button>
          </p>
        )}
      </div>
    </FormDialog>
  );
}

interface ScopeFieldProps {
  tenantId: number;
  value: string;
  onValue: (value: string) => void;
  /** An existing annotation may stay for what it is. */
  mayStay: boolean;
}

/** From here on, the list has a filter. */
const LONG = 8;

/** What the annotation is for: all repositories, a group, or one repository. What was chosen first stands first. */
function ScopeField({ tenantId, value, onValue, mayStay }: ScopeFieldProps) {
  const { answer, error } = useAnswer(reads.groups(tenantId));
  const [first] = useState(value);
  const [text, setText] = useState('');
  const name = useId();
  const options = [
    ...(mayStay ? [{ value: UNCHANGED, label: 'As before' }] : []),
    { value: 'all', label: 'All repositories' },
    ...(answer?.groups ?? []).map((group) => ({
      value: `group ${group.groupId}`,
      label: `Group ${group.name}`,
    })),
    ...(answer?.repositories ?? []).map(({ repositoryId, fullName }) => ({
      value: `repository ${repositoryId}`,
      label: fullName,
    })),
  ].sort((one, other) => Number(other.value === first) - Number(one.value === first));
  const wanted = text.trim().toLowerCase();
  const shown = options.filter((option) => option.label.toLowerCase().includes(wanted));
  return (
    <fieldset class="field scope">
      <legend>For</legend>
      {options.length > LONG && (
        <input
          type="search"
          aria-label="Filter"
          placeholder="Filter"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      )}
      <div class="pick-list">
        {shown.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onValue(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
        {shown.length === 0 && <p class="muted">Nothing matches.</p>}
      </div>
      {error && <p class="field-error">The repositories could not be loaded.</p>}
    </fieldset>
  );
}

function DeleteDialog({
  tenantId,
  event,
  onClose,
  onSaved,
}: AnnotationDialogProps & { event: ChangedEvent }) {
  const { api } = useApp();
  const submission = useSubmission();
  return (
    <FormDialog
      title="Delete this annotation?"
      action="Delete"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<AnnotationDeleted>('DELETE', `annotations/${tenantId}/${event.annotationId}`);
          onSaved();
        })
      }
      onClose={onClose}
    >
      <p class="event-text">{event.title}</p>
    </FormDialog>
  );
}

function toScope({ repositoryId, groupId }: Start): string {
  if (repositoryId !== undefined) return `repository ${repositoryId}`;
  return groupId === undefined ? 'all' : `group ${groupId}`;
}

function fromScope(scope: string): Pick<AnnotationRequest, 'repositoryIds' | 'groupId'> & { forAll?: true } {
  const [kind, id] = scope.split(' ');
  if (kind === 'repository') return { repositoryIds: [Number(id)] };
  if (kind === 'group') return { groupId: Number(id) };
  return kind === 'all' ? { forAll: true } : {};
}

function errorOf({ fieldErrors }: Submission, field: string): string | undefined {
  return fieldErrors.get(field);
}

function isAtField({ fieldErrors }: Submission): boolean {
  const names = [...fieldErrors.keys()];
  return names.length > 0 && names.every((name) => FIELDS.includes(name));
}

/** A UUID. `crypto.randomUUID` is missing where a page has no secure address. */
function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
