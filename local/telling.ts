import { log as clack, intro, outro, progress } from '@clack/prompts';

/** Lines for people: decorated in a terminal, plain text elsewhere. */
export interface Telling {
  begin(line: string): void;
  tell(line: string): void;
  finish(line: string): void;
  /** A progress bar. `advance` takes the share that is done, 0 to 1, and what was done last. */
  openBar(heading: string): { advance(share: number, last: string): void; finish(line: string): void };
}

const STEPS = 100;

const plain: Telling = {
  begin: (line) => console.log(line),
  tell: (line) => console.log(line),
  finish: (line) => console.log(line),
  openBar(heading) {
    let next = 0.1;
    console.log(heading);
    return {
      advance(share, last) {
        if (share < next) return;
        next = share + 0.1;
        console.log(`${Math.round(share * 100)} % ${last}`);
      },
      finish: (line) => console.log(line),
    };
  },
};

const dressed: Telling = {
  begin(line) {
    intro('GitHub Traffic Analytics');
    clack.step(line);
  },
  tell: (line) => clack.step(line),
  finish: (line) => outro(line),
  openBar(heading) {
    const bar = progress({ max: STEPS });
    let steps = 0;
    bar.start(heading);
    return {
      advance(share, last) {
        const more = Math.floor(share * STEPS) - steps;
        steps += more;
        bar.advance(more, `${heading} · ${last}`);
      },
      finish: (line) => bar.stop(line),
    };
  },
};

export function openTelling(): Telling {
  return process.stdout.isTTY ? dressed : plain;
}
