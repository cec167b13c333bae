import { useState } from 'preact/hooks';
import { type ReadFile, TOOLS } from '../../lib/imports/history.ts';
import { DataTable } from '../controls/data-table.tsx';
import { ClosingFoot, Dialog } from '../controls/dialog.tsx';
import { formatCount, plural } from '../format.ts';

/** More would be slow to draw. */
const MAX_SHOWN = 500;

interface FilesDialogProps {
  files: readonly ReadFile[];
  onClose: () => void;
}

/** Every file, what wrote it, and why it is left out; its checksum if you ask for it. */
export function FilesDialog({ files, onClose }: FilesDialogProps) {
  const [sums, setSums] = useState(false);
  const sorted = [...files].sort((one, other) => Number(other.left !== null) - Number(one.left !== null));
  const more = files.length - MAX_SHOWN;
  return (
    <Dialog title={plural(files.length, 'file')} wide onClose={onClose}>
      <div class="dialog-body">
        <label class="choice">
          <input type="checkbox" checked={sums} onChange={(event) => setSums(event.currentTarget.checked)} />
          Show SHA-256
        </label>
        <DataTable
          label="Files"
          cards
          columns={[{ label: 'File' }, { label: 'Recognised as' }, { label: 'Bytes', numeric: true }]}
        >
          {sorted.slice(0, MAX_SHOWN).map(({ path, size, sha256, tool, left }) => (
            <tr key={path}>
              <th scope="row" class="file-name">
                {path}
                {left && <span class="muted small block">Left out: {left}</span>}
                {sums && <code class="small block">{sha256 || 'too large to read'}</code>}
              </th>
              <td data-label="Recognised as">{tool ? TOOLS[tool] : '–'}</td>
              <td class="number" data-label="Bytes">
                {formatCount(size)}
              </td>
            </tr>
          ))}
        </DataTable>
        {more > 0 && <p class="hint">…and {plural(more, 'more file', 'more files')}.</p>}
      </div>
      <ClosingFoot onClose={onClose} />
    </Dialog>
  );
}
