import { useState } from 'preact/hooks';
import { MAX_TABS } from '../../lib/dashboards/gallery.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { Menu } from '../controls/menu.tsx';
import { useSubmission } from '../controls/submit.ts';
import { plural } from '../format.ts';

/** How the tabs of a dashboard are changed. */
export interface TabChanges {
  onAdd: (title: string) => void;
  onRename: (title: string) => void;
  /** One place to the left, or to the right. */
  onMove: (step: -1 | 1) => void;
  onRemove: () => void;
}

interface TabMenuProps {
  /** The titles of all tabs. */
  titles: readonly string[];
  /** The place of the tab that is shown. */
  at: number;
  /** How many widgets it has. */
  widgetCount: number;
  changes: TabChanges;
}

/** Adds a tab, and renames, moves or removes the one that is shown. */
export function TabMenu({ titles, at, widgetCount, changes }: TabMenuProps) {
  const [asked, setAsked] = useState<'add' | 'rename' | 'remove'>();
  const title = titles[at] ?? '';
  const close = () => setAsked(undefined);
  const then = (change: () => void) => {
    close();
    change();
  };
  const isOnly = titles.length === 1;
  return (
    <>
      <Menu
        label="Tabs of the dashboard"
        class="button small"
        content="Tabs…"
        items={[
          { label: 'Add a tab…', disabled: titles.length >= MAX_TABS, onPick: () => setAsked('add') },
          { label: `Rename ${title}…`, onPick: () => setAsked('rename') },
          { label: 'Move left', disabled: at === 0, onPick: () => changes.onMove(-1) },
          { label: 'Move right', disabled: at === titles.length - 1, onPick: () => changes.onMove(1) },
          {
            label: `Remove ${title}…`,
            danger: true,
            disabled: isOnly,
            onPick: () => (widgetCount > 0 ? setAsked('remove') : changes.onRemove()),
          },
        ]}
      />
      {asked === 'add' && (
        <TitleDialog
          heading="Add a tab"
          action="Add"
          onTitle={(text) => then(() => changes.onAdd(text))}
          onClose={close}
        />
      )}
      {asked === 'rename' && (
        <TitleDialog
          heading="Rename the tab"
          action="Rename"
          start={title}
          onTitle={(text) => then(() => changes.onRename(text))}
          onClose={close}
        />
      )}
      {asked === 'remove' && (
        <RemoveDialog
          title={title}
          widgetCount={widgetCount}
          onRemove={() => then(changes.onRemove)}
          onClose={close}
        />
      )}
    </>
  );
}

interface TitleDialogProps {
  heading: string;
  action: string;
  start?: string;
  onTitle: (title: string) => void;
  onClose: () => void;
}

function TitleDialog({ heading, action, start = '', onTitle, onClose }: TitleDialogProps) {
  const [title, setTitle] = useState(start);
  const submission = useSubmission();
  return (
    <FormDialog
      title={heading}
      action={action}
      disabled={title.trim() === ''}
      submission={submission}
      onSubmit={() => onTitle(title.trim())}
      onClose={onClose}
    >
      <Field label="Title" value={title} onValue={setTitle} maxLength={100} />
    </FormDialog>
  );
}

interface RemoveDialogProps {
  title: string;
  widgetCount: number;
  onRemove: () => void;
  onClose: () => void;
}

function RemoveDialog({ title, widgetCount, onRemove, onClose }: RemoveDialogProps) {
  const submission = useSubmission();
  return (
    <FormDialog
      title={`Remove the tab ${title}?`}
      action="Remove"
      danger
      submission={submission}
      onSubmit={onRemove}
      onClose={onClose}
    >
      <p>This also removes its {plural(widgetCount, 'widget')}. Nothing is saved before you press Done.</p>
    </FormDialog>
  );
}
