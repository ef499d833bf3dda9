/** Input of both functions. A URL must be of the page's own origin unless its server allows otherwise. */
export type Input = File | Blob | ArrayBuffer | ArrayBufferView | string | URL | Array<Record<string, unknown>>;

/** What a column holds. */
export type Role =
  | "customer" | "date" | "amount" | "order" | "product" | "category" | "quantity" | "unitPrice" | "cost" | "channel"
  | "tenure" | "startDate" | "endDate" | "churned" | "monthlyCharge" | "totalCharge" | "reason";

export type Stage = "exploration" | "build-up" | "stability" | "decline" | "exited";
export type Pattern = "early-abort" | "mid-way" | "early-exit" | "long-term" | "active";
export type ValueClass = "I" | "II" | "III" | "IV";

/** Everything is optional; defaults in brackets. */
export interface Settings {
  /** Analysis day, YYYY-MM-DD [last day in the file]. */
  asOf?: string;
  locale?: string;
  currency?: string;
  /** Effective annual rate, 0..1 [0.10]. */
  annualDiscountRate?: number;
  /** Profit share of revenue where the file has no costs, 0..1 [0.30]. */
  grossMargin?: number;
  /** Months of future profit counted, 1..120 [36]. */
  horizonMonths?: number;
  /** Where the file leaves day and month open. */
  dateOrder?: "auto" | "dmy" | "mdy" | "ymd";
  duplicates?: "keep" | "drop";
  btydModel?: "auto" | "mbgnbd" | "bgnbd";
  leftTruncation?: "auto" | "yes" | "no";
  rfmWindowMonths?: number;
  churnWindowMonths?: number;
  tauMonths?: number;
  upBuyingShare?: number;
  referralsPerYear?: number;
  currentValueThreshold?: number | "mean" | "median" | "break-even" | "top-share";
  growthPotentialThreshold?: number | "mean" | "median" | "break-even" | "top-share";
}

export interface Progress {
  kind: "progress";
  step: "read" | "parse" | "orders" | "churn" | "rfm" | "models" | "stages" | "value" | "done";
  done: number;
  total: number;
}

export interface Options {
  /** Column of each role, by header or by place from 0; without it the proposal is taken. */
  columns?: Partial<Record<Role, string | number>>;
  settings?: Settings;
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
}

/** Shares are 0..1, money is in the file's currency, dates are YYYY-MM-DD. More keys may be added. */
export interface Report {
  quality: {
    rowsRead: number;
    rowsUsed: number;
    rowsSetAside: number;
    issues: Array<{ line: number; column: number; columnName: string; value: string; kind: string }>;
    encoding: string;
    delimiter: string | null;
    dateOrder: string | null;
    missing: Role[];
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
    params: { r: number; alpha: number; a: number; b: number };
    logLikelihood: number | null;
    spend: { p: number; q: number; v: number } | null;
    [more: string]: unknown;
  } | null;
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
 * A failure rejects with an `Error` whose `code` is stable: `unreadable`, `empty`, `no-customer-column`,
 * `no-date-column`, `no-amount-column`, `no-churn-column`, `no-usable-row`, `ambiguous-dates`, `too-large`,
 * `invalid-settings`, `aborted`, `out-of-memory`, `internal`.
 */
export declare function analyze(input: Input, options?: Options): Promise<Report>;
export declare function read(input: Input, options?: Options): Promise<Table>;
