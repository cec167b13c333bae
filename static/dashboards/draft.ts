/** A text that was not saved yet, kept while the tab is open: links and reloads do not lose it. */
export interface Draft {
  /** The version that was changed. */
  version: number;
  text: string;
}

const nameOf = (tenantId: number, dashboardId: string) => `traffic.draft.${tenantId}.${dashboardId}`;

export function readDraft(tenantId: number, dashboardId: string): Draft | undefined {
  const kept = sessionStorage.getItem(nameOf(tenantId, dashboardId));
  return kept ? (JSON.parse(kept) as Draft) : undefined;
}

/** Keeps a draft, or forgets it. */
export function keepDraft(tenantId: number, dashboardId: string, draft: Draft | undefined) {
  const name = nameOf(tenantId, dashboardId);
  if (draft) sessionStorage.setItem(name, JSON.stringify(draft));
  else sessionStorage.removeItem(name);
}
