/** Input of both functions. A URL must be of the page's own origin unless its server allows otherwise. */
export type Input = File | Blob | ArrayBuffer | ArrayBufferView | string | URL | Array<Record<string, unknown>>;

/** What a column holds. */
export type Role =
  | "customer" | "date" | "amount" | "order" | "product" | "category" | "quantity" | "unitPrice" | "cost" | "channel"
  | "listPrice" | "promotion" | "margin" | "serviceCost" | "dueDate" | "paidDate" | "amountPaid" | "segment"
  | "tenure" | "startDate" | "endDate" | "churned" | "monthlyCharge" | "totalCharge" | "reason" | "wallet"
  | "period" | "orderCount" | "lastDate" | "firstDate"
  | "contactKind" | "minutes" | "resolved" | "referrer" | "referred" | "item" | "score" | "acquisitionCost";

/** What a row of the main table is: a purchase, a contract, a customer's period, or all purchases of a customer. */
export type Shape = "transactions" | "contracts" | "rollUps" | "customers";

export type Stage = "exploration" | "build-up" | "stability" | "decline" | "exited";
export type Pattern = "early-abort" | "mid-way" | "early-exit" | "long-term" | "active";
export type ValueClass = "I" | "II" | "III" | "IV";

/** Everything is optional; defaults in brackets. */
export interface Settings {
  /** Day the analysis speaks of, `YYYY-MM-DD`; default: the last day in the file. Later rows are set aside. */
  asOf?: string;
  /** Language of texts, for hosts; the core does not read it. */
  locale?: string;
  /** Currency shown beside money, for example `CNY`; the core does not read it. */
  currency?: string;
  /** Order of day and month where the file leaves it open: `dmy`, `mdy` or `ymd`. */
  dateOrder?: "auto" | "dmy" | "mdy" | "ymd";
  /** Exact duplicate rows: `keep` (default) or `drop`. */
  duplicates?: "keep" | "drop";
  /** Free items (amount 0): `purchase` (default) or `contact`, which does not count as an order. */
  zeroOrders?: "purchase" | "contact";
  /** Model of repeat buying: `auto` (default), `mbgnbd`, `bgnbd` or `paretonbd`. */
  btydModel?: "auto" | "mbgnbd" | "bgnbd" | "paretonbd";
  /** Whether relationships may have begun before the file does: `auto` (default), `yes` or `no`. */
  leftTruncation?: "auto" | "yes" | "no";
  /** Who has left: `rhythm` (default), silence against the customer's own rhythm, or `p-alive`, the model's word. */
  exitRule?: "rhythm" | "p-alive";
  /** Whose departures a contract file holds: `full-history` (default), all, or `window`, the latest months'. */
  contractDesign?: "full-history" | "window";
  /** Remove the season from series of two years: `auto` (default: from three years on), `yes` or `no`. */
  season?: "auto" | "yes" | "no";
  /** What parts early exit from long-term: `duration` (default), or `profit-rising` as well. */
  patternRule?: "duration" | "profit-rising";
  /** Scores of RFM: `mid-rank` (default) or `quantile`. */
  rfmScoring?: "mid-rank" | "quantile";
  /** M of RFM: `total` (default) or `average` per order. */
  rfmMoney?: "total" | "average";
  /** Weights of the R, F and M scores; default: equal. */
  rfmWeights?: [number, number, number];
  /** Pairwise comparisons R:F, R:M and F:M on the scale 1/9..9, instead of weights. */
  rfmComparisons?: [number, number, number];
  /** Way of clustering: `k-means` (default), `mixture` or `ward`. */
  clusterMethod?: "k-means" | "mixture" | "ward";
  /** What a basket is: `order` (default) or `customer`. */
  basketBy?: "order" | "customer";
  /** Judge reasons by the strict reading: any case caused by the firm is serious. */
  strictVerdict?: boolean;
  /** Let the early warning use columns such as sex, age or religion; default: it does not. */
  protectedAttributes?: boolean;
  /** Threshold of current value: `mean` (default), `median`, `break-even`, `top-share` or a number. */
  currentValueThreshold?: number | "mean" | "median" | "break-even" | "top-share";
  /** Threshold of growth potential, likewise. */
  growthPotentialThreshold?: number | "mean" | "median" | "break-even" | "top-share";
  /** Cost of repairing an unprofitable relationship; default: its yearly loss over the horizon. */
  costToFix?: number;
  /** Weights of collection, overdue share, days and worst delay in the credit score; default .4, .3, .2, .1. */
  creditWeights?: [number, number, number, number];
  /** Customers who would strengthen a rival if they left: never exit candidates. */
  rivalsWouldGain?: string[];
  /** Words of exit reasons and what they stand for; they come before the built-in ones. */
  reasonKeywords?: Array<{ text: string; defection?: "price" | "product" | "service" | "market" | "technology" | "political"; kind?: 1 | 2 | 3 | 4 | 5 | 6 }>;
  /** Effective annual discount rate; 0..1 [0.10]. */
  annualDiscountRate?: number;
  /** Profit share of revenue where the file has no costs; 0..1 [0.30]. */
  grossMargin?: number;
  /** Months of future profit counted; 1..120 [36]. */
  horizonMonths?: number;
  /** Cost of a service contact without a cost of its own; 0..1e9 [0]. */
  costPerContact?: number;
  /** Cost of a minute of service, where contacts have minutes and no cost; 0..1e9 [0]. */
  costPerMinute?: number;
  /** Cost of handling an order; 0..1e9 [0]. */
  costPerOrder?: number;
  /** Cost of handling a return; 0..1e9 [0]. */
  costPerReturn?: number;
  /** Annual rate at which overdue amounts are financed; 0..1 [0]. */
  financeRate?: number;
  /** Marketing allocated to each active customer and year; 0..1e9 [0]. */
  marketingPerCustomer?: number;
  /** Months of the headline churn rate; fewer where the file is shorter; 1..36 [12]. */
  churnWindowMonths?: number;
  /** Months held out to judge the exit rule on the past; 3..12 [6]. */
  backtestMonths?: number;
  /** Pseudo-gaps with which a customer's rhythm is drawn towards the pool's; 0..100 [3]. */
  pseudoGaps?: number;
  /** Share of gaps that are shorter than the alert threshold; 0.5..0.99 [0.8]. */
  alertShare?: number;
  /** Share of gaps that are shorter than the exit threshold; 0.5..0.999 [0.95]. */
  exitShare?: number;
  /** P(alive) below which a customer is alerted, where `exitRule` is `p-alive`; 0..1 [0.5]. */
  pAliveAlert?: number;
  /** P(alive) below which a customer counts as exited, where `exitRule` is `p-alive`; 0..1 [0.2]. */
  pAliveExit?: number;
  /** Months in which the leavers of a contract file left, where `contractDesign` is `window`; 1..120 [12]. */
  contractWindowMonths?: number;
  /** Ridge penalty of the early-warning regression on standardized covariates; 1e-6..1e6 [1]. */
  warningRidge?: number;
  /** Cost of contacting a customer, offer included; 0..1e9 [20]. */
  contactCost?: number;
  /** Share of contacted leavers that stay; 0..1 [0.2]. */
  saveRate?: number;
  /** Most that retention may cost; 0 for no limit; 0..1e15 [0]. */
  retentionBudget?: number;
  /** Usual months of exploration; the prior of its length; 2..120 [6]. */
  explorationMonths?: number;
  /** Usual months of build-up; 2..120 [6]. */
  buildUpMonths?: number;
  /** Usual months of stability; 2..240 [18]. */
  stabilityMonths?: number;
  /** Months of stability from which a relationship counts as long-term; 1..120 [12]. */
  tauMonths?: number;
  /** Share of the open wallet that up-buying may win; 0..1 [0.2]. */
  upBuyingShare?: number;
  /** Referrals of a stable customer per year, where none are recorded; 0..10 [0.1]. */
  referralsPerYear?: number;
  /** Level of the relationship in exploration; 0..1 [0.25]. */
  levelExploration?: number;
  /** Level of the relationship in build-up; 0..1 [0.6]. */
  levelBuildUp?: number;
  /** Level of the relationship in stability; 0..1 [0.9]. */
  levelStability?: number;
  /** Level of the relationship in decline; 0..1 [0.1]. */
  levelDecline?: number;
  /** Share of all value held by the customers above the threshold `top-share`; 0.01..0.99 [0.8]. */
  topShare?: number;
  /** Months counted for F and M of RFM; 1..120 [12]. */
  rfmWindowMonths?: number;
  /** Number of clusters; 0 chooses it; 0..10 [0]. */
  clusters?: number;
  /** Share of known exits that the firm's own causes must reach to count as serious; 0..1 [0.05]. */
  reasonMateriality?: number;
  /** Cases of them that it takes at least; 1..1000 [3]. */
  reasonMinCases?: number;
  /** How many times keeping a customer is cheaper than acquiring one, an assumption; 0.1..100 [5]. */
  acquisitionRatio?: number;
  /** Share of revenue that exit candidates may hold before ending them is held back; 0..1 [0.05]. */
  exitRevenueLimit?: number;
  /** Months a customer is protected from being an exit candidate; 0..120 [6]. */
  exitMinTenureMonths?: number;
  /** Terms of payment for credit limits; 0..24 [1]. */
  creditTermsMonths?: number;
  /** Largest credit limit; 0 for none; 0..1e15 [0]. */
  creditLimitCap?: number;
  /** Smallest share of baskets of a rule; 1e-6..1 [0.005]. */
  minSupport?: number;
  /** Smallest confidence of a rule; 0..1 [0.2]. */
  minConfidence?: number;
  /** Largest false discovery rate of a rule; 0..1 [0.05]. */
  maxFalseDiscovery?: number;
  /** How far under list price counts as a discount; 0..1 [0.10]. */
  discountShare?: number;
  /** Share of spend at a discount from which a customer is transactional; 0..1 [0.6]. */
  transactionalShare?: number;
  /** Price elasticity below which a customer is transactional; -100..0 [-2]. */
  transactionalElasticity?: number;
  /** Months of each of the two windows compared by the growth matrix; 1..60 [12]. */
  growthWindowMonths?: number;
  /** Lowest answer of the survey's scale; -1e6..1e6 [1]. */
  surveyLow?: number;
  /** Highest answer of the survey's scale; -1e6..1e6 [5]. */
  surveyHigh?: number;
  /** Days within which a second order counts as retention in the funnel; 1..1000 [90]. */
  retentionDays?: number;
}

export interface Progress {
  kind: "progress";
  step: "read" | "parse" | "orders" | "churn" | "rfm" | "models" | "products" | "stages" | "value" | "groups" | "done";
  done: number;
  total: number;
}

export interface Options {
  /** Column of each role, by header or by place from 0; without it the proposal is taken. */
  columns?: Partial<Record<Role, string | number>>;
  settings?: Settings;
  /** Further tables about the same customers: invoices, service contacts, referrals, departures, survey answers. */
  side?: Array<File | Blob | ArrayBuffer | string | URL>;
  /** Sections of the report wanted, for example ["overview", "rfm"]; what no wanted section needs is not computed. */
  only?: string[];
  /** Rows `read` returns at most. */
  limit?: number;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Parallel columns, one entry per customer; a column that this file does not support is empty. */
export interface Customers {
  id: string[];
  transactions: Uint32Array;
  revenue: Float64Array;
  recencyDays: Float64Array;
  tenureDays: Float64Array;
  rScore: Uint8Array;
  fScore: Uint8Array;
  mScore: Uint8Array;
  stage: Stage[];
  stageConfidence: Float64Array;
  pattern: Pattern[];
  currentValue: Float64Array;
  growthPotential: Float64Array;
  valueClass: ValueClass[];
  pAlive: Float64Array;
  clv: Float64Array;
  /** 0 calm, 0.5 alert point, 1 exited. */
  warning: Float64Array;
  amberDays: Float64Array;
  redDays: Float64Array;
  /** Profit of the last twelve months after cost to serve. */
  profit12m: Float64Array;
  /** Probability of leaving times current value. */
  expectedLoss: Float64Array;
  /** Index into `clusters.clusters`. */
  cluster: Array<number | null>;
  tier: Array<"t" | "r3" | "r1" | "r2" | "r0" | null>;
  /** Weighted RFM score, 1..5. */
  rfmWeighted: Array<number | null>;
  nextProduct: Array<string | null>;
  /** 0..100; null for the unrated. */
  creditScore: Array<number | null>;
  /** 0..100. */
  relationship: Array<number | null>;
  exitDecision: Array<"hold" | "open" | "clear" | null>;
  /** Index into `rules.leavers.rules`. */
  rule: Array<number | null>;
  exitKind: Array<string | null>;
}

/** Shares are 0..1, money is in the file's currency, dates are YYYY-MM-DD. More keys may be added. */
export interface Report {
  quality: {
    shape: Shape;
    rowsRead: number;
    rowsUsed: number;
    rowsSetAside: number;
    issues: Array<{ line: number; column: number; columnName: string; value: string; kind: string }>;
    /** The kind of file: `text`, `json`, `xlsx`, `xls`, `ods`, `gzip`, ... */
    format: string;
    /** The sheet of a workbook, or the file of an archive, that was read. */
    sheet: string | null;
    encoding: string;
    delimiter: string | null;
    dateOrder: string | null;
    decimalMark: "point" | "comma" | null;
    columns: Array<{ name: string; role: Role | null }>;
    missing: Role[];
    /** What is unusual about the rows that were used: far-out amounts, odd days, gaps, months cut off, names. */
    checks: { amounts: { [more: string]: unknown } | null; calendar: { [more: string]: unknown } | null; names: { [more: string]: unknown } };
    /** Tables read beside the main one. */
    side: Array<{ name: string; kind: string; rowsRead: number; rowsUsed: number; rowsSetAside: number; [more: string]: unknown }>;
    /** Tables that came with it and are not used, each with the reason. */
    unused: Array<{ name: string; [more: string]: unknown }>;
    [more: string]: unknown;
  };
  overview: {
    customers: number;
    transactions: number;
    orders: number;
    revenue: number;
    profit: number | null;
    firstDate: string | null;
    lastDate: string | null;
    asOf: string | null;
    churnRate: number | null;
    retentionRate: number | null;
    customerEquity: number | null;
    valueAtRisk: number | null;
    [more: string]: unknown;
  };
  customers: Customers;
  lifecycle: { stages: Array<{ stage: Stage; customers: number; [more: string]: unknown }>; table: unknown[]; [more: string]: unknown } | null;
  patterns: Array<{ pattern: Pattern; customers: number; revenue: number; medianTenureDays: number | null; [more: string]: unknown }>;
  valueMatrix: {
    currentValueThreshold: number;
    growthPotentialThreshold: number;
    classes: Array<{ class: ValueClass; customers: number; revenue: number; strategy: string; [more: string]: unknown }>;
    [more: string]: unknown;
  } | null;
  churn: { definition: string; lost: number; base: number; rate: number | null; byPeriod: unknown[]; survival: unknown[]; [more: string]: unknown } | null;
  loss: Record<string, unknown>;
  rfm: Record<string, unknown> | null;
  clvModel: {
    model: string;
    unit: string;
    params: { r: number; alpha: number; a?: number; b?: number; s?: number; beta?: number };
    logLikelihood: number | null;
    spend: { p: number; q: number; v: number } | null;
    [more: string]: unknown;
  } | null;
  clusters: Record<string, unknown> | null;
  tiers: Record<string, unknown> | null;
  basket: { nRules: number; rules: Array<{ antecedent: string[]; consequent: string; support: number; confidence: number; lift: number; [more: string]: unknown }>; [more: string]: unknown } | null;
  price: Record<string, unknown> | null;
  growth: Record<string, unknown> | null;
  exit: Record<string, unknown> | null;
  credit: Record<string, unknown> | null;
  equity: Record<string, unknown> | null;
  retention: Record<string, unknown> | null;
  earlyWarning: Record<string, unknown> | null;
  rules: Record<string, unknown> | null;
  relationship: Record<string, unknown> | null;
  funnel: Record<string, unknown> | null;
  snapshot: Record<string, unknown> | null;
  renewals: Record<string, unknown> | null;
  coverage: unknown[];
  care: unknown[];
  notices: Array<{ kind: string; [more: string]: unknown }>;
}

export interface Table {
  /** The header; empty names where there is none. */
  columns: string[];
  /** Every cell as text. */
  rows: string[][];
  quality: { rowsRead: number; encoding: string; delimiter: string; header: boolean };
  proposal: { shape: "transactions" | "contracts"; certain: boolean; columns: Array<{ index: number; name: string; role: Role | null; [more: string]: unknown }> };
}

/**
 * A failure rejects with an `Error` whose `code` is stable: `unreadable`, `encrypted`, `broken`, `too-dense`,
 * `no-sheet`, `no-table`, `empty`, `no-customer-column`,
 * `no-date-column`, `no-amount-column`, `no-churn-column`, `no-usable-row`, `ambiguous-dates`, `too-large`,
 * `invalid-settings`, `aborted`, `out-of-memory`, `internal`.
 */
export declare function analyze(input: Input, options?: Options): Promise<Report>;
export declare function read(input: Input, options?: Options): Promise<Table>;
