import type { NamedBy, ToolId } from '../history.ts';
import { isRepositoryName } from './naming.ts';
import { baseOf, folderOf } from './values.ts';

/** What names and folders say of the repository. */
export function nameOfFile(
  path: string,
  tool: ToolId,
): { name: string | null; namedBy: NamedBy | null; choices?: string[] } {
  if (tool === 'ghrs') {
    const [, owner, name] = /(?:^|\/)([^/]+)\/([^/]+)\/ghrs[-_]data(?:[-_]snapshots)?\//.exec(path) ?? [];
    if (owner && name && isRepositoryName(`${owner}/${name}`))
      return { name: `${owner}/${name}`, namedBy: 'folder' };
  }
  if (tool === 'seladb') {
    const name = baseOf(path).replace(/(_views\.db|\.csv)$/i, '');
    if (isRepositoryName(name)) return { name, namedBy: 'file' };
  }
  if (tool === 'repohistory') {
    const joined = /(?:^|\/)([^/]+)-data-csv(?: ?\(\d+\))?(?:\.zip)?$/i.exec(folderOf(path))?.[1];
    if (joined) return splitName(joined);
  }
  if (tool === 'raw') {
    const name = /(?:^|\/)traffic-([^/]+)\/traffic_[^/]+$/.exec(path)?.[1];
    if (name && isRepositoryName(name)) return { name, namedBy: 'folder' };
  }
  return { name: null, namedBy: null };
}

/** `a-b-c` is a/b-c or a-b/c. */
function splitName(joined: string) {
  const places = [...joined.matchAll(/-/g)].map(({ index }) => index);
  const choices = places
    .map((place) => `${joined.slice(0, place)}/${joined.slice(place + 1)}`)
    .filter(isRepositoryName);
  const [only] = choices;
  if (choices.length === 1 && only) return { name: only, namedBy: 'folder' as const };
  return { name: null, namedBy: null, choices };
}
