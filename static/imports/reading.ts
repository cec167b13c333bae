import type { Answer, FromWorker, ReadProgress, Request } from './protocol.ts';

/** The name of the worker's script in /assets. The build fills it in. */
declare const IMPORTS_WORKER: string;

const NOT_LOADED = 'Part of the page could not be loaded. Reload the page.';
const STOPPED =
  'Your browser stopped reading: these files need more memory than it gives. Import fewer of them at a time.';

/** A worker that reads files. What it has read stays in it: the page gets what it shows, and parts one at a time. */
export interface Reader {
  /** Rejects with the reason why it could not be done. */
  ask<Kind extends Request['kind']>(request: Extract<Request, { kind: Kind }>): Promise<Answer[Kind]>;
  /** Ends the worker, also in the middle of reading. */
  end(): void;
}

interface Asked {
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

function startWorker(): Worker {
  // A worker made from this text has the page's content security policy, wherever its script is served from.
  const script = `import ${JSON.stringify(new URL(`/assets/${IMPORTS_WORKER}`, location.href))}`;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return new Worker(address, { type: 'module' });
}

/** Starts a worker. `onProgress` learns how far it has come. */
export function openReader(onProgress: (progress: ReadProgress) => void): Reader {
  const worker = startWorker();
  const asked = new Map<number, Asked>();
  let isLoaded = false;
  let isOver = false;
  let last = 0;

  function fail(error: Error) {
    isOver = true;
    worker.terminate();
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
  }

  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    isLoaded = true;
    if (data.kind === 'progress') return onProgress(data);
    const one = asked.get(data.id);
    asked.delete(data.id);
    if (data.kind === 'done') one?.resolve(data.answer as never);
    else one?.reject(new Error(data.message));
  });
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    fail(new Error(isLoaded ? STOPPED : NOT_LOADED));
  });

  return {
    ask(request) {
      if (isOver) return Promise.reject(new Error(STOPPED));
      const id = ++last;
      return new Promise((resolve, reject) => {
        asked.set(id, { resolve, reject });
        worker.postMessage({ id, request });
      });
    },
    end: () => fail(new DOMException('The worker was ended.', 'AbortError')),
  };
}
