import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from './controls/icon.tsx';
import { Failure } from './controls/notice.tsx';
import { useDismiss, usePlacement } from './controls/placement.ts';
import { ShowMore } from './controls/show-more.tsx';
import { plural } from './format.ts';
import { useList } from './list.ts';
import { reads } from './reads.ts';
import style from './style/tenant-menu.css' with { type: 'text' };

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

interface TenantMenuProps {
  name: string;
  tenantId: number;
  onPick: (tenantId: number) => void;
}

/** A button that opens a search, for more tenants than a list of choices should have. */
export function TenantMenu({ name, tenantId, onPick }: TenantMenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const id = useId();
  useDismiss(box, open, () => setOpen(false));
  usePlacement(box, open, 'start');
  return (
    <div
      class="tenant-menu"
      ref={box}
      onFocusOut={({ relatedTarget }) => {
        if (relatedTarget instanceof Node && !box.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        type="button"
        class="button plain"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <span class="unseen">Tenant: </span>
        <span>{name}</span>
        <Icon name="down" />
      </button>
      {open && (
        <div class="pop tenant-search" id={id} role="dialog" aria-label="Choose a tenant">
          <TenantSearch
            tenantId={tenantId}
            onPick={(chosen) => {
              setOpen(false);
              onPick(chosen);
            }}
          />
        </div>
      )}
    </div>
  );
}

const PAUSE_MS = 300;

interface TenantSearchProps {
  /** The current one. */
  tenantId: number;
  onPick: (tenantId: number) => void;
}

/**
 * Finds a tenant as you type. Arrow keys move through the list and Enter opens a tenant, while the focus stays in the field:
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
function TenantSearch({ tenantId, onPick }: TenantSearchProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState('');
  const [active, setActive] = useState(0);
  const list = useList((cursor) => reads.ownTenants({ q: asked, cursor }));
  const tenants = (list.answer ?? []).flatMap((page) => page.tenants);
  const chosen = tenants[active];
  const optionId = (of: number) => `${id}-${of}`;

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === asked) return;
    const timer = setTimeout(() => {
      setAsked(wanted);
      setActive(0);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, asked]);
  useEffect(() => {
    if (chosen) document.getElementById(optionId(chosen.tenantId))?.scrollIntoView({ block: 'nearest' });
  }, [chosen?.tenantId]);

  function press(event: KeyboardEvent) {
    const isFound = text.trim() === asked && !list.loading;
    if (event.key === 'Enter' && chosen && isFound) onPick(chosen.tenantId);
    if (event.key === 'ArrowDown' && active >= tenants.length - 1) list.more?.();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (step) setActive(Math.max(0, Math.min(tenants.length - 1, active + step)));
  }

  return (
    <>
      <input
        ref={field}
        type="search"
        role="combobox"
        aria-label="Search tenants"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen && optionId(chosen.tenantId)}
        placeholder="Search tenants"
        maxLength={100}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={press}
      />
      {list.error && <Failure error={list.error} retry={list.reload} />}
      <div
        class="tenant-options"
        role="listbox"
        id={`${id}-list`}
        aria-label="Tenants"
        aria-busy={list.loading}
      >
        {tenants.map((tenant, index) => (
          <button
            key={tenant.tenantId}
            id={optionId(tenant.tenantId)}
            type="button"
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            aria-current={tenant.tenantId === tenantId ? 'true' : undefined}
            onClick={() => onPick(tenant.tenantId)}
          >
            <span>{tenant.name}</span>
            <span class="muted">{plural(tenant.repositoryCount, 'repository', 'repositories')}</span>
          </button>
        ))}
      </div>
      <p role="status" class={list.answer && tenants.length === 0 ? 'none' : 'unseen'}>
        {list.answer &&
          !list.loading &&
          (tenants.length === 0 ? `No tenant matches “${asked}”.` : 'Tenants found.')}
      </p>
      <ShowMore list={list} />
    </>
  );
}
