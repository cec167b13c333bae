import type { ChartView } from './actions.ts';
import type { ChartModel } from './model.ts';

/** What the menu of a chart changes. */
export interface ChartOptions {
  /** As it is shown. */
  model: ChartModel;
  /** With everything that can be shown. */
  source: ChartModel;
  view: ChartView;
  /** Ways to show several repositories; absent if the chart has one way only. */
  splits?: ChartView['split'][] | undefined;
  asTable: boolean;
  setAsTable: (asTable: boolean) => void;
}

export interface OptionsMenuProps {
  title: string;
  options: ChartOptions;
  onClose: () => void;
}
