/** Messages between the host and a container, in place of the Node runtime's POST /init and POST /run. */

export interface InitMessage {
  type: 'init';
  code: string;
  main: string;
  env: Record<string, string>;
}

export interface RunMessage {
  type: 'run';
  /** JSON text of the one argument. */
  value: string;
  env: Record<string, string>;
}

export type ToContainer = InitMessage | RunMessage;

/** What the runtime's HTTP server would answer. */
export interface RuntimeReply {
  type: 'reply';
  status: number;
  body: string;
}

export type FromContainer = { type: 'ready' } | RuntimeReply;

/** Marks the end of an activation's output on both streams, as the platform's runtime does. */
export const SENTINEL = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX';
