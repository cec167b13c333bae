import { useState } from 'preact/hooks';
import type { Share, ShareRevoked } from '../../lib/answers/shares.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Icon } from '../controls/icon.tsx';
import { Failure } from '../controls/notice.tsx';
import { copyText } from '../controls/shown-text.tsx';
import { useSubmission } from '../controls/submit.ts';
import { formatDay, formatRecent } from '../format.ts';
import { snippetsOf } from './snippets.ts';

interface ShareListProps {
  tenantId: number;
  shares: readonly Share[];
  onChanged: () => void;
}

/** Shares with what can be done with each. */
export function SharedAlready({ tenantId, shares, onChanged }: ShareListProps) {
  const [revoking, setRevoking] = useState<Share>();
  return (
    <>
      <ul class="share-list">
        {shares.map((share) => (
          <Row
            key={share.shareId}
            tenantId={tenantId}
            share={share}
            onChanged={onChanged}
            onRevoke={setRevoking}
          />
        ))}
      </ul>
      {revoking && (
        <RevokeDialog
          tenantId={tenantId}
          share={revoking}
          onClose={() => setRevoking(undefined)}
          onRevoked={() => {
            setRevoking(undefined);
            onChanged();
          }}
        />
      )}
    </>
  );
}

/** What a share is called in lists. */
export const nameOf = ({ title, subjectName, subject }: Share): string =>
  title || subjectName || `a ${subject} that is gone`;

const STANDINGS: Partial<Record<Share['standing'], string>> = {
  waiting: 'not written yet',
  gone: 'what it showed is gone',
  'no access': 'not shown: its maker has no access',
  expired: 'ended',
  removing: 'being removed',
};

interface RowProps {
  tenantId: number;
  share: Share;
  onChanged: () => void;
  onRevoke: (share: Share) => void;
}

function Row({ tenantId, share, onChanged, onRevoke }: RowProps) {
  const { api } = useApp();
  const copying = useSubmission();
  const publishing = useSubmission();
  const [copied, setCopied] = useState(false);
  const name = nameOf(share);
  const isBadge = share.kind === 'badge';
  const facts = [
    STANDINGS[share.standing],
    share.hasPassword && 'with a password',
    !share.names && 'without names',
    share.listing === 'listed' && 'listed',
    share.until ? `until ${formatDay(share.until)}` : 'no end',
    `made by ${share.madeBy}`,
  ].filter(Boolean);

  const copy = () =>
    void copying.run(async () => {
      const text = isBadge ? snippetsOf(share, null)[0].text : share.url;
      await copyText(text, `Copy it from here: ${text}`);
      setCopied(true);
    });
  const publish = () =>
    void publishing.run(async () => {
      await api.send<Share>('POST', `shares/${tenantId}/${share.shareId}/publish`);
      onChanged();
    });

  return (
    <li class="share-row">
      <Icon name={isBadge ? 'star' : 'link'} />
      <span class="share-name">
        {name}
        {share.problem && (
          <span class="share-problem">
            {share.writtenAt ? `Last written ${formatRecent(share.writtenAt)}. ` : 'Not written yet. '}
            {share.problem.message}{' '}
            <button type="button" class="link-button" disabled={publishing.busy} onClick={publish}>
              Try again
            </button>
          </span>
        )}
      </span>
      <span class="share-facts">{facts.join(' · ')}</span>
      <span class="share-actions">
        {share.standing !== 'removing' && (
          <button type="button" class="button small" onClick={copy}>
            <Icon name="link" /> {copied ? 'Copied' : isBadge ? 'Copy Markdown' : 'Copy link'}
            <span class="unseen"> of {name}</span>
          </button>
        )}
        <button type="button" class="button small" onClick={() => onRevoke(share)}>
          Revoke<span class="unseen"> {name}</span>
        </button>
      </span>
      {(copying.error ?? publishing.error) && (
        <Failure error={copying.error ?? publishing.error ?? new Error()} />
      )}
    </li>
  );
}

interface RevokeDialogProps {
  tenantId: number;
  share: Share;
  onClose: () => void;
  onRevoked: () => void;
}

function RevokeDialog({ tenantId, share, onClose, onRevoked }: RevokeDialogProps) {
  const { api } = useApp();
  const submission = useSubmission();
  const revoke = () =>
    void submission.run(async () => {
      await api.send<ShareRevoked>('DELETE', `shares/${tenantId}/${share.shareId}`);
      onRevoked();
    });
  return (
    <FormDialog
      title={`Revoke ${nameOf(share)}`}
      action="Revoke"
      danger
      submission={submission}
      onSubmit={revoke}
      onClose={onClose}
    >
      <p>
        <span class="share-address">{share.url}</span> stops working at once, with its badges and charts. A
        new share gets another address.
      </p>
    </FormDialog>
  );
}
