/** Messages between the host and a container. They stand for POST /init and POST /run of the Node runtime. */

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

/** What the runtime's HTTP server would have answered. */
export interface RuntimeReply {
  type: 'reply';
  status: number;
  body: string;
}

export type FromContainer = { type: 'ready' } | RuntimeReply;

/** Ends an activation's output on both streams, as upstream. */
export const SENTINEL = 'XXX_THE_END_OF_A_WHISK_ACTIVATION_XXX';
