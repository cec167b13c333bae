import type { Pointing } from './protocol.ts';

/** The events of the page that a drawing may listen to. */
export const isPointing = (type: string) => /^((pointer|mouse|touch)[a-z]+|click|dblclick|wheel)$/.test(type);

const DETAILS = [
  'altKey',
  'ctrlKey',
  'metaKey',
  'shiftKey',
  'button',
  'buttons',
  'deltaMode',
  'deltaX',
  'deltaY',
  'detail',
  'pointerId',
  'pointerType',
  'timeStamp',
];

interface Place {
  clientX: number;
  clientY: number;
}

/** What a worker can be told of an event. Its place is that in the drawing. */
export function toPointing(target: Pointing['target'], event: Event, canvas: HTMLCanvasElement): Pointing {
  const given = event as unknown as Record<string, unknown> & Place;
  const { left, top } = canvas.getBoundingClientRect();
  const toPlace = ({ clientX, clientY }: Place) => ({ clientX: clientX - left, clientY: clientY - top });
  const touchesOf = (name: string) => {
    const list = given[name] as TouchList | undefined;
    return list && { [name]: [...list].map((one) => ({ ...toPlace(one), identifier: one.identifier })) };
  };
  return {
    type: event.type,
    target,
    ...Object.fromEntries(DETAILS.map((name) => [name, given[name]])),
    ...toPlace(given),
    ...touchesOf('touches'),
    ...touchesOf('changedTouches'),
  };
}

/** Adds to what is waiting. A move replaces the one before it, and turns of the wheel add up. */
export function addPointing(waiting: Pointing[], pointing: Pointing): void {
  const before = waiting.at(-1);
  const isSame = before?.type === pointing.type && before.target === pointing.target;
  if (!before || !isSame || !/move$|^wheel$/.test(pointing.type)) return void waiting.push(pointing);
  const sum = (name: string) => Number(before[name] ?? 0) + Number(pointing[name] ?? 0);
  const turned = pointing.type === 'wheel' ? { deltaX: sum('deltaX'), deltaY: sum('deltaY') } : {};
  waiting.splice(-1, 1, { ...pointing, ...turned });
}
