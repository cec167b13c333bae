import { useState } from 'preact/hooks';
import { mayInTenant } from '../access.ts';
import { useMe } from '../app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { lazy } from '../controls/loading.tsx';
import type { AnnotationDialogProps } from './annotation-dialog.tsx';

const AnnotationDialog = lazy<AnnotationDialogProps>(
  async () => (await import('./annotation-dialog.tsx')).AnnotationDialog,
  () => null,
);

interface AnnotateButtonProps {
  tenantId: number;
  /** What the annotation is for unless somebody chooses otherwise: all repositories without either. */
  repositoryId?: number | undefined;
  groupId?: number | undefined;
  /** The day that it is about, unless somebody chooses another: the open day, or the last that is shown. */
  date?: string | undefined;
  /** The button's looks. */
  class?: string;
  icon?: 'note' | 'plus';
  onSaved: () => void;
}

/** Opens the form for an annotation; nothing for those who may not write one. */
export function AnnotateButton(props: AnnotateButtonProps) {
  const { tenantId, repositoryId, groupId, date, class: looks = 'button', icon = 'note', onSaved } = props;
  const { me } = useMe();
  const [open, setOpen] = useState(false);
  if (!mayInTenant(me, tenantId, 'changeAnnotations')) return null;
  return (
    <>
      <button type="button" class={looks} onClick={() => setOpen(true)}>
        <Icon name={icon} /> Annotate
      </button>
      {open && (
        <AnnotationDialog
          tenantId={tenantId}
          start={{ repositoryId, groupId, date }}
          onClose={() => setOpen(false)}
          onSaved={() => {
            setOpen(false);
            onSaved();
          }}
        />
      )}
    </>
  );
}
