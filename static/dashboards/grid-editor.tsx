import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks';
import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { COLUMNS, MAX_WIDGETS } from '../../lib/dashboards/gallery.ts';
import { useAnswer } from '../answers.ts';
import { useApp } from '../app-context.ts';
import { FormDialog } from '../controls/dialog.tsx';
import { Field } from '../controls/field.tsx';
import { Icon } from '../controls/icon.tsx';
import { Menu, type MenuItem } from '../controls/menu.tsx';
import { Failure } from '../controls/notice.tsx';
import { useSubmission } from '../controls/submit.ts';
import { TitleRow } from '../controls/title-row.tsx';
import { GroupMenu } from '../groups/group-menu.tsx';
import { go, replace, usePlace, withQuery } from '../location.ts';
import { reads } from '../reads.ts';
import { paths } from '../routes.ts';
import { Conflict, useLeaving } from './conflict.tsx';
import { DashboardGrid, type GridItem, toItem, toItems } from './dashboard-grid.tsx';
import { DashboardFilters, useDashboardView, useNamedDays, useTabNumber } from './dashboard-view.tsx';
import type { DashboardDocument, Widget } from './document.ts';
import { checkText } from './document-check.ts';
import type { Drawings } from './drawings.ts';
import { GalleryDialog, type Wanted } from './gallery/gallery-dialog.tsx';
import { isGallery, settingsOf } from './gallery/settings.ts';
import { closeGaps, freeSpot, move } from './grid/layout.ts';
import { keepDraft, usableDraft, useSaving } from './saving.ts';
import { type TabChanges, TabMenu } from './tab-menu.tsx';
import type { Tables } from './tables.ts';

interface GridEditorProps {
  tenantId: number;
  dashboard: Dashboard;
  tables: Tables;
  drawings: Drawings;
}

type Asked = { what: 'add' | 'rename' } | { what: 'change'; item: GridItem };

/** What was removed last, to put it back. */
interface Removed {
  item: GridItem;
  before: GridItem[];
}

/** A document while it is edited: each widget keeps its key. */
interface Edited {
  base: DashboardDocument;
  tabs: GridItem[][];
}

const toEdited = (base: DashboardDocument): Edited => ({
  base,
  tabs: base.tabs.map(({ widgets }) => toItems(widgets)),
});

function toDocument({ base, tabs }: Edited): DashboardDocument {
  const toWidget = ({ widget, x, y, w, h }: GridItem): Widget => ({ ...widget, x, y, w, h });
  return { ...base, tabs: base.tabs.map((tab, at) => ({ ...tab, widgets: tabs[at]?.map(toWidget) ?? [] })) };
}

const toText = (document: DashboardDocument) => JSON.stringify(document);

/** What was edited before, here or as JSON, if it can be drawn. */
function draftOf(tenantId: number, dashboard: Dashboard): Edited | undefined {
  const draft = usableDraft(tenantId, dashboard);
  if (draft === undefined) return undefined;
  const { document } = checkText(draft, dashboard.version);
  return document && toEdited(document);
}

type Unplaced = Widget extends infer One
  ? One extends Widget
    ? Omit<One, 'x' | 'y' | 'w' | 'h'>
    : never
  : never;

/** Edits a dashboard on its grid: adds, changes, moves, resizes and removes widgets. *Done* saves. */
export function GridEditor({ tenantId, dashboard, tables, drawings }: GridEditorProps) {
  const { api } = useApp();
  const { dashboardId } = dashboard;
  const saving = useSaving(tenantId, dashboard);
  const [stored, setStored] = useState(() => toEdited(dashboard.document));
  const [edited, setEdited] = useState(() => draftOf(tenantId, dashboard) ?? stored);
  const document = useMemo(() => toDocument(edited), [edited]);
  const groups = useAnswer(reads.groups(tenantId)).answer;
  const choices = useMemo(
    () => groups?.groups.map(({ groupId, name, repositoryCount: count }) => ({ groupId, name, count })),
    [groups],
  );
  const view = useDashboardView(document);
  const days = useNamedDays();
  const place = usePlace();
  const number = useTabNumber(document);
  const items = edited.tabs[number - 1] ?? [];
  const setItems = (next: GridItem[]) => setEdited({ ...edited, tabs: edited.tabs.with(number - 1, next) });
  const [asked, setAsked] = useState<Asked | undefined>(items.length === 0 ? { what: 'add' } : undefined);
  const [removed, setRemoved] = useState<Removed>();
  const [announced, setAnnounced] = useState('');
  const dirty = edited !== stored;
  const isFull = items.length >= MAX_WIDGETS;
  const { version, submission, conflict } = saving;

  useLayoutEffect(() => {
    keepDraft(tenantId, dashboardId, dirty ? { version, text: toText(document) } : undefined);
  }, [tenantId, dashboardId, dirty, version, document]);
  useLeaving(dirty);
  // It could only be put back into the tab that it was in.
  useEffect(() => setRemoved(undefined), [number]);

  async function save(over?: number) {
    const isStored = !dirty || (await saving.save({ document, text: toText(document) }, over)) !== undefined;
    if (!isStored) return;
    keepDraft(tenantId, dashboardId, undefined);
    setStored(edited);
    go(paths.dashboard(tenantId, dashboardId));
  }

  async function takeTheirs() {
    const theirs = await api.read(reads.dashboard(tenantId, dashboardId));
    saving.restart(theirs.version);
    const loaded = toEdited(theirs.document);
    setStored(loaded);
    setEdited(loaded);
  }

  function add(widget: Unplaced, size: { w: number; h: number }) {
    const key = 1 + Math.max(-1, ...items.map((one) => one.key));
    const item = toItem({ ...widget, ...freeSpot(items, size) }, key);
    setItems([...items, item]);
    setAnnounced(`${item.title} added`);
    setAsked(undefined);
  }

  function change(old: GridItem, { title, settings, w, h }: Wanted) {
    const x = Math.min(old.x, COLUMNS - w);
    const item = toItem({ ...settings, title, x, y: old.y, w, h }, old.key);
    const changed = items.map((one) => (one.key === old.key ? item : one));
    setItems(closeGaps(changed, changed.indexOf(item)));
    setAnnounced(`${item.title} changed`);
    setAsked(undefined);
  }

  function remove(item: GridItem) {
    setRemoved({ item, before: [...items] });
    setItems(closeGaps(items.filter(({ key }) => key !== item.key)));
    setAnnounced(`${item.title} removed`);
  }

  function undo({ item, before }: Removed) {
    setItems(before);
    setRemoved(undefined);
    setAnnounced(`${item.title} is back`);
  }

  /** Changes the tabs and shows one of them. */
  function setTabs(next: { tab: DashboardDocument['tabs'][number]; items: GridItem[] }[], at: number) {
    setEdited({
      base: { ...edited.base, tabs: next.map(({ tab }) => tab) },
      tabs: next.map((one) => one.items),
    });
    replace(withQuery(place, { tab: at === 0 ? null : String(at + 1) }));
  }

  const tabs = edited.base.tabs.map((tab, at) => ({ tab, items: edited.tabs[at] ?? [] }));
  const shownTab = tabs[number - 1];
  const others = tabs.filter((one) => one !== shownTab);
  const tabChanges: TabChanges = {
    onAdd: (title) => setTabs([...tabs, { tab: { title, widgets: [] }, items: [] }], tabs.length),
    onRename: (title) =>
      shownTab &&
      setTabs(tabs.with(number - 1, { ...shownTab, tab: { ...shownTab.tab, title } }), number - 1),
    onMove: (step) =>
      shownTab && setTabs(others.toSpliced(number - 1 + step, 0, shownTab), number - 1 + step),
    onRemove: () => setTabs(others, Math.max(0, number - 2)),
  };

  const itemsOf = (item: GridItem): MenuItem[] => {
    const { widget, key, title } = item;
    const shift = (rows: number) => {
      const changed = move(
        items,
        items.findIndex((one) => one.key === key),
        { columns: 0, rows },
      );
      if (changed) setItems(changed);
      setAnnounced(changed ? `${title} moved` : `${title} cannot go further`);
    };
    return [
      isGallery(widget)
        ? { label: 'Settings…', onPick: () => setAsked({ what: 'change', item }) }
        : { label: 'Edit as JSON', onPick: () => go(paths.editDashboardText(tenantId, dashboardId)) },
      { label: 'Duplicate', onPick: () => add(widget, item), disabled: isFull },
      { label: 'Move up', onPick: () => shift(-1) },
      { label: 'Move down', onPick: () => shift(1) },
      { label: 'Remove', danger: true, onPick: () => remove(item) },
    ];
  };

  return (
    <div class="page dashboard">
      <TitleRow
        title={document.name}
        above={
          <p class="crumbs">
            <a href={paths.dashboards(tenantId)}>Dashboards</a>
          </p>
        }
        beside={
          <>
            <span class="tag info">editing</span>
            <GroupMenu tenantId={tenantId} groups={choices} />
          </>
        }
        shown={days}
        standard={document.range}
        stepless
        actions={
          <>
            <button type="button" class="button" disabled={isFull} onClick={() => setAsked({ what: 'add' })}>
              <Icon name="plus" />
              Add a widget
            </button>
            <button
              type="button"
              class="button primary"
              disabled={submission.busy}
              onClick={() => void save()}
            >
              {submission.busy ? 'Saving…' : 'Done'}
            </button>
            <Menu
              label="More"
              items={[
                { label: 'Rename…', onPick: () => setAsked({ what: 'rename' }) },
                { label: 'Edit as JSON', onPick: () => go(paths.editDashboardText(tenantId, dashboardId)) },
                {
                  label: 'Discard changes',
                  danger: true,
                  disabled: !dirty,
                  onPick: () => setEdited(stored),
                },
              ]}
            />
          </>
        }
      />
      {conflict !== undefined && (
        <Conflict
          message={submission.error?.message}
          onTheirs={() => void takeTheirs()}
          onMine={() => void save(conflict)}
        />
      )}
      {submission.error && conflict === undefined && <Failure error={submission.error} />}
      <DashboardFilters tenantId={tenantId} document={document}>
        <TabMenu
          titles={document.tabs.map(({ title }) => title)}
          at={number - 1}
          widgetCount={items.length}
          changes={tabChanges}
        />
      </DashboardFilters>
      <p class="unseen" id="grid-keys">
        Arrow keys move it, and with Shift resize it.
      </p>
      <p class="unseen" role="status">
        {announced}
      </p>
      {removed && (
        <Undo removed={removed} onUndo={() => undo(removed)} onOver={() => setRemoved(undefined)} />
      )}
      <DashboardGrid
        key={number}
        tenantId={tenantId}
        items={items}
        view={view}
        tables={tables}
        drawings={drawings}
        editing={{
          itemsOf,
          onLayout(changed, text) {
            setItems(changed);
            setAnnounced(text);
          },
        }}
      />
      {items.length === 0 && (
        <div class="empty">
          <h2>Nothing here yet</h2>
          <p>
            <button type="button" class="button primary" onClick={() => setAsked({ what: 'add' })}>
              Add a widget
            </button>
          </p>
        </div>
      )}
      {asked?.what === 'add' && (
        <GalleryDialog
          tenantId={tenantId}
          view={view}
          groups={groups}
          jsonHref={paths.editDashboardText(tenantId, dashboardId)}
          onWanted={({ title, settings, w, h }) => add({ ...settings, title }, { w, h })}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === 'change' && isGallery(asked.item.widget) && (
        <GalleryDialog
          tenantId={tenantId}
          view={view}
          groups={groups}
          changed={{
            title: asked.item.widget.title,
            settings: settingsOf(asked.item.widget),
            w: asked.item.w,
            h: asked.item.h,
          }}
          jsonHref={paths.editDashboardText(tenantId, dashboardId)}
          onWanted={(wanted) => change(asked.item, wanted)}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === 'rename' && (
        <RenameDialog
          name={document.name}
          onName={(name) => {
            setEdited({ ...edited, base: { ...edited.base, name } });
            setAsked(undefined);
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

/** How long a removed widget can be put back, unless the pointer or the focus is there. */
const UNDO_MS = 20_000;

interface UndoProps {
  removed: Removed;
  onUndo: () => void;
  onOver: () => void;
}

function Undo({ removed: { item }, onUndo, onOver }: UndoProps) {
  const [isHeld, setIsHeld] = useState(false);
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(onOver, UNDO_MS);
    return () => clearTimeout(timer);
  }, [item, isHeld]);
  return (
    <p
      class="undo"
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocusIn={() => setIsHeld(true)}
      onFocusOut={() => setIsHeld(false)}
    >
      {item.title} removed.
      <button type="button" class="button small" onClick={onUndo}>
        Undo
      </button>
    </p>
  );
}

interface RenameDialogProps {
  name: string;
  onName: (name: string) => void;
  onClose: () => void;
}

function RenameDialog({ name: before, onName, onClose }: RenameDialogProps) {
  const [name, setName] = useState(before);
  const submission = useSubmission();
  return (
    <FormDialog
      title="Rename the dashboard"
      action="Rename"
      disabled={name.trim() === ''}
      submission={submission}
      onSubmit={() => onName(name.trim())}
      onClose={onClose}
    >
      <Field label="Name" value={name} onValue={setName} maxLength={100} />
    </FormDialog>
  );
}
