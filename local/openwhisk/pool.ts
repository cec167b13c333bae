import type { Container } from './container.ts';
import { startContainer } from './container.ts';
import type { ActionLimits } from './entities.ts';

/** Warm containers, each running one activation at a time. Activations wait if none is free. */
export interface Pool {
  /** A container for the key: a warm one, or a new one, which may replace an idle one. */
  acquire(key: string, limits: ActionLimits): Promise<Lease>;
  /** The running containers. */
  processes(): ContainerProcess[];
  close(): Promise<void>;
}

export interface ContainerProcess {
  pid: number;
  /** The namespace, and the action with its version. */
  key: string;
  /** Whether it runs an activation. */
  busy: boolean;
}

export interface Lease {
  container: Container;
  /** Whether the action must still be loaded. */
  fresh: boolean;
  release(state: 'reusable' | 'spoilt'): void;
}

export interface PoolOptions {
  image: string;
  /** The maximum number of processes. */
  size: number;
  /** Megabytes that the memory limits of all containers may add up to. */
  memory: number;
  /** The maximum number of idle processes. Those that were used last are kept. */
  warm: number;
  /** Milliseconds until an unused container is stopped. */
  idle: number;
  environment: () => Record<string, string>;
  clock: () => Date;
}

interface Slot {
  key: string;
  /** Its memory limit in megabytes. */
  memory: number;
  container: Promise<Container>;
  /** Set once it has started. */
  started: Container | undefined;
  busy: boolean;
  idleTimer: NodeJS.Timeout | undefined;
}

interface Claim {
  slot: Slot;
  fresh: boolean;
}

interface Waiting {
  key: string;
  limits: ActionLimits;
  take: (claim: Claim) => void;
  refuse: (error: Error) => void;
}

interface State {
  options: PoolOptions;
  /** Idle slots are ordered by how long they have been idle, longest first. */
  slots: Slot[];
  waiting: Waiting[];
  stopping: Set<Promise<void>>;
  closed: boolean;
}

export function openPool(options: PoolOptions): Pool {
  const state: State = { options, slots: [], waiting: [], stopping: new Set(), closed: false };
  return {
    acquire: (key, limits) => acquire(state, key, limits),
    processes: () =>
      state.slots.flatMap(({ started, key, busy }) =>
        started?.alive() ? [{ pid: started.pid, key, busy }] : [],
      ),
    close: () => close(state),
  };
}

async function acquire(state: State, key: string, limits: ActionLimits): Promise<Lease> {
  if (state.closed) throw new Error('The host is closed.');
  const { slot, fresh } = await new Promise<Claim>((take, refuse) => {
    state.waiting.push({ key, limits, take, refuse });
    dispatch(state);
  });
  const container = await slot.container.catch(() => undefined);
  if (container?.alive())
    return { container, fresh, release: (condition) => release(state, slot, condition) };
  release(state, slot, 'spoilt');
  // It died while idle: start another, as the platform does.
  if (!fresh) return acquire(state, key, limits);
  throw new Error('The container did not start.');
}

/**
 * Gives containers to the waiting activations in their order. As in the invoker's pool, none overtakes: those behind one that
 * finds no room wait too, even for a warm container.
 */
function dispatch(state: State): void {
  for (;;) {
    const [request] = state.waiting;
    const claim = request && claimFor(state, request);
    if (!request || !claim) return;
    state.waiting.shift();
    request.take(claim);
  }
}

function claimFor(state: State, request: Waiting): Claim | undefined {
  const warm = state.slots.find((slot) => !slot.busy && slot.key === request.key);
  if (warm) {
    clearTimeout(warm.idleTimer);
    warm.busy = true;
    return { slot: warm, fresh: false };
  }
  return makeRoom(state, request.limits) ? { slot: start(state, request), fresh: true } : undefined;
}

/** Removes idle containers until another one fits, the longest idle first. False, and none is removed, if it cannot fit. */
function makeRoom(state: State, { memory }: ActionLimits): boolean {
  const fits = (slots: Slot[]) =>
    slots.length < state.options.size &&
    slots.reduce((sum, slot) => sum + slot.memory, memory) <= state.options.memory;
  if (!fits(state.slots.filter(({ busy }) => busy))) return false;
  for (const idle of state.slots.filter(({ busy }) => !busy)) if (!fits(state.slots)) remove(state, idle);
  return true;
}

function start({ options, slots }: State, { key, limits }: Waiting): Slot {
  const { image, clock } = options;
  const container = startContainer({ image, limits, env: options.environment(), clock });
  const slot: Slot = {
    key,
    memory: limits.memory,
    container,
    started: undefined,
    busy: true,
    idleTimer: undefined,
  };
  container.then(
    (started) => {
      slot.started = started;
    },
    () => undefined,
  );
  slots.push(slot);
  return slot;
}

function release(state: State, slot: Slot, condition: 'reusable' | 'spoilt'): void {
  if (condition === 'spoilt' || state.closed) remove(state, slot);
  else {
    slot.busy = false;
    state.slots = [...state.slots.filter((other) => other !== slot), slot];
    slot.idleTimer = setTimeout(() => remove(state, slot), state.options.idle);
    slot.idleTimer.unref();
  }
  dispatch(state);
  const idle = state.slots.filter(({ busy }) => !busy);
  for (const surplus of idle.slice(0, Math.max(0, idle.length - state.options.warm))) remove(state, surplus);
}

function remove(state: State, slot: Slot): void {
  clearTimeout(slot.idleTimer);
  state.slots = state.slots.filter((other) => other !== slot);
  const gone = slot.container.then(
    (container) => container.stop(),
    () => undefined,
  );
  state.stopping.add(gone);
  void gone.then(() => state.stopping.delete(gone));
}

async function close(state: State): Promise<void> {
  state.closed = true;
  for (const request of state.waiting) request.refuse(new Error('The host is closed.'));
  state.waiting = [];
  for (const slot of [...state.slots]) remove(state, slot);
  await Promise.all(state.stopping);
}
