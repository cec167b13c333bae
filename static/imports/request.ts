import type { ImportRequest } from '../../actions/imports.ts';
import { type ReadFile, TOOLS, type ToolId } from '../../lib/imports/history.ts';
import type { Targets } from '../../lib/imports/merge.ts';
import type { Plan, ReadSummary, RepositorySummary } from './protocol.ts';

/** What fits into the body of the call: a file takes 135 bytes besides its path. */
const MAX_FILES = 4000;
const MAX_PATH_BYTES = 350_000;
const MAX_PATH_LENGTH = 1000;

/** The files that these repositories, and groups and dashboards, were read from, as many as the request can name. */
function usedFiles({ files, settings }: ReadSummary, going: readonly RepositorySummary[]): ReadFile[] {
  const used = new Set([...settings.files, ...going.flatMap((one) => one.files)]);
  const encoder = new TextEncoder();
  const named: ReadFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (!used.has(file.path) || file.sha256 === '') continue;
    bytes += encoder.encode(file.path).length;
    if (named.length === MAX_FILES || bytes > MAX_PATH_BYTES) break;
    named.push(file);
  }
  return named;
}

/** The body that creates an import. */
export function toRequest(summary: ReadSummary, targets: Targets, plan: Plan): ImportRequest {
  const going = summary.repositories.filter(({ key }) => targets[key] !== undefined);
  const files = usedFiles(summary, going);
  const places = new Map(files.map(({ path }, place) => [path, place]));
  const placesOf = (repositoryId: number) => {
    const own = going.filter(({ key }) => targets[key] === repositoryId);
    const found = own.flatMap((one) => one.files.map((path) => places.get(path)));
    return [...new Set(found)].filter((place) => place !== undefined);
  };
  return {
    key: crypto.randomUUID(),
    files: files.map(({ path, size, sha256, tool }) => ({
      path: path.slice(-MAX_PATH_LENGTH),
      size,
      sha256,
      tool,
    })),
    repositories: [...new Set(Object.values(targets))].map((repositoryId) => ({
      repositoryId,
      files: placesOf(repositoryId),
    })),
    partCount: plan.parts,
  };
}

/** Such as 'github-repo-stats, 124 files' or the only file's name. */
export function titleOf({ files, repositories }: ReadSummary): string {
  const used = files.filter(({ left }) => left === null);
  const [only] = used;
  if (only && used.length === 1) return only.path;
  const tools = toolsOf(repositories);
  return `${used.length} files of ${tools.map((tool) => TOOLS[tool]).join(', ')}`;
}

export const toolsOf = (repositories: readonly RepositorySummary[]): ToolId[] => [
  ...new Set(repositories.flatMap(({ tools }) => tools)),
];
