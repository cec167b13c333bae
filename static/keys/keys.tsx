import { useState } from 'preact/hooks';
import type { ApiKey } from '../../lib/answers/keys.ts';
import { useAnswer } from '../answers.ts';
import { DataTable } from '../controls/data-table.tsx';
import { Answered } from '../controls/loading.tsx';
import { Empty, Notice } from '../controls/notice.tsx';
import { PageHead } from '../controls/page-head.tsx';
import { formatDay, formatRecent, plural } from '../format.ts';
import { reads } from '../reads.ts';
import style from '../style/keys.css' with { type: 'text' };
import { CreateKey, RevokeKey } from './key-dialogs.tsx';
import { labelOf } from './scopes.ts';
import { canMakeKeys } from './secret.ts';

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

/** The API keys of a tenant. */
export function Keys({ tenantId }: { tenantId: number }) {
  const list = useAnswer(reads.keys(tenantId));
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const canMake = canMakeKeys();

  return (
    <div class="page" aria-busy={list.loading}>
      <PageHead
        title="API keys"
        below={
          <p class="lead">
            For programs that read or change this tenant without a person: scripts, spreadsheets, Grafana.
          </p>
        }
        actions={
          <button
            type="button"
            class="button primary"
            disabled={!list.answer || !canMake}
            onClick={() => setCreating(true)}
          >
            New key
          </button>
        }
      />
      {!canMake && (
        <Notice kind="warning" title="Keys cannot be made at this address">
          <p>
            Browsers make keys only on pages with an address that begins with https://. Open the pages there.
          </p>
        </Notice>
      )}
      <Answered loaded={list}>
        {({ keys, callsPerMinute }) =>
          keys.length === 0 ? (
            <Empty title="No API keys yet">
              <p>A key lets a program in, with no more rights than you give it, until you revoke it.</p>
            </Empty>
          ) : (
            <>
              <KeyTable keys={keys} onRevoke={setRevoking} />
              <p class="hint">Each key may make {callsPerMinute} calls a minute.</p>
            </>
          )
        }
      </Answered>
      {creating && (
        <CreateKey tenantId={tenantId} onClose={() => setCreating(false)} onCreated={list.reload} />
      )}
      {revoking && (
        <RevokeKey
          tenantId={tenantId}
          apiKey={revoking}
          onClose={() => setRevoking(undefined)}
          onRevoked={() => {
            setRevoking(undefined);
            list.reload();
          }}
        />
      )}
    </div>
  );
}

function KeyTable({ keys, onRevoke }: { keys: ApiKey[]; onRevoke: (key: ApiKey) => void }) {
  return (
    <section class="panel" aria-label="API keys">
      <DataTable
        label="All API keys"
        cards
        columns={[
          { label: 'Name' },
          { label: 'May' },
          { label: 'Repositories' },
          { label: 'Last use' },
          { label: 'Expires' },
          { label: 'Made by' },
          { label: 'Actions', unseen: true },
        ]}
      >
        {keys.map((key) => (
          <tr key={key.keyId} class={key.state === 'active' ? undefined : 'ended'}>
            <th scope="row" class="name">
              {key.name} <code>gta_{key.hint}…</code>
              <State apiKey={key} />
            </th>
            <td data-label="May">{labelOf(key.scope)}</td>
            <td data-label="Repositories">{toReach(key)}</td>
            <td data-label="Last use">{key.lastUsedAt ? formatRecent(key.lastUsedAt) : 'Never'}</td>
            <td data-label="Expires">{formatDay(key.expiresAt.slice(0, 10))}</td>
            <td data-label="Made by">
              {key.createdBy}
              {key.state === 'active' && !key.makerHasRole && <span class="tag warning">Has left</span>}
            </td>
            <td class="actions">
              {key.state === 'active' && (
                <button type="button" class="button small" onClick={() => onRevoke(key)}>
                  Revoke…<span class="unseen"> {key.name}</span>
                </button>
              )}
            </td>
          </tr>
        ))}
      </DataTable>
    </section>
  );
}

function State({ apiKey: { state, revokedAt, revokedBy, exposedAt } }: { apiKey: ApiKey }) {
  if (state === 'revoked')
    return (
      <span class="tag" title={revokedAt ? `By ${revokedBy}, ${formatRecent(revokedAt)}` : undefined}>
        Revoked
      </span>
    );
  if (state === 'expired') return <span class="tag">Expired</span>;
  if (exposedAt === null) return null;
  return (
    <p class="exposed">
      <span class="tag danger">May have leaked</span> It was sent in an address on{' '}
      {formatDay(exposedAt.slice(0, 10))}, and logs keep addresses. Make another key, then revoke this one.
    </p>
  );
}

function toReach({ reach, group, repositoryCount, repositories }: ApiKey): string {
  if (reach === 'all') return 'All';
  if (reach === 'group') return group?.name ?? 'None: its group was deleted';
  if (repositoryCount === 0) return 'None: all were removed';
  const more = repositoryCount - repositories.length;
  const names = repositories.join(', ');
  return more > 0 ? `${names} and ${plural(more, 'other')}` : names;
}
