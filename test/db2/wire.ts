/** PostgreSQL's protocol as far as a proxy needs it: https://www.postgresql.org/docs/current/protocol-message-formats.html */

type Take = (type: string, body: string) => unknown;

const LENGTH = 4;

/** A frame: its type, the length of what follows, and that. Texts have a byte per character. */
export function toFrame(type: string, body: string): Buffer {
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(body.length + LENGTH);
  return Buffer.concat([Buffer.from(type, 'latin1'), length, Buffer.from(body, 'latin1')]);
}

/** The first message of a client with another name for its database. */
export function toStartup(body: string, rename: (database: string) => string): Buffer {
  return toFrame(
    '',
    body.replace(/\0database\0([^\0]*)/, (_, name: string) => `\0database\0${rename(name)}`),
  );
}

/** Cuts what arrives into frames. A client's first, where that is a 'startup', has no type and is given with an empty one. */
export function createReader(first: 'startup' | 'frames', take: Take): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  let typeLength = first === 'startup' ? 0 : 1;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= typeLength + LENGTH) {
      const end = typeLength + rest.readUInt32BE(typeLength);
      if (rest.length < end) return;
      const frame = rest.subarray(0, end).toString('latin1');
      rest = rest.subarray(end);
      take(frame.slice(0, typeLength), frame.slice(typeLength + LENGTH));
      typeLength = 1;
    }
  };
}
