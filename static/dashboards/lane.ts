import type { Message, News, Request } from './protocol.ts';
import { WidgetError } from './widget-error.ts';

/** The name of the worker's script in /assets. The build fills it in. */
declare const DRAWING_WORKER: string;

const LOADING_LIMIT_MS = 60_000;
/** If the page itself was busy, the worker's answer may be waiting. */
const GRACE_MS = 50;

const notLoaded = () =>
  new WidgetError('not_drawable', 'Part of the page could not be loaded. Reload the page.');
const crashed = () => new WidgetError('stopped', 'This widget needed too much memory and was stopped.');
const tooSlow = (limitMs: number) =>
  new WidgetError('stopped', `This widget took longer than ${limitMs / 1000} seconds and was stopped.`);

/** A worker that answers one request after another. It is over when one is not answered in time. */
export interface Lane {
  /** Ask only after the last answer. Rejects with a `WidgetError`. */
  ask(request: Request, limitMs: number): Promise<unknown>;
  isOver(): boolean;
  end(): void;
}

function startWorker(): Worker {
  // A worker made from this text has the page's content security policy, wherever its script is served from.
  const script = `importScripts(${JSON.stringify(new URL(`/assets/${DRAWING_WORKER}`, location.href))})`;
  const address = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  return new Worker(address);
}

/** Starts a worker. */
export function openLane(onNews: (news: News) => void): Lane {
  const worker = startWorker();
  let isOver = false;
  let settle: (message: Message) => void = () => undefined;
  let fail: () => void = () => undefined;

  function end(): void {
    isOver = true;
    worker.terminate();
  }

  worker.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if ('view' in data) onNews(data);
    else settle(data);
  });
  worker.addEventListener('error', () => fail());

  /** Waits for the worker's word. Without one in time, the worker is ended. */
  function word(limitMs: number, late: () => WidgetError, broken: () => WidgetError): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const give = (error: WidgetError) => {
        end();
        reject(error);
      };
      let timer = setTimeout(() => {
        timer = setTimeout(() => give(late()), GRACE_MS);
      }, limitMs);
      fail = () => {
        clearTimeout(timer);
        give(broken());
      };
      settle = (message) => {
        clearTimeout(timer);
        if (message.kind === 'failed') reject(new WidgetError(message.code, message.message));
        else resolve(message.kind === 'done' ? message.answer : undefined);
      };
    });
  }

  const ready = word(LOADING_LIMIT_MS, notLoaded, notLoaded);
  ready.catch(() => undefined);
  return {
    async ask(request, limitMs) {
      await ready;
      const answer = word(limitMs, () => tooSlow(limitMs), crashed);
      worker.postMessage(request);
      return answer;
    },
    isOver: () => isOver,
    end,
  };
}
