const HEADER = 5;
const LENGTH = 4;
const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);

/**
 * Reads the statements in what a client sends to PostgreSQL on one connection, chunk by chunk: the texts of its messages
 * Query and Parse (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export function openStatements(): (chunk: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0);
  let hasBegun = false;
  return (chunk) => {
    const texts: string[] = [];
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      // The first message has no type.
      const start = hasBegun ? 1 : 0;
      if (rest.length < start + LENGTH) return texts;
      const size = start + rest.readInt32BE(start);
      if (rest.length < size) return texts;
      if (hasBegun) texts.push(...textOf(rest.subarray(0, size)));
      hasBegun = true;
      rest = rest.subarray(size);
    }
  };
}

/** A statement's text follows its name in Parse; both end with a zero byte. */
function textOf(message: Buffer): string[] {
  if (message[0] !== QUERY && message[0] !== PARSE) return [];
  const parts = message.subarray(HEADER).toString().split('\0');
  return [(message[0] === QUERY ? parts[0] : parts[1]) ?? ''];
}
