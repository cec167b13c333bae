import { offerFile } from '../controls/download.tsx';

/** Takes a file's bytes as they come. */
export interface Saving {
  write(bytes: Uint8Array): Promise<void> | void;
  /** The file is whole: the browser keeps or offers it. */
  end(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

/** Files that are expected to be larger go to the disk directly, where a browser can do that. */
const MAX_IN_MEMORY = 50_000_000;
/** Parts that are joined: a browser may then keep them on its disk. */
const JOINED_BYTES = 16_000_000;

/** The part of the File System Access API that we use: not all browsers have it, and TypeScript does not know it. */
interface SavePicker {
  showSaveFilePicker?(options: {
    suggestedName: string;
    types: { description: string; accept: Record<string, string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/** Whether files can be written to the disk while they are made. */
const canStream = () => typeof (window as SavePicker).showSaveFilePicker === 'function';

/**
 * Begins to save a file. Asks where to, if it is expected to be large and the browser can write it there; call it at a click.
 * Null: the person closed that dialog.
 */
export async function openSaving(name: string, expectedBytes: number): Promise<Saving | null> {
  return expectedBytes > MAX_IN_MEMORY && canStream() ? streamToDisk(name) : keepInMemory(name);
}

async function streamToDisk(name: string): Promise<Saving | null> {
  const types = [{ description: 'ZIP archive', accept: { 'application/zip': ['.zip'] } }];
  try {
    const handle = await (window as SavePicker).showSaveFilePicker?.({ suggestedName: name, types });
    const stream = await handle?.createWritable();
    if (!stream) return null;
    return {
      write: (bytes) => stream.write(new Uint8Array(bytes)),
      end: () => stream.close(),
      abandon: () => stream.abort(),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    throw error;
  }
}

function keepInMemory(name: string): Saving {
  const joined: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const join = () => {
    joined.push(new Blob(parts));
    parts = [];
    bytes = 0;
  };
  return {
    write(chunk) {
      parts.push(new Uint8Array(chunk));
      bytes += chunk.length;
      if (bytes > JOINED_BYTES) join();
    },
    async end() {
      join();
      offerFile(new Blob(joined, { type: 'application/zip' }), name);
    },
    async abandon() {
      joined.length = 0;
      parts = [];
    },
  };
}
