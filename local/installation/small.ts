/**
 * The containers of an installation on one machine, which has other things to do. Five are enough for a page and its calls while
 * the collector runs. Starting one takes a tenth of a second, so few need to wait for their next call.
 */
export const SMALL_LIMITS = { containers: 5, warm: 2, idle: 20_000 };
