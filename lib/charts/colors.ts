/** A page's ground is light or dark. */
export type ColorScheme = 'light' | 'dark';

/** Fonts of the reader's system. */
const FONT = `-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif`;

/**
 * The colors of charts that are drawn without the pages' styles. They are those of static/style/tokens.css, but for the ground:
 * GitHub's, so that a chart in a README has no box around it.
 */
export const CHART_COLORS: Record<ColorScheme, Record<string, string>> = {
  light: {
    '--font': FONT,
    '--surface': '#ffffff',
    '--raised': '#ffffff',
    '--sunken': '#f1f3f6',
    '--ink': '#14171c',
    '--ink-2': '#4f5865',
    '--line-strong': '#868f9b',
    '--warning': '#7d5100',
    '--views': '#668ff0',
    '--views-inner': '#163a97',
    '--clones': '#2b9c88',
    '--clones-inner': '#07463d',
    '--before': '#8a94a3',
    '--lost': '#c0666d',
    '--lost-ground': '#f9ecec',
    '--pending': '#868f9b',
    '--grid': '#e9ecf0',
    '--axis': '#5b6572',
    '--mark': '#14171c',
    '--series-other': '#868f9b',
  },
  dark: {
    '--font': FONT,
    '--surface': '#0d1117',
    '--raised': '#1f242c',
    '--sunken': '#12161b',
    '--ink': '#edf0f4',
    '--ink-2': '#acb5c1',
    '--line-strong': '#6f7986',
    '--warning': '#f0c463',
    '--views': '#456ed4',
    '--views-inner': '#c2d2ff',
    '--clones': '#298c7a',
    '--clones-inner': '#b2f0e4',
    '--before': '#78828f',
    '--lost': '#b0656b',
    '--lost-ground': '#2a1d21',
    '--pending': '#77818d',
    '--grid': '#242a32',
    '--axis': '#97a1ae',
    '--mark': '#edf0f4',
    '--series-other': '#77818d',
  },
};
