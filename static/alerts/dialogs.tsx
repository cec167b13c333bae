import { useState } from 'preact/hooks';
import type { AlertSettingsRequest, SnoozeRequest } from '../../actions/alerts.ts';
import { ALERT_TITLES } from '../../lib/alerts/titles.ts';
import type { Alert, AlertSettings, AlertSnooze } from '../../lib/answers/alerts.ts';
import { addDays, toDay } from '../../lib/day.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { useSubmission } from '../controls/submit.ts';

interface SnoozeDialogProps {
  tenantId: number;
  alert: Alert;
  onClose: () => void;
  onSaved: () => void;
}

const DEFAULT_DAYS = 14;
const MAX_DAYS = 366;

/** What an alert is about, as scopes of a snooze. */
function toScopes({ kind, changes }: Alert): { label: string; scope: Omit<SnoozeRequest, 'until'> }[] {
  const one = ALERT_TITLES[kind].toLowerCase();
  const named = new Map(
    changes.map(({ repository, group }) => [
      repository?.fullName ?? `the group ${group?.name}`,
      repository ? { repositoryId: repository.repositoryId } : { groupId: group?.groupId ?? null },
    ]),
  );
  const ofNamed = Array.from(named, ([name, scope]) => [
    { label: `All alerts of ${name}`, scope },
    { label: `Only this kind (${one}) of ${name}`, scope: { ...scope, kind } },
  ]);
  return [...ofNamed.flat(), { label: `This kind (${one}) of everything`, scope: { kind } }];
}

/** Keeps alerts like one quiet until a day. */
export function SnoozeDialog({ tenantId, alert, onClose, onSaved }: SnoozeDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const scopes = toScopes(alert);
  const today = toDay(new Date());
  const [place, setPlace] = useState('0');
  const [until, setUntil] = useState(addDays(today, DEFAULT_DAYS));

  function save() {
    const request: SnoozeRequest = { ...scopes[Number(place)]?.scope, until };
    void submission.run(async () => {
      await api.send<AlertSnooze>('POST', `alerts/${tenantId}/snoozes`, request);
      onSaved();
    });
  }

  return (
    <FormDialog title="Snooze" action="Snooze" submission={submission} onSubmit={save} onClose={onClose}>
      <SelectField
        label="What"
        value={place}
        onValue={setPlace}
        options={scopes.map(({ label }, index) => ({ value: String(index), label }))}
      />
      <Field
        label="Until"
        type="date"
        required
        min={addDays(today, 1)}
        max={addDays(today, MAX_DAYS)}
        value={until}
        onValue={setUntil}
        hint="Alerts are kept and shown here, and nobody is sent anything about them before this day (UTC)."
      />
    </FormDialog>
  );
}

interface KindsDialogProps {
  tenantId: number;
  settings: AlertSettings;
  onClose: () => void;
  onSaved: () => void;
}

type Kind = AlertSettings['kinds'][number];

const KINDS: { kind: Kind; hint: string }[] = [
  { kind: 'spike', hint: 'Far more views or clones than usual on that weekday.' },
  { kind: 'drop', hint: 'Far fewer, for several days.' },
  { kind: 'referrer', hint: 'A site that is new among a repository’s top three.' },
  { kind: 'milestone', hint: 'A round number of stars, of all views, or of downloads.' },
];

/** Which kinds of alerts the tenant wants. */
export function KindsDialog({ tenantId, settings, onClose, onSaved }: KindsDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const [kinds, setKinds] = useState<readonly Kind[]>(settings.kinds);

  function save() {
    const request: AlertSettingsRequest = { kinds: [...kinds] };
    void submission.run(async () => {
      await api.send<AlertSettings>('PUT', `alerts/${tenantId}/settings`, request);
      onSaved();
    });
  }

  return (
    <FormDialog
      title="Choose kinds of alerts"
      action="Save"
      submission={submission}
      onSubmit={save}
      onClose={onClose}
    >
      <fieldset class="field alert-kinds">
        <legend>Alert me of</legend>
        {KINDS.map(({ kind, hint }) => (
          <label key={kind}>
            <input
              type="checkbox"
              checked={kinds.includes(kind)}
              onChange={(event) =>
                setKinds(event.currentTarget.checked ? [...kinds, kind] : kinds.filter((one) => one !== kind))
              }
            />
            <span>
              {ALERT_TITLES[kind]}
              <span class="hint">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <p class="hint">Kinds that are off are neither kept nor sent.</p>
    </FormDialog>
  );
}
