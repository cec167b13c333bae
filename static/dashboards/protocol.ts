import type { Config } from 'vega-lite';
import type { DataName } from '../../lib/dashboards/rules.ts';
import type { WidgetErrorCode } from './widget-error.ts';

/** What the page and the worker that draws say to each other. */

/** In CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A tooltip, as text. Its place is in the drawing, in CSS pixels. */
export interface Tip {
  x: number;
  y: number;
  lines: [string, string][];
}

export type Value = string | number | boolean | Date | null;

/** What a widget draws from one source, as columns and its first rows. */
export interface Values {
  /** The marks drawn from it, such as "bar" or "line and point". */
  marks: string;
  columns: { field: string; label: string }[];
  /** Of all rows. */
  count: number;
  rows: Value[][];
}

/** An input that a parameter of the specification is bound to. */
export interface Input {
  signal: string;
  value: unknown;
  input: string;
  name?: string;
  min?: number;
  max?: number;
  step?: number;
  options?: unknown[];
  labels?: string[];
  /** Milliseconds to wait for further changes. */
  debounce?: number;
}

interface Touching {
  clientX: number;
  clientY: number;
  identifier: number;
}

/** What a pointer did. Places are in the drawing, in CSS pixels. */
export interface Pointing {
  type: string;
  target: 'canvas' | 'window';
  clientX: number;
  clientY: number;
  touches?: Touching[];
  changedTouches?: Touching[];
  [detail: string]: unknown;
}

export type FileFormat = 'svg' | 'png' | 'csv';

/** What to draw from. Tables are named by the numbers that they were sent with. */
export interface DrawRequest {
  spec: unknown;
  tables: Partial<Record<DataName, number>>;
  size: Size;
  theme: Config;
  /** Device pixels per CSS pixel. */
  pixelRatio: number;
}

/** Each is answered, in turn; a change of a view with how much memory it takes, as a number of rows. */
export type Request =
  | { kind: 'table'; table: number; pages: string[] }
  | { kind: 'forget'; table: number }
  | ({ kind: 'draw'; view: number } & DrawRequest)
  | { kind: 'resize'; view: number; size: Size }
  | { kind: 'point'; view: number; events: Pointing[] }
  | { kind: 'set'; view: number; signal: string; value: unknown }
  | { kind: 'file'; view: number; format: FileFormat }
  | { kind: 'close'; view: number };

export interface DrawAnswer {
  /** What the widget shows, as tables: one for each data source of its layers and views. */
  values: Values[];
  inputs: Input[];
  /** The events that the drawing listens to, and those that the page must not act on itself. */
  events: { canvas: string[]; window: string[]; prevented: string[] };
  /** How much memory the view takes, as a number of rows. */
  rows: number;
}

/** What the worker says by itself about a view. */
export type News =
  | { kind: 'frame'; view: number; bitmap: ImageBitmap; size: Size }
  | { kind: 'tip'; view: number; tip: Tip | null }
  | { kind: 'cursor'; view: number; cursor: string }
  | { kind: 'input'; view: number; signal: string; value: unknown };

/** The worker is ready, answers the one request that is under way, or has news. */
export type Message =
  | { kind: 'ready' }
  | { kind: 'done'; answer: unknown }
  | { kind: 'failed'; code: WidgetErrorCode; message: string }
  | News;
