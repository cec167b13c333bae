let last: Promise<unknown> = Promise.resolve();

/** Does work after the work before it, and lets the browser paint in between: the first widget need not wait for all. */
export function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = last.then(() => new Promise((resolve) => setTimeout(resolve))).then(work);
  last = turn.catch(() => undefined);
  return turn;
}
