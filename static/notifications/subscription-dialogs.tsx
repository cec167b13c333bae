import { useState } from 'preact/hooks';
import type { SubscriptionRequest, SubscriptionUpdate } from '../../actions/subscriptions.ts';
import type { QuietHours } from '../../lib/answers/quiet-hours.ts';
import type { Subscription, SubscriptionDeleted } from '../../lib/answers/subscriptions.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field, SelectField } from '../controls/field.tsx';
import { fieldErrorsOf, useSubmission } from '../controls/submit.ts';
import { reads } from '../reads.ts';
import { Check, QuietHoursField, toSubjects } from './receiver-fields.tsx';

interface SubscriptionDialogProps {
  tenantId: number;
  /** Absent for a new one. */
  subscription: Subscription | undefined;
  /** The address that the member signs in with. */
  ownEmail: string;
  onClose: () => void;
  onSaved: () => void;
}

interface Draft {
  weekly: boolean;
  monthly: boolean;
  alerts: boolean;
  groupId: string;
  email: string;
  quietHours: QuietHours | null;
  pausedUntil: string;
}

const NEW = { weekly: true, monthly: false, alerts: true, quietHours: null, pausedUntil: null, group: null };

function toDraft(subscription: Subscription | undefined, ownEmail: string): Draft {
  const { weekly, monthly, alerts, quietHours, pausedUntil, group } = subscription ?? NEW;
  return {
    weekly,
    monthly,
    alerts,
    groupId: String(group?.groupId ?? ''),
    email: subscription?.email ?? ownEmail,
    quietHours,
    pausedUntil: pausedUntil ?? '',
  };
}

/** The mail server refuses an address, or its owner does. */
const FIELD_OF = { mail_stopped: 'email', mail_recipient_refused: 'email', too_many_mails: 'email' };

/** Makes or changes a subscription of one's own. */
export function SubscriptionDialog(props: SubscriptionDialogProps) {
  const { tenantId, subscription, ownEmail, onClose, onSaved } = props;
  const { api } = useApp();
  const submission = useSubmission();
  const [draft, setDraft] = useState(() => toDraft(subscription, ownEmail));
  const groups = useAnswer(reads.groups(tenantId));
  const fieldErrors = fieldErrorsOf(submission, FIELD_OF, ['quietHours', 'pausedUntil']);
  const change = (changed: Partial<Draft>) => setDraft({ ...draft, ...changed });
  const isNothing = !draft.weekly && !draft.monthly && !draft.alerts;

  function save() {
    const { weekly, monthly, alerts, quietHours } = draft;
    const chosen = {
      weekly,
      monthly,
      alerts,
      quietHours,
      groupId: Number(draft.groupId) || null,
      pausedUntil: draft.pausedUntil || null,
      email: draft.email.trim().toLowerCase() === ownEmail ? null : draft.email,
    };
    void submission.run(async () => {
      if (subscription) {
        const path = `subscriptions/${tenantId}/${subscription.subscriptionId}`;
        await api.send<Subscription>('PATCH', path, chosen satisfies SubscriptionUpdate);
      } else {
        const body: SubscriptionRequest = chosen;
        await api.send<Subscription>('POST', `subscriptions/${tenantId}`, body);
      }
      onSaved();
    });
  }

  return (
    <FormDialog
      title={subscription ? 'Change the subscription' : 'Subscribe'}
      action={subscription ? 'Save' : 'Subscribe'}
      disabled={isNothing}
      submission={submission}
      shownAtField={fieldErrors.atField}
      onSubmit={save}
      onClose={onClose}
    >
      <fieldset class="checks">
        <legend>Send me</legend>
        <Check
          label="The weekly report, on Mondays"
          checked={draft.weekly}
          onChecked={(weekly) => change({ weekly })}
        />
        <Check
          label="The monthly report"
          checked={draft.monthly}
          onChecked={(monthly) => change({ monthly })}
        />
        <Check
          label="Alerts: spikes, drops, new referrers, milestones"
          checked={draft.alerts}
          onChecked={(alerts) => change({ alerts })}
        />
        {isNothing && (
          <p class="field-error" role="alert">
            Choose at least one.
          </p>
        )}
      </fieldset>
      <SelectField
        label="About"
        value={draft.groupId}
        options={toSubjects(groups.answer, subscription?.group ?? null)}
        onValue={(groupId) => change({ groupId })}
        hint="Only what you may see yourself, whenever it is sent."
      />
      <Field
        label="To"
        type="email"
        required
        maxLength={254}
        value={draft.email}
        onValue={(email) => change({ email })}
        error={fieldErrors.of('email')}
        hint="Another address than your own is asked first, and gets nothing before its owner agrees."
      />
      <QuietHoursField
        value={draft.quietHours}
        onValue={(quietHours) => change({ quietHours })}
        error={fieldErrors.of('quietHours')}
      />
      <Field
        label="Pause until (optional)"
        type="date"
        value={draft.pausedUntil}
        onValue={(pausedUntil) => change({ pausedUntil })}
        error={fieldErrors.of('pausedUntil')}
        hint="Nothing is sent before that day."
      />
    </FormDialog>
  );
}

interface DeleteSubscriptionProps {
  tenantId: number;
  subscription: Subscription;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a subscription is deleted. */
export function DeleteSubscription({ tenantId, subscription, onClose, onDeleted }: DeleteSubscriptionProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const path = `subscriptions/${tenantId}/${subscription.subscriptionId}`;
  return (
    <FormDialog
      title="Delete the subscription?"
      action="Delete"
      danger
      submission={submission}
      onSubmit={() =>
        void submission.run(async () => {
          await api.send<SubscriptionDeleted>('DELETE', path);
          onDeleted();
        })
      }
      onClose={onClose}
    >
      <p>Its mails no longer come to {subscription.email}.</p>
    </FormDialog>
  );
}
