/** The figures' names. */
export const METRICS: Record<string, string> = {
  viewCount: 'Views',
  viewUniques: 'Unique visitors',
  cloneCount: 'Clones',
  cloneUniques: 'Unique cloners',
};
