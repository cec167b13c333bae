import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../controls/icon.tsx';
import { type ChosenFile, chosenFiles, droppedFiles } from './files.ts';

interface DropAreaProps {
  onFiles: (files: ChosenFile[]) => void;
  onError: (error: Error) => void;
}

/** Takes files, a folder or a ZIP: dropped, or chosen with the two buttons. */
export function DropArea({ onFiles, onError }: DropAreaProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    if (folder.current) folder.current.webkitdirectory = true;
  }, []);

  function take(chosen: Promise<ChosenFile[]>) {
    chosen.then(
      (found) => found.length > 0 && onFiles(found),
      (error: unknown) => onError(toReadable(error)),
    );
  }
  function choose(input: HTMLInputElement) {
    take(chosenFiles(input.files));
    // Choosing the same files again is a choice too.
    input.value = '';
  }

  return (
    <section
      class={isOver ? 'drop over' : 'drop'}
      aria-label="Files to import"
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const { dataTransfer } = event;
        if (dataTransfer) take(droppedFiles(dataTransfer));
      }}
    >
      <svg viewBox="0 0 84 40" width="84" height="40" aria-hidden="true">
        <path d="M2 38V22h10v16zM18 38V12h10v26zM34 38V18h10v20zM50 38V3h10v35zM66 38V10h10v28z" />
      </svg>
      <h2>Drop files, a folder or a ZIP here</h2>
      <div class="row">
        <button type="button" class="button primary" onClick={() => files.current?.click()}>
          <Icon name="plus" />
          Choose files…
        </button>
        <button type="button" class="button" onClick={() => folder.current?.click()}>
          Choose a folder…
        </button>
      </div>
      <p class="hint">
        They are read in your browser. Nothing is stored before you have seen it and said “Import”.
      </p>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        onChange={(event) => choose(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder"
        onChange={(event) => choose(event.currentTarget)}
      />
    </section>
  );
}

const UNREADABLE = new Error(
  'Your browser could not read what you dropped. Choose it with the buttons instead.',
);

/** A browser rejects with its own error when a file has vanished or may not be read. */
const toReadable = (error: unknown): Error =>
  error instanceof Error && !(error instanceof DOMException) ? error : UNREADABLE;
