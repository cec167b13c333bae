import type { Container } from './container.ts';
import { startContainer } from './container.ts';

/** Warm containers, one activation at a time in each; whoever finds none free waits. */
export interface Pool {
  /** A container for the key: a warm one if there is one, else a new one, if need be in an idle one's place. */
  acquire(key: string, memoryMegabytes: number): Promise<Lease>;
  close(): Promise<void>;
}

export interface Lease {
  container: Container;
  /** Whether the action still has to be loaded into it. */
  fresh: boolean;
  release(state: 'reusable' | 'spoilt'): void;
}

export interface PoolOptions {
  image: string;
  /** Most processes at a time. */
  size: number;
  /** Milliseconds after which an unused container goes. */
  idle: number;
  environment: () => Record<string, string>;
  clock: () => Date;
}

interface Slot {
  key: string;
  memoryMegabytes: number;
  container: Promise<Container>;
  busy: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

interface Waiting {
  key: string;
  memoryMegabytes: number;
  take: (slot: Slot, fresh: boolean) => void;
  refuse: (error: Error) => void;
}

export function openPool(options: PoolOptions): Pool {
  let slots: Slot[] = [];
  let waiting: Waiting[] = [];
  let closed = false;
  const stopping = new Set<Promise<void>>();

  function start({ key, memoryMegabytes }: Waiting): Slot {
    const { image, clock } = options;
    const container = startContainer({ image, memoryMegabytes, env: options.environment(), clock });
    container.catch(() => undefined);
    const slot: Slot = { key, memoryMegabytes, container, busy: true, idleTimer: undefined };
    slots.push(slot);
    return slot;
  }

  function remove(slot: Slot): Promise<void> {
    clearTimeout(slot.idleTimer);
    slots = slots.filter((other) => other !== slot);
    const gone = slot.container.then((container) => container.stop()).catch(() => undefined);
    stopping.add(gone);
    void gone.finally(() => stopping.delete(gone));
    return gone;
  }

  function find({ key }: Waiting): Slot | 'start' | undefined {
    const idle = slots.filter((slot) => !slot.busy);
    const warm = idle.find((slot) => slot.key === key);
    if (warm) return warm;
    if (slots.length < options.size) return 'start';
    const [oldest] = idle;
    if (!oldest) return undefined;
    void remove(oldest);
    return 'start';
  }

  function dispatch(): void {
    for (const request of [...waiting]) {
      const found = find(request);
      if (!found) continue;
      waiting = waiting.filter((other) => other !== request);
      if (found === 'start') request.take(start(request), true);
      else request.take(occupy(found), false);
    }
  }

  function occupy(slot: Slot): Slot {
    clearTimeout(slot.idleTimer);
    slot.busy = true;
    return slot;
  }

  function release(slot: Slot, state: 'reusable' | 'spoilt'): void {
    if (state === 'spoilt' || closed) void remove(slot);
    else {
      slot.busy = false;
      slots = [...slots.filter((other) => other !== slot), slot];
      slot.idleTimer = setTimeout(() => void remove(slot), options.idle);
      slot.idleTimer.unref();
    }
    dispatch();
  }

  async function acquire(key: string, memoryMegabytes: number): Promise<Lease> {
    if (closed) throw new Error('The host is closed.');
    const { slot, fresh } = await new Promise<{ slot: Slot; fresh: boolean }>((resolve, reject) => {
      const take = (slot: Slot, fresh: boolean) => resolve({ slot, fresh });
      waiting.push({ key, memoryMegabytes, take, refuse: reject });
      dispatch();
    });
    try {
      const container = await slot.container;
      if (container.alive()) return { container, fresh, release: (state) => release(slot, state) };
    } catch (error) {
      release(slot, 'spoilt');
      throw error;
    }
    release(slot, 'spoilt');
    // It died while nobody used it: the platform starts another.
    if (!fresh) return acquire(key, memoryMegabytes);
    throw new Error('The container did not start.');
  }

  async function close(): Promise<void> {
    closed = true;
    for (const request of waiting) request.refuse(new Error('The host is closed.'));
    waiting = [];
    for (const slot of [...slots]) void remove(slot);
    await Promise.all(stopping);
  }

  return { acquire, close };
}
