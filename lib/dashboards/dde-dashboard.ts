/**
 * The built-in dashboards in the format of Cognos Dashboard Embedded, version 1008, as exported by
 * https://github.com/IBM-Cloud/github-traffic-stats: tabs of widgets, and a table with its address and columns.
 */

type Column = 'RID' | 'ORGNAME' | 'REPONAME' | 'TDATE' | 'VIEWCOUNT' | 'VUNIQUES' | 'CLONECOUNT' | 'CUNIQUES';

interface Widget {
  visId: string;
  /** The columns of each slot. Several values are drawn side by side. */
  slots: { categories?: Column[]; values: Column[]; series?: Column[] };
  /** Percent of the tab's height. */
  top: number;
  height: number;
}

interface Plan {
  name: string;
  /** The query to the stats action. Without paging it refuses to answer more than 10,000 rows. */
  query: string;
  tabs: { title: string; widgets: Widget[] }[];
}

const LINE = 'com.ibm.vis.rave2line';
const STACK = 'com.ibm.vis.rave2bundlestackedcolumn';
const NUMBER = 'summary';

const counts: Column[] = ['VIEWCOUNT', 'CLONECOUNT'];
const whole = { top: 0, height: 100 };
const upper = { top: 0, height: 50 };
const lower = { top: 50, height: 50 };

const plans = {
  'traffic-by-day': {
    name: 'Traffic by day',
    query: 'format=csv&columns=seed&by=day&range=30',
    tabs: [
      {
        title: 'Views and clones',
        widgets: [{ visId: STACK, slots: { categories: ['TDATE'], values: counts }, ...whole }],
      },
      {
        title: 'Repositories',
        widgets: [
          {
            visId: LINE,
            slots: { categories: ['TDATE'], values: ['VIEWCOUNT'], series: ['REPONAME'] },
            ...upper,
          },
          {
            visId: LINE,
            slots: { categories: ['TDATE'], values: ['CLONECOUNT'], series: ['REPONAME'] },
            ...lower,
          },
        ],
      },
    ],
  },
  portfolio: {
    name: 'Portfolio',
    query: 'format=csv&columns=seed&by=week&range=90',
    tabs: [
      {
        title: 'Totals',
        widgets: [
          { visId: NUMBER, slots: { values: ['RID'] }, top: 0, height: 25 },
          { visId: STACK, slots: { categories: ['REPONAME'], values: counts }, top: 25, height: 75 },
        ],
      },
      {
        title: 'Owners and trend',
        widgets: [
          { visId: STACK, slots: { categories: ['ORGNAME'], values: counts }, ...upper },
          { visId: LINE, slots: { categories: ['TDATE'], values: ['VIEWCOUNT'] }, ...lower },
        ],
      },
      {
        title: 'Visitors vs. views',
        widgets: [
          { visId: STACK, slots: { categories: ['TDATE'], values: ['VIEWCOUNT', 'VUNIQUES'] }, ...upper },
          { visId: STACK, slots: { categories: ['TDATE'], values: ['CLONECOUNT', 'CUNIQUES'] }, ...lower },
        ],
      },
    ],
  },
} satisfies Record<string, Plan>;

/** The id of a dashboard, the same as in `builtInDashboards`. */
export type DdeDashboardId = keyof typeof plans;

const labels: Record<Column, string> = {
  RID: 'repository id',
  ORGNAME: 'organization or user',
  REPONAME: 'repository',
  TDATE: 'traffic date',
  VIEWCOUNT: 'views',
  VUNIQUES: 'unique visitors',
  CLONECOUNT: 'clones',
  CUNIQUES: 'unique cloners',
};

const KEY = { regularAggregate: 'countDistinct', usage: 'identifier' };
const MEASURE = { datatype: 'INTEGER', regularAggregate: 'total', usage: 'fact' };

const kinds: Record<Column, Record<string, string>> = {
  RID: { datatype: 'INTEGER', ...KEY },
  ORGNAME: { datatype: 'VARCHAR(255)', ...KEY },
  REPONAME: { datatype: 'VARCHAR(255)', ...KEY },
  TDATE: { datatype: 'DATE', taxonomyFamily: 'cDate', ...KEY },
  VIEWCOUNT: MEASURE,
  VUNIQUES: MEASURE,
  CLONECOUNT: MEASURE,
  CUNIQUES: MEASURE,
};

const TABLE = 'repositorystats';
const MODEL = 'model-traffic';
/** How Cognos names several measures in one chart. */
const MEASURES = '_multiMeasuresSeries';

type Item = Column | typeof MEASURES;

function toModule(sourceUrl: string, authorization: string) {
  const column = (Object.keys(kinds) as Column[]).map((name) => ({
    name,
    label: labels[name],
    nullable: 'true',
    ...kinds[name],
  }));
  const property = [
    { name: 'separator', value: ',' },
    { name: 'ColumnNamesLine', value: 'true' },
    { name: 'headers', value: [{ name: 'Authorization', value: authorization }] },
  ];
  return {
    xsd: 'https://ibm.com/daas/module/1.0/module.xsd',
    identifier: 'Repostats',
    label: 'Repository traffic',
    source: { id: 'Repostats', srcUrl: { sourceUrl, mimeType: 'text/csv', property } },
    table: { name: TABLE, description: 'Traffic of repositories', column },
  };
}

function toItem(id: string, item: Item) {
  if (item === MEASURES) return { id: MEASURES, itemId: MEASURES, itemLabel: 'Measures' };
  return { id: `${id}-${item}`, itemId: `${TABLE}.${item}`, itemLabel: labels[item] };
}

function toWidget(id: string, { visId, slots }: Widget) {
  const { categories = [], values, series = [] } = slots;
  const filled: [string, Item[]][] = [
    ['categories', categories],
    ['values', values],
    ['series', series],
    ['color', values.length > 1 ? [MEASURES] : []],
  ];
  const used = filled.filter(([, items]) => items.length > 0);
  const items = [...new Set(used.flatMap(([, names]) => names))];
  const toSlot = ([name, names]: [string, Item[]]) => ({
    id: name,
    name,
    caption: name,
    dataItemSettings: [],
    dataItems: names.map((item) => toItem(id, item).id),
  });
  const dataItems = items.map((item) => toItem(id, item));
  return {
    id,
    name: '',
    type: 'live',
    visId,
    visTypeLocked: true,
    localFilters: [],
    data: { dataViews: [{ id: `${id}-view`, modelRef: MODEL, dataItems }] },
    slotmapping: { slots: used.map(toSlot) },
  };
}

function toTab(tab: Plan['tabs'][number], place: number) {
  const id = `tab-${place + 1}`;
  const items = tab.widgets.flatMap(({ top, height }, index) => {
    const zone = `${id}-zone-${index + 1}`;
    const widget = `${id}-widget-${index + 1}`;
    const bottom = `${100 - top - height}%`;
    const left = '0%';
    const right = '0%';
    const width = '100%';
    return [
      {
        id: zone,
        type: 'templateDropZone',
        templateName: `dz${index + 1}`,
        relatedLayouts: `|${widget}|`,
        style: { top: `${top}%`, left, right, bottom },
      },
      {
        id: widget,
        type: 'widget',
        relatedLayouts: zone,
        style: { top: `${top}%`, left, height: `${height}%`, width },
      },
    ];
  });
  const page = { id: `${id}-page`, css: 'templateBox aspectRatio_default', type: 'scalingAbsolute', items };
  const templateName = `Template${tab.widgets.length}`;
  return { id, title: tab.title, type: 'container', templateName, items: [page] };
}

/** A built-in dashboard in the format of Cognos. It reads the table at `tableUrl` with a data token. */
export function toDdeDashboard(
  id: DdeDashboardId,
  { tableUrl, token }: { tableUrl: string; token: string },
): Record<string, unknown> {
  const plan: Plan = plans[id];
  const widgetsOf = (tab: Plan['tabs'][number], place: number) =>
    tab.widgets.map((widget, index) => toWidget(`tab-${place + 1}-widget-${index + 1}`, widget));
  const widgets = plan.tabs.flatMap(widgetsOf);
  const module = toModule(`${tableUrl}?${plan.query}`, `Bearer ${token}`);
  const source = { id: MODEL, assetId: 'asset-traffic', clientId: 'Repostats', name: 'Traffic CSV', module };
  return {
    name: plan.name,
    theme: 'defaultTheme',
    version: 1008,
    pageContext: [],
    drillThrough: [],
    layout: { id: 'tabs', type: 'tab', style: { height: '100%' }, items: plan.tabs.map(toTab) },
    eventGroups: plan.tabs.map((tab, place) => ({
      id: `tab-${place + 1}-page:1`,
      widgetIds: widgetsOf(tab, place).map((widget) => widget.id),
    })),
    dataSources: { version: '1.0', sources: [{ ...source, shaping: { embeddedModuleUpToDate: true } }] },
    widgets: Object.fromEntries(widgets.map((widget) => [widget.id, widget])),
  };
}
