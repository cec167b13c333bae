import { useId, useState } from 'preact/hooks';
import type { GroupList } from '../../../lib/answers/groups.ts';
import {
  GALLERY_KINDS,
  type GalleryKind,
  MAX_NAMED,
  MAX_TEXT,
  METRIC_NAMES,
} from '../../../lib/dashboards/gallery.ts';
import type { FiguresSettings, GallerySettings } from '../../../lib/dashboards/gallery-schema.ts';
import { Dialog } from '../../controls/dialog.tsx';
import { Field, SelectField, TextField } from '../../controls/field.tsx';
import { plural } from '../../format.ts';
import { CALENDAR, ROLLING } from '../../ranges.ts';
import { type DashboardView, useFigures } from './figures.ts';
import { GalleryWidget } from './gallery-widget.tsx';
import { groupNameOf } from './group-name.ts';
import { RepositoryChoice } from './repository-choice.tsx';
import {
  countsOf,
  DEFAULTS,
  FIRST_SIZES,
  hasFigures,
  KIND_NAMES,
  metricsOf,
  SIZES,
  titleOf,
} from './settings.ts';
import { Sketch } from './sketch.tsx';

/** What the dialog asks for. */
export interface Wanted {
  title: string;
  settings: GallerySettings;
  w: number;
  h: number;
}

interface GalleryDialogProps {
  tenantId: number;
  view: DashboardView;
  groups: GroupList | undefined;
  /** A widget that is changed; absent for a new one. */
  changed?: Wanted | undefined;
  /** What leads to the text of the whole dashboard. */
  jsonHref: string;
  onWanted: (wanted: Wanted) => void;
  onClose: () => void;
}

/** Adds a widget, or changes one: its kind, its settings, and what it will look like. */
export function GalleryDialog(props: GalleryDialogProps) {
  const { tenantId, view, groups, changed, jsonHref, onWanted, onClose } = props;
  const [kind, setKind] = useState<GalleryKind>(changed?.settings.kind ?? 'trend');
  const [byKind, setByKind] = useState(() => ({
    ...DEFAULTS,
    ...(changed && { [changed.settings.kind]: changed.settings }),
  }));
  const [title, setTitle] = useState(changed?.title ?? '');
  const [size, setSize] = useState(changed ? { w: changed.w, h: changed.h } : undefined);
  const settings: GallerySettings = byKind[kind];
  const { w, h } = size ?? FIRST_SIZES[kind];
  // All kinds at once, so that choosing another shows it at once and costs no call.
  const all = GALLERY_KINDS.map((one): GallerySettings => byKind[one]).filter(hasFigures);
  const figures = useFigures(tenantId, view, all);

  /** The repositories that you choose are those of the other kinds too. */
  function change(next: GallerySettings) {
    if (!hasFigures(next)) return setByKind({ ...byKind, [next.kind]: next });
    const { repositories } = next;
    const others = Object.fromEntries(
      GALLERY_KINDS.map((one) => {
        const own: GallerySettings = byKind[one];
        return [one, hasFigures(own) ? { ...own, repositories } : own];
      }),
    );
    setByKind({ ...byKind, ...others, [next.kind]: next });
  }

  return (
    <Dialog title={changed ? 'Change the widget' : 'Add a widget'} wide onClose={onClose}>
      <form
        class="gallery"
        onSubmit={(event) => {
          event.preventDefault();
          onWanted({ title: title.trim(), settings, w, h });
        }}
      >
        <div class="gal">
          <div>
            <KindChoice kind={kind} onKind={setKind} />
          </div>
          <div class="dialog-body gallery-form">
            <Field
              label="Title"
              value={title}
              onValue={setTitle}
              maxLength={100}
              placeholder={titleOf(settings)}
            />
            <SettingsForm settings={settings} groups={groups} onChange={change} />
            <SizeChoice w={w} onSize={(next) => setSize({ w: next, h })} />
          </div>
          <div class="gallery-preview">
            <h3 class="muted">Preview, with your data</h3>
            <section class="card panel widget preview" aria-label="Preview">
              <GalleryWidget
                tenantId={tenantId}
                title={title}
                settings={settings}
                shown={hasFigures(settings) ? figures.of(settings) : undefined}
                groupName={groupNameOf(settings, figures.groups)}
              />
            </section>
            {figures.error && <p class="field-error">{figures.error.message}</p>}
            {!changed && (
              <p class="hint">
                Goes to the first free place. Move it later by dragging its handle, or with the arrow keys.
              </p>
            )}
          </div>
        </div>
        <footer class="dialog-foot">
          <a class="button plain quiet-link" href={jsonHref} onClick={onClose}>
            Edit as JSON
          </a>
          <span class="grow" />
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary">
            {changed ? 'Apply' : 'Add widget'}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

function KindChoice({ kind, onKind }: { kind: GalleryKind; onKind: (kind: GalleryKind) => void }) {
  const name = useId();
  return (
    <fieldset class="types">
      <legend class="unseen">Kind of widget</legend>
      {GALLERY_KINDS.map((one) => (
        <label key={one} class="type">
          <input type="radio" name={name} checked={one === kind} onChange={() => onKind(one)} />
          <Sketch kind={one} />
          {KIND_NAMES[one]}
        </label>
      ))}
    </fieldset>
  );
}

function SizeChoice({ w, onSize }: { w: number; onSize: (w: number) => void }) {
  const name = useId();
  return (
    <fieldset class="field sizes">
      <legend>Size</legend>
      {SIZES.map((size) => (
        <label key={size.name}>
          <input type="radio" name={name} checked={size.w === w} onChange={() => onSize(size.w)} />
          <svg viewBox="0 0 60 10" width="60" height="10" aria-hidden="true">
            <rect x={30 - size.w * 2.3} width={size.w * 4.6} height="10" rx="2" />
          </svg>
          {size.name}
        </label>
      ))}
    </fieldset>
  );
}

interface SettingsFormProps {
  settings: GallerySettings;
  groups: GroupList | undefined;
  onChange: (settings: GallerySettings) => void;
}

function SettingsForm({ settings, groups, onChange }: SettingsFormProps) {
  if (settings.kind === 'text')
    return (
      <TextField
        label="Text"
        value={settings.text}
        onValue={(text) => onChange({ ...settings, text })}
        maxLength={MAX_TEXT}
        hint="An empty line begins a paragraph, and “- ” an item of a list."
      />
    );
  const metrics = metricsOf(settings.kind);
  const counts = countsOf(settings.kind);
  const set = (changes: Partial<Record<string, unknown>>) =>
    onChange({ ...settings, ...changes } as FiguresSettings);
  return (
    <>
      {'metric' in settings && (
        <SelectField
          label={settings.kind === 'table' ? 'Order by' : 'Figure'}
          value={settings.metric}
          onValue={(metric) => set({ metric })}
          options={metrics.map((metric) => ({ value: metric, label: METRIC_NAMES[metric] }))}
        />
      )}
      <RepositoryChoice
        value={settings.repositories}
        groups={groups}
        max={MAX_NAMED}
        onValue={(repositories) => set({ repositories })}
      />
      <SelectField
        label="Range"
        value={settings.range}
        onValue={(range) => set({ range })}
        options={[
          { value: 'dashboard', label: 'Same as the dashboard' },
          ...[...ROLLING, ...CALENDAR].map(({ value, label, short }) => ({ value, label: short ?? label })),
        ]}
      />
      {'count' in settings && (
        <SelectField
          label="Show"
          value={String(settings.count)}
          onValue={(count) => set({ count: Number(count) })}
          options={[...new Set([...counts, settings.count])]
            .sort((one, other) => one - other)
            .map((count) => ({ value: String(count), label: labelOf(settings.kind, count) }))}
        />
      )}
      {'change' in settings && (
        <label class="check">
          <input
            type="checkbox"
            checked={settings.change}
            onChange={(event) => set({ change: event.currentTarget.checked })}
          />
          Show the change
        </label>
      )}
    </>
  );
}

function labelOf(kind: GalleryKind, count: number): string {
  if (kind === 'comparison') return plural(count, 'repository', 'repositories');
  return kind === 'referrers' ? `Top ${count}` : `Top ${count}, all others as text`;
}
