/** Why a widget is not drawn, by a name. */
export class WidgetFault extends Error {
  override readonly name = 'WidgetFault';
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

export type FaultCode =
  | 'not_vega_lite'
  | 'not_allowed'
  | 'unknown_data'
  | 'too_large'
  | 'too_many_marks'
  | 'not_drawable';

/** What the faults are called on the page. */
export const FAULT_TITLES: Record<FaultCode, string> = {
  not_vega_lite: 'Not a Vega-Lite specification',
  not_allowed: 'Not allowed here',
  unknown_data: 'Unknown data',
  too_large: 'Too large',
  too_many_marks: 'Too many marks',
  not_drawable: 'Cannot be drawn',
};
