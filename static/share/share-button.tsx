import { useState } from 'preact/hooks';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { lazy } from '../controls/loading.tsx';
import type { ShareDialogProps } from './share-dialog.tsx';
import type { ShareTarget } from './target.ts';

const ShareDialog = lazy<ShareDialogProps>(
  async () => (await import('./share-dialog.tsx')).ShareDialog,
  () => null,
);

interface ShareButtonProps {
  tenantId: number;
  /** What is shared; undefined until it is known. */
  target: ShareTarget | undefined;
  /** The button's looks. */
  class?: string;
}

/** Opens the dialog that shares what the page shows; nothing for those who may not share. */
export function ShareButton({ tenantId, target, class: looks = 'button' }: ShareButtonProps) {
  const { me } = useMe();
  const [open, setOpen] = useState(false);
  if (!mayInTenant(me, tenantId, 'changeShares')) return null;
  return (
    <>
      <button type="button" class={looks} disabled={!target} onClick={() => setOpen(true)}>
        <Icon name="share" /> Share
      </button>
      {open && target && <ShareDialog tenantId={tenantId} target={target} onClose={() => setOpen(false)} />}
    </>
  );
}
