import { useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { GALLERY_KINDS, type GalleryKind, MAX_NAMED } from '../../lib/dashboards/gallery.ts';
import type { FiguresSettings } from '../../lib/dashboards/gallery-schema.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { go } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import type { Widget } from './document.ts';
import { RepositoryChoice } from './gallery/repository-choice.tsx';
import { DEFAULTS, FIRST_SIZES, KIND_NAMES } from './gallery/settings.ts';
import { Sketch } from './gallery/sketch.tsx';
import { freeSpot } from './grid/layout.ts';

/** A text has to be written first. */
const FIRST_KINDS = GALLERY_KINDS.filter((kind) => kind !== 'text');

/** Creates a dashboard, with widgets to begin with or empty, and opens it. */
export function NewDialog({ tenantId, onClose }: { tenantId: number; onClose: () => void }) {
  const { api } = useApp();
  const [name, setName] = useState('');
  const [repositories, setRepositories] = useState<FiguresSettings['repositories']>('dashboard');
  const [kinds, setKinds] = useState<GalleryKind[]>([]);
  const groups = useAnswer(reads.groups(tenantId)).answer;
  const submission = useSubmission();
  const fieldErrors = fieldErrorsOf(submission, { dashboard_exists: 'name' });

  function create() {
    void submission.run(async () => {
      const document = {
        name: name.trim(),
        tabs: [{ title: 'Overview', widgets: arrange(kinds, repositories) }],
      };
      const { dashboardId } = await api.send<Dashboard>('POST', `dashboards/${tenantId}`, { document });
      const { dashboard, editDashboard } = paths;
      go((kinds.length > 0 ? dashboard : editDashboard)(tenantId, dashboardId));
    });
  }

  return (
    <FormDialog
      title="New dashboard"
      action="Create"
      wide
      disabled={name.trim() === ''}
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={create}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} error={fieldErrors.of('name')} />
      <RepositoryChoice
        value={repositories}
        groups={groups}
        max={MAX_NAMED}
        same="All, or the group that the page shows"
        onValue={setRepositories}
      />
      <fieldset class="types first">
        <legend>Begin with</legend>
        {FIRST_KINDS.map((kind) => (
          <label key={kind} class="type">
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={(event) =>
                setKinds(
                  FIRST_KINDS.filter((one) =>
                    one === kind ? event.currentTarget.checked : kinds.includes(one),
                  ),
                )
              }
            />
            <Sketch kind={kind} />
            {KIND_NAMES[kind]}
          </label>
        ))}
      </fieldset>
      <p class="hint">You can add, change and move widgets later.</p>
    </FormDialog>
  );
}

/** Widgets of these kinds, one after the other in the order of reading. */
function arrange(kinds: readonly GalleryKind[], repositories: FiguresSettings['repositories']): Widget[] {
  const widgets: Widget[] = [];
  for (const kind of kinds) {
    const settings = DEFAULTS[kind];
    const spot = freeSpot(widgets, FIRST_SIZES[kind]);
    widgets.push({ ...settings, ...(kind !== 'text' && { repositories }), title: '', ...spot });
  }
  return widgets;
}
