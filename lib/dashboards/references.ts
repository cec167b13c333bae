import { isObject, parseJson } from '../json.ts';

/** Which repositories and groups a dashboard's document names, by their ids in its own tenant. */
export interface DashboardReferences {
  repositoryIds: number[];
  groupIds: number[];
}

/** The ids that take the place of others; one without a new id is not there. */
export interface NewReferences {
  repositories: ReadonlyMap<number, number>;
  groups: ReadonlyMap<number, number>;
}

/** No row ever has this id. What names it looks as if its repositories or its group had been deleted. */
const GONE = 2 ** 31 - 1;

/** The references of the widgets of a document, each once. Text that is no dashboard has none. */
export function listReferences(text: string): DashboardReferences {
  const repositoryIds = new Set<number>();
  const groupIds = new Set<number>();
  for (const { repositories } of widgetsOf(parseJson(text))) {
    if (!isObject(repositories)) continue;
    for (const id of idsOf(repositories)) repositoryIds.add(id);
    if (typeof repositories.group === 'number') groupIds.add(repositories.group);
  }
  return { repositoryIds: [...repositoryIds], groupIds: [...groupIds] };
}

/**
 * The document with the references of another tenant. Text without any stays as it was written. A widget loses the repositories
 * that are not there; one that loses all of them, or its group, shows what it shows when they are deleted.
 */
export function replaceReferences(text: string, { repositories, groups }: NewReferences): string {
  const { repositoryIds, groupIds } = listReferences(text);
  if (repositoryIds.length + groupIds.length === 0) return text;
  const document = parseJson(text);
  for (const { repositories: named } of widgetsOf(document)) {
    if (!isObject(named)) continue;
    if (Array.isArray(named.ids)) {
      const ids = idsOf(named).flatMap((id) => repositories.get(id) ?? []);
      named.ids = ids.length > 0 ? [...new Set(ids)] : [GONE];
    }
    if (typeof named.group === 'number') named.group = groups.get(named.group) ?? GONE;
  }
  return JSON.stringify(document, null, indentOf(text));
}

/** What the first indented line begins with; nothing for text on one line. */
const indentOf = (text: string) => /\n([ \t]+)\S/.exec(text)?.[1];

const idsOf = ({ ids }: Record<string, unknown>): number[] =>
  Array.isArray(ids) ? ids.filter((id) => typeof id === 'number') : [];

function widgetsOf(document: unknown): Record<string, unknown>[] {
  const tabs = isObject(document) && Array.isArray(document.tabs) ? document.tabs : [];
  return tabs
    .flatMap((tab: unknown) => (isObject(tab) && Array.isArray(tab.widgets) ? tab.widgets : []))
    .filter(isObject);
}
