import { createWriteStream, type WriteStream } from 'node:fs';

/** Lines for people: decorated in a terminal, plain text elsewhere, and JSON where programs read them. */
export interface Telling {
  begin(line: string): void;
  tell(line: string): void;
  finish(line: string): void;
  /** A progress bar. `advance` takes the share that is done, 0 to 1, and what was done last. */
  openBar(heading: string): { advance(share: number, last: string): void; finish(line: string): void };
}

/** Takes one line, a JSON object. */
export type Log = (line: object) => void;

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

/** Loads what it needs only in a terminal: it takes megabytes that a server would keep. */
async function openDressed(): Promise<Telling> {
  const { log: clack, intro, outro, progress } = await import('@clack/prompts');
  return {
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
}

/** One JSON object a line, among the others of the log. */
const logged = (log: Log): Telling => {
  const tell = (message: string) => log({ level: 'info', event: 'start', message });
  return { begin: tell, tell, finish: tell, openBar: () => ({ advance: () => {}, finish: tell }) };
};

/** With a log, the lines are part of it. */
export async function openTelling(log?: Log): Promise<Telling> {
  if (log) return logged(log);
  return process.stdout.isTTY ? openDressed() : plain;
}

const toText = (line: object) =>
  `${JSON.stringify({ time: new Date().toISOString(), level: 'info', ...line })}\n`;

/** A log on standard output, for whatever keeps the output of services. */
export function openOutputLog(): Log {
  // A reader that went away must not stop the server.
  process.stdout.on('error', () => {});
  return (line) => void process.stdout.write(toText(line));
}

/** A log in a file, for this run only. The first line creates it, once this process holds the folder. */
export function openFileLog(file: string): Log {
  let stream: WriteStream | undefined;
  const open = () => {
    const opened = createWriteStream(file, { flags: 'w', mode: 0o600 });
    // A full disk must not stop the server; the next line tries again.
    opened.on('error', () => {
      stream = undefined;
    });
    return opened;
  };
  return (line) => {
    stream ??= open();
    stream.write(toText(line));
  };
}
