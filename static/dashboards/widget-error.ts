import type { SpecProblemCode } from '../../lib/dashboards/rules.ts';

export type WidgetErrorCode = SpecProblemCode | 'not_drawable' | 'stopped';

/** Why a widget is not drawn. */
export class WidgetError extends Error {
  override readonly name = 'WidgetError';
  readonly code: WidgetErrorCode;

  constructor(code: WidgetErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export const ERROR_TITLES: Record<WidgetErrorCode, string> = {
  not_vega_lite: 'Not a Vega-Lite specification',
  not_allowed: 'Not allowed here',
  unknown_data: 'Unknown data',
  too_large: 'Too large',
  too_many_marks: 'Too many marks',
  not_drawable: 'Cannot be drawn',
  stopped: 'Stopped',
};
