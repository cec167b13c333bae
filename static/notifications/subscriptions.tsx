import { useState } from 'preact/hooks';
import type { SubscriptionUpdate } from '../../actions/subscriptions.ts';
import type { Subscription, SubscriptionList } from '../../lib/answers/subscriptions.ts';
import { useApp } from '../app-context.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Menu } from '../controls/menu.tsx';
import { Empty, Failure, Notice } from '../controls/notice.tsx';
import { Panel } from '../controls/panel.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatDay, formatInstant } from '../format.ts';
import { describeQuiet } from './receiver-fields.tsx';
import { DeleteSubscription, SubscriptionDialog } from './subscription-dialogs.tsx';

interface SubscriptionsProps {
  tenantId: number;
  list: SubscriptionList;
  onChanged: () => void;
}

/** What comes to the reader by mail. */
export function Subscriptions({ tenantId, list, onChanged }: SubscriptionsProps) {
  const { subscriptions, email, sendsMail, ofTenant } = list;
  const { api } = useApp();
  const submission = useSubmission();
  const [editing, setEditing] = useState<Subscription | 'new'>();
  const [deleting, setDeleting] = useState<Subscription>();

  function changed() {
    setEditing(undefined);
    setDeleting(undefined);
    onChanged();
  }

  const pathOf = ({ subscriptionId }: Subscription) => `subscriptions/${tenantId}/${subscriptionId}`;

  async function resume(subscription: Subscription) {
    const update: SubscriptionUpdate = { resume: true };
    await submission.run(
      async () => void (await api.send<Subscription>('PATCH', pathOf(subscription), update)),
    );
    onChanged();
  }

  async function ask(subscription: Subscription) {
    const path = `${pathOf(subscription)}/confirmation`;
    await submission.run(async () => void (await api.send<Subscription>('POST', path)));
    onChanged();
  }

  const subscribe = (
    <button type="button" class="button primary" onClick={() => setEditing('new')}>
      Subscribe
    </button>
  );

  return (
    <Panel title="For you" beside={subscriptions.length > 0 && subscribe}>
      {!sendsMail && (
        <Notice kind="warning">
          <p>This installation has no mail server yet, so nothing is sent. Ask whoever runs it.</p>
        </Notice>
      )}
      {submission.error && <Failure error={submission.error} />}
      {subscriptions.length === 0 ? (
        <Empty title="Nothing comes to you yet">
          <p>Get reports and alerts by mail, about everything that you may see or a group of it.</p>
          <p>{subscribe}</p>
        </Empty>
      ) : (
        <DataTable
          label="Your subscriptions"
          cards
          columns={[
            { label: 'Sends' },
            { label: 'About' },
            { label: 'To' },
            { label: 'State' },
            { label: 'Actions', unseen: true },
          ]}
        >
          {subscriptions.map((subscription) => (
            <tr key={subscription.subscriptionId}>
              <th scope="row">
                {toContents(subscription)}
                {subscription.quietHours && (
                  <>
                    <br />
                    <span class="muted">{describeQuiet(subscription.quietHours)}</span>
                  </>
                )}
              </th>
              <td data-label="About">
                {subscription.group ? (subscription.group.name ?? 'A deleted group') : 'All repositories'}
              </td>
              <td class="name" data-label="To">
                {subscription.email}
              </td>
              <td data-label="State">
                <State subscription={subscription} />
              </td>
              <td class="actions">
                {subscription.state === 'stopped' && (
                  <button
                    type="button"
                    class="button small"
                    disabled={submission.busy}
                    onClick={() => void resume(subscription)}
                  >
                    Resume
                  </button>
                )}
                {subscription.mail?.state === 'waiting' && (
                  <button
                    type="button"
                    class="button small"
                    disabled={submission.busy}
                    onClick={() => void ask(subscription)}
                  >
                    Ask again<span class="unseen">: {subscription.email}</span>
                  </button>
                )}
                <button type="button" class="button small" onClick={() => setEditing(subscription)}>
                  Change…<span class="unseen"> {toContents(subscription)}</span>
                </button>
                <Menu
                  label={`Actions for ${toContents(subscription)}`}
                  items={[{ label: 'Delete…', danger: true, onPick: () => setDeleting(subscription) }]}
                />
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      {ofTenant && ofTenant.subscriptions > 0 && (
        <p class="basis">
          {ofTenant.members === 1 ? 'One member' : `${ofTenant.members} members`} of this tenant{' '}
          {ofTenant.members === 1 ? 'has' : 'have'}{' '}
          {ofTenant.subscriptions === 1 ? 'one subscription' : `${ofTenant.subscriptions} subscriptions`}. The
          audit log says whose.
        </p>
      )}
      {editing && (
        <SubscriptionDialog
          tenantId={tenantId}
          subscription={editing === 'new' ? undefined : editing}
          ownEmail={email}
          onClose={() => setEditing(undefined)}
          onSaved={changed}
        />
      )}
      {deleting && (
        <DeleteSubscription
          tenantId={tenantId}
          subscription={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={changed}
        />
      )}
    </Panel>
  );
}

const ABOUTS = { weekly: 'weekly report', monthly: 'monthly report', alerts: 'alerts' };

/** What a subscription sends: "Weekly report, alerts". */
function toContents(subscription: Subscription): string {
  const words = (['weekly', 'monthly', 'alerts'] as const).filter((about) => subscription[about]);
  const text = words.map((about) => ABOUTS[about]).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const CONSENTS = {
  waiting: 'Waiting for confirmation',
  confirmed: '',
  declined: 'Its owner wants no mails',
  stopped: 'Its owner unsubscribed',
};

function State({ subscription }: { subscription: Subscription }) {
  const { state, mail, pausedUntil, sentAt, failure } = subscription;
  if (state === 'stopped') return <span class="tag warning">Stopped by the link in a mail</span>;
  if (state === 'unconfirmed') return <span class="tag warning">{CONSENTS[mail?.state ?? 'waiting']}</span>;
  if (state === 'group_gone') return <span class="tag warning">Nothing is sent: the group is gone</span>;
  if (state === 'paused') return <span class="tag">Paused until {formatDay(pausedUntil ?? '')}</span>;
  if (failure)
    return (
      <>
        <span class="tag danger">Failed</span> {formatInstant(failure.at)}
        <br />
        <span class="muted">{failure.message}</span>
      </>
    );
  return sentAt ? <>Sent {formatInstant(sentAt)}</> : <span class="muted">Nothing sent yet</span>;
}
