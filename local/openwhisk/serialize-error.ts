/** An error as plain data: message, name, stack and its own properties; what JSON cannot hold is described or left out. */
export function serializeError(error: unknown): unknown {
  if (typeof error === 'function') return `[Function: ${error.name || 'anonymous'}]`;
  return plain(error, []);
}

function plain(value: unknown, parents: readonly unknown[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Buffer.isBuffer(value)) return '[object Buffer]';
  if (parents.includes(value)) return '[Circular]';
  const below = [...parents, value];
  if (Array.isArray(value)) return value.map((element) => plain(element, below));
  const fields = Object.entries(value).filter(([, field]) => typeof field !== 'function');
  const own = Object.fromEntries(fields.map(([name, field]) => [name, plain(field, below)]));
  if (!(value instanceof Error)) return own;
  const cause = value.cause === undefined ? {} : { cause: plain(value.cause, below) };
  return { ...own, ...cause, name: value.name, message: value.message, stack: value.stack };
}
