import type { ImportMark } from '../../lib/answers/imports.ts';
import { TOOLS, type ToolId } from '../../lib/imports/history.ts';
import { formatInstant, plural } from '../format.ts';

/** The file that figures come from, what it was recognised as, and who imported it when. */
export function ImportedFrom({ mark }: { mark: ImportMark }) {
  const { author, createdAt, tools, files, fileCount } = mark;
  const [first] = files;
  const others = fileCount > 1 ? ` and ${plural(fileCount - 1, 'other file')}` : '';
  const by = tools.map((tool) => TOOLS[tool as ToolId] ?? tool).join(', ');
  return (
    <>
      {first ? `${first.path}${others}` : 'a file'}
      {by && ` (${by})`}
      <span class="fact-more">
        Imported by {author}, {formatInstant(createdAt)}
      </span>
    </>
  );
}
