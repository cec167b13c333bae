import { compileFunction, constants } from 'node:vm';
import {
  type FromContainer,
  type InitMessage,
  type RunMessage,
  SENTINEL,
  type ToContainer,
} from './protocol.ts';

/**
 * One container: the Node runtime's contract (/init and /run) in its own process. Everything an action can observe of its
 * container is here. The host enforces time and memory, and keeps the activation records.
 */

type Main = (args: unknown) => unknown;

/**
 * Modules that the real runtime has loaded before an action starts, so that no action pays for them: its proxy is Express
 * with body-parser, and its own code starts child processes.
 */
const LOADED = ['async_hooks', 'child_process', 'crypto', 'http', 'querystring', 'tty', 'zlib'];
for (const name of LOADED) require(`node:${name}`);

const sendToHost = process.send?.bind(process);
const writeOut = process.stdout.write.bind(process.stdout);
const writeErr = process.stderr.write.bind(process.stderr);
let main: Main | undefined;
let stopped = false;

/** Marks the end of the activation's output, then answers. */
function reply(status: number, body: object): void {
  replyText(status, JSON.stringify(body));
}

function replyText(status: number, body: string): void {
  writeOut(`${SENTINEL}\n`);
  writeErr(`${SENTINEL}\n`);
  answer(status, body);
}

function answer(status: number, body: string): void {
  const message: FromContainer = { type: 'reply', status, body };
  sendToHost?.(message);
}

function init(message: InitMessage): void {
  if (main || stopped) reply(403, { error: 'Cannot initialize the action more than once.' });
  else if (message.code === '' || message.main === '')
    reply(403, { error: 'Missing main/no code to execute.' });
  else start(message);
}

function start({ code, main: name, env }: InitMessage): void {
  Object.assign(process.env, env);
  try {
    main = load(code, name);
    answer(200, '{"OK":true}');
  } catch (error) {
    stopped = true;
    console.error('Error during initialization:', error);
    const text = error instanceof Error ? error.stack : String(error);
    reply(502, { error: `Initialization has failed due to: ${text}` });
  }
}

/**
 * Evaluates the code in a function with the runner's own `require`, `module` and `exports`. Then looks for `main` in the
 * code's scope first, so that a bundle's inner function of that name wins, and among the exports second.
 */
function load(code: string, name: string): Main {
  const source = `${code}
try { return ${name}; } catch (error) { if (!(error instanceof ReferenceError)) throw error; }
return module.exports.${name} === undefined ? exports.${name} : module.exports.${name};`;
  const evaluate = compileFunction(source, ['require', 'module', 'exports', '__dirname', '__filename'], {
    filename: __filename,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const found: unknown = evaluate(require, module, exports, __dirname, __filename);
  if (typeof found !== 'function') throw `Action entrypoint '${name}' is not a function.`;
  return found as Main;
}

async function run({ value, env }: RunMessage): Promise<void> {
  if (stopped || !main)
    return reply(403, { error: `Internal system error: container not ready, status: stopped` });
  delete process.env.__OW_API_KEY;
  Object.assign(process.env, env);
  const args: unknown = JSON.parse(value);
  let pending: unknown;
  try {
    pending = main(args);
  } catch (error) {
    stopped = true;
    console.error(error);
    return reply(502, { error: `An error has occurred: ${error}` });
  }
  finish(await settle(pending));
}

/** A rejection becomes an answer with an `error`; undefined becomes an empty object. */
async function settle(pending: unknown): Promise<unknown> {
  try {
    const result = await pending;
    return result === undefined ? {} : result;
  } catch (error) {
    return { error: error ? serializeError(error) : {} };
  }
}

function finish(result: unknown): void {
  if (typeof result !== 'object') {
    console.error(`Result must be of type object but has type "${typeof result}":`, result);
    reply(502, { error: 'The action did not return a dictionary.' });
    return;
  }
  let body: string | undefined;
  try {
    body = JSON.stringify(result);
  } catch {
    reply(500, { error: 'Internal error.' });
    return;
  }
  replyText(200, body ?? '');
}

process.on('message', (message: ToContainer) => {
  if (message.type === 'init') init(message);
  else void run(message);
});
process.on('disconnect', () => process.exit());
// Actions must not find the channel to the host.
delete process.send;
delete process.env.NODE_CHANNEL_FD;
const ready: FromContainer = { type: 'ready' };
sendToHost?.(ready);

/** An error as plain data: message, name, stack and its own properties. What JSON cannot hold is described or left out. */
function serializeError(error: unknown): unknown {
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
