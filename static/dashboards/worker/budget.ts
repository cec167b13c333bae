import { ingest, isTuple, tupleid } from 'vega';
import { WidgetError } from '../widget-error.ts';
import { allowPixels } from './canvas.ts';

/** What one piece of work may make, besides the rows that it is given: less than 200 MB in all. */
const MAX_NEW_ROWS = 400_000;
/** Columns that transforms add, times their rows. */
const MAX_CELLS = 4_000_000;
/** Of all texts and lists that expressions make. */
const MAX_CHARACTERS = 30_000_000;
const MAX_ITEMS = 1_000_000;
/** Parts of the running program; each view within a widget has a hundred or so. */
const MAX_OPERATORS = 20_000;

/** Of one text, and of one list with everything in it. */
const MAX_LENGTH = 10_000;

/** How many of each take as much memory as a row. */
const CELLS_PER_ROW = 3;
const CHARACTERS_PER_ROW = 60;
const ITEMS_PER_ROW = 5;

const left = { rows: 0, cells: 0, characters: 0, items: 0, operators: 0 };
let given = 0;
let firstId = 0;

/** Vega numbers all rows and marks in the order in which it makes them. */
const nextId = () => tupleid(ingest({}));

const newRows = () => nextId() - firstId;

/** Starts a piece of work, which is given some rows. The worker does one at a time. */
export function startBudget(givenRows = 0): void {
  given = givenRows;
  firstId = nextId();
  left.rows = MAX_NEW_ROWS + givenRows;
  left.cells = MAX_CELLS;
  left.characters = MAX_CHARACTERS;
  left.items = MAX_ITEMS;
  left.operators = MAX_OPERATORS;
  allowPixels();
}

function refuse(message: string): never {
  throw new WidgetError('too_large', `${message} Filter or aggregate the figures first.`);
}

/** How much memory the piece of work took, as a number of rows: those that it was given, and what it made. */
export function heldRows(): number {
  const cells = (MAX_CELLS - left.cells) / CELLS_PER_ROW;
  const characters = (MAX_CHARACTERS - left.characters) / CHARACTERS_PER_ROW;
  const items = (MAX_ITEMS - left.items) / ITEMS_PER_ROW;
  return Math.ceil(given + newRows() + cells + characters + items);
}

/** Throws a `WidgetError` if so many more rows would be too many. Call it with 0 after rows were made. */
export function requireRows(count: number): void {
  if (newRows() + count <= left.rows) return;
  refuse(`This widget makes more than ${MAX_NEW_ROWS.toLocaleString('en-GB')} rows.`);
}

/** Throws a `WidgetError` if transforms add more values than may be. Counts them. */
export function requireCells(count: number): void {
  left.cells -= count;
  if (left.cells >= 0) return;
  refuse(`This widget adds more than ${MAX_CELLS.toLocaleString('en-GB')} values to its rows.`);
}

/** How many values may still be added. */
export const cellsLeft = () => left.cells;

/** Throws a `WidgetError` if a widget has more facets, axes and legends than may be. Counts one part of them. */
export function countOperator(): void {
  left.operators -= 1;
  if (left.operators < 0) refuse('This widget has too many facets.');
}

/** A text that an expression or a format made. Throws a `WidgetError` if it is too long. */
export function countText(text: string): string {
  left.characters -= text.length;
  requireLength('text', text.length);
  if (left.characters < 0) throw new WidgetError('too_large', 'The expressions make too much text.');
  return text;
}

/** What a value weighs: one for each thing in it, and one for each ten characters. Stops above the largest weight. */
function weigh(value: unknown, most: number): number {
  if (typeof value === 'string') return 1 + value.length / 10;
  if (typeof value !== 'object' || value === null) return 1;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  // A row, a mark, a date or a scale: nothing that an expression made.
  if (!isPlain || isTuple(value)) return 1;
  let weight = 1;
  for (const part of Object.values(value)) {
    weight += weigh(part, most - weight);
    if (weight > most) return weight;
  }
  return weight;
}

/** A value that an expression made. Throws a `WidgetError` if it is too large, or if too many were made. */
export function countValue(value: unknown): unknown {
  if (typeof value === 'string') return countText(value);
  if (typeof value !== 'object' || value === null) return value;
  const weight = weigh(value, MAX_LENGTH);
  left.items -= weight;
  requireLength('list', weight);
  if (left.items < 0) throw new WidgetError('too_large', 'The expressions make too many lists.');
  return value;
}

/** Throws a `WidgetError` if a list or text would be longer than may be. */
export function requireLength(kind: 'list' | 'text', count: number): void {
  if (!(count > MAX_LENGTH)) return;
  const parts = kind === 'list' ? 'items' : 'characters';
  const most = MAX_LENGTH.toLocaleString('en-GB');
  throw new WidgetError('too_large', `An expression makes a ${kind} of more than ${most} ${parts}.`);
}
