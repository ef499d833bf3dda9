//! One clause per fact.

use super::{
    amount, date, days, feature_name, grade_name, measure, measured, months, number, orders, pattern_name,
    share, stage_name, tell,
};
use crate::analytics::churn::State;
use crate::analytics::exit::{GuardRail, Light};
use crate::analytics::explain::{ExitCheck, Fact};
use crate::analytics::stage::Stage;
use crate::analytics::tree::{Condition, Feature, Op, Unit};
use crate::analytics::value_matrix::GrowthPart;
use crate::locale::{Lang, terms, text};
use crate::report::FeatureName;

/// A fact as a clause. `brief`: for a headline, without what only the details need.
#[must_use]
pub fn clause(lang: Lang, fact: &Fact, names: &[FeatureName], brief: bool) -> String {
    match *fact {
        Fact::Level { level_per_period, since_period, months: lasted, spread_share, .. } => {
            level(lang, level_per_period, since_period, lasted.filter(|_| !brief), spread_share)
        }
        Fact::PlateauRatio { ratio, .. } => {
            let times = lang.decimal(ratio, 1);
            tell!(
                lang,
                "the plateau is {times} times the exploration level",
                "平台为考察期水平的 {times} 倍",
                "高原水準為考察期水準的 {times} 倍"
            )
        }
        Fact::RecentChange { change_share, recent_per_period, n_periods, .. } => {
            recent(lang, change_share, recent_per_period, n_periods)
        }
        Fact::AgainstPlateau { share: of, .. } => {
            let of = lang.percent0(of);
            tell!(
                lang,
                "recent months reach {of} of the customer's own plateau",
                "近几个月为其自身平台的 {of}",
                "近幾個月為其自身高原水準的 {of}"
            )
        }
        Fact::FellTo { share: of, before_per_period, end_per_period } => {
            let (of, before, end) =
                (lang.percent0(of), amount(lang, before_per_period), amount(lang, end_per_period));
            tell!(
                lang,
                "value fell to {of} of the level before, from {before} to {end} a month",
                "水平降至此前的 {of}，每月由 {before} 降至 {end}",
                "水準降至此前的 {of}，每月由 {before} 降至 {end}"
            )
        }
        Fact::Between { first, first_probability, second, second_probability } => {
            let (a, b) = (stage_name(lang, first), stage_name(lang, second));
            let (p, q) = (share(lang, first_probability), share(lang, second_probability));
            tell!(
                lang,
                "no stage is more likely than not ({a} {p}, {b} {q})",
                "没有一个阶段的概率过半（{a} {p}，{b} {q}）",
                "沒有一個階段的機率過半（{a} {p}，{b} {q}）"
            )
        }
        Fact::Reliability { confidence, badge } => reliability(lang, confidence, badge),
        Fact::TooLittleHistory { n_periods, n_orders, needed_periods, needed_orders } => {
            let (m, o) = (months(lang, f64::from(n_periods)), orders(lang, n_orders));
            let (nm, no) = (months(lang, f64::from(needed_periods)), orders(lang, needed_orders));
            tell!(
                lang,
                "too little history to tell the stage: {m} and {o}, {nm} and {no} are needed",
                "历史太短，难以判断阶段：仅 {m}、{o}，需 {nm}、{no}",
                "歷史太短，難以判斷階段：僅 {m}、{o}，需 {nm}、{no}"
            )
        }
        Fact::FlatLevel { stage, months: m } => flat(lang, stage, m),
        Fact::Lingering { months: m } => {
            let m = months(lang, m);
            tell!(lang, "still in exploration after {m}", "{m}后仍处于考察期", "{m}後仍處於考察期")
        }
        Fact::BeginningUnseen => lang
            .pick(
                "the beginning of the relationship lies before the file",
                "关系的起点早于文件",
                "關係的起點早於檔案",
            )
            .to_owned(),
        Fact::NoPositiveValue => lang
            .pick(
                "sales do not exceed returns, so there is no stage",
                "销售未超过退货，无法判断阶段",
                "銷售未超過退貨，無法判斷階段",
            )
            .to_owned(),
        Fact::Exited => lang.pick("the customer has left", "客户已离开", "客戶已離開").to_owned(),
        Fact::TenurePiece { tenure_months, from_months, to_months, hazard } => {
            tenure(lang, tenure_months, from_months, to_months, hazard)
        }
        Fact::NotByTenure => lang
            .pick(
                "in this file leaving does not depend on tenure",
                "在本文件中流失与合同时长无关",
                "在本檔案中流失與往來時間無關",
            )
            .to_owned(),
        Fact::Silence { .. } => silence(lang, fact),
        Fact::SilenceRank { share: of, typical_gap_days, n_gaps } => {
            let (of, typical, n) = (share(lang, of), days(lang, typical_gap_days.round()), lang.int(n_gaps));
            tell!(
                lang,
                "{of} of this customer's gaps between orders are expected to be shorter (typical gap {typical}, gaps seen: {n})",
                "预计该客户 {of} 的购买间隔短于此（典型间隔 {typical}，已观察 {n} 次）",
                "預計該客戶 {of} 的購買間隔短於此（典型間隔 {typical}，已觀察 {n} 次）"
            )
        }
        Fact::BoughtOnce => lang
            .pick(
                "bought on one day only, so the thresholds are those of other customers' first returns",
                "仅在一天购买过，阈值取自其他客户的首次复购",
                "僅在一天購買過，門檻取自其他客戶的首次回購",
            )
            .to_owned(),
        Fact::PAlive { p_alive } => {
            let p = share(lang, p_alive);
            tell!(
                lang,
                "the purchase model gives {p} for still being a customer (P(alive))",
                "购买模型估计仍为客户的概率（存续概率）为 {p}",
                "購買模型估計仍為客戶的機率（存續機率）為 {p}"
            )
        }
        Fact::Against { measure: what, value, threshold, .. } => {
            let (name, shown) = (measure(lang, what), measured(lang, what, value));
            let Some(t) = threshold else {
                return tell!(
                    lang,
                    "{name} {shown}, no threshold in this base",
                    "{name} {shown}，本客户群没有阈值",
                    "{name} {shown}，本客戶群沒有門檻"
                );
            };
            let limit = measured(lang, what, t);
            if value < t {
                tell!(
                    lang,
                    "{name} {shown}, below the threshold of {limit}",
                    "{name} {shown}，低于阈值 {limit}",
                    "{name} {shown}，低於門檻 {limit}"
                )
            } else if value > t {
                tell!(
                    lang,
                    "{name} {shown}, above the threshold of {limit}",
                    "{name} {shown}，高于阈值 {limit}",
                    "{name} {shown}，高於門檻 {limit}"
                )
            } else {
                tell!(
                    lang,
                    "{name} {shown}, at the threshold",
                    "{name} {shown}，正处阈值",
                    "{name} {shown}，恰在門檻上"
                )
            }
        }
        Fact::LargestPart { part, amount: money } => {
            let part = growth_part(lang, part);
            let money = money.map(|m| amount(lang, m));
            match money {
                Some(m) => tell!(
                    lang,
                    "most of the potential is {part} ({m})",
                    "潜力主要来自{part}（{m}）",
                    "潛力主要來自{part}（{m}）"
                ),
                None => {
                    tell!(lang, "most of the potential is {part}", "潜力主要来自{part}", "潛力主要來自{part}")
                }
            }
        }
        Fact::Score { measure: what, value, score, above_mean } => {
            let (name, shown, n) = (measure(lang, what), measured(lang, what, value), lang.int(score));
            if above_mean {
                tell!(
                    lang,
                    "{name} {shown}: score {n} of 5, above the mean",
                    "{name} {shown}：5 分制得 {n} 分，高于均值",
                    "{name} {shown}：5 分制得 {n} 分，高於平均值"
                )
            } else {
                tell!(
                    lang,
                    "{name} {shown}: score {n} of 5, not above the mean",
                    "{name} {shown}：5 分制得 {n} 分，不高于均值",
                    "{name} {shown}：5 分制得 {n} 分，不高於平均值"
                )
            }
        }
        Fact::Pattern { pattern, probability } => {
            let (name, p) = (pattern_name(lang, pattern), share(lang, probability));
            tell!(lang, "{name} with probability {p}", "{name}的概率为 {p}", "{name}的機率為 {p}")
        }
        Fact::Forecast { pattern, probability, provisional } => {
            let (name, p) = (pattern_name(lang, pattern), share(lang, probability));
            if provisional {
                tell!(
                    lang,
                    "may end as {name} ({p}, judged by the stage before the decline)",
                    "可能以{name}结束（{p}，按退化之前的阶段判断）",
                    "可能以{name}結束（{p}，依退化之前的階段判斷）"
                )
            } else {
                tell!(lang, "may end as {name} ({p})", "可能以{name}结束（{p}）", "可能以{name}結束（{p}）")
            }
        }
        Fact::HighestStage { stage, at_least } => {
            let name = stage_name(lang, stage);
            if at_least {
                tell!(lang, "reached at least {name}", "至少达到{name}", "至少達到{name}")
            } else {
                tell!(
                    lang,
                    "highest stage reached: {name}",
                    "达到的最高阶段为{name}",
                    "達到的最高階段為{name}"
                )
            }
        }
        Fact::InStage { stage } => {
            let name = stage_name(lang, stage);
            tell!(lang, "now in {name}", "目前处于{name}", "目前處於{name}")
        }
        Fact::ClusterFeature { feature_idx, cluster_z, customer_z } => {
            let name = feature_name(lang, names, feature_idx);
            let (group, own) = (z(lang, cluster_z), z(lang, customer_z));
            tell!(
                lang,
                "{name}: the group lies {group} the mean of all, this customer {own} it",
                "{name}：该组{group}，该客户{own}",
                "{name}：該組{group}，該客戶{own}"
            )
        }
        Fact::CreditItem { item, points, points_lost } => {
            let (name, got) = (terms::credit_item(lang, item), lang.decimal(points, 0));
            let lost = lang.decimal(points_lost, 1);
            tell!(
                lang,
                "{name}: {got} of 100 points, which costs the score {lost}",
                "{name}：得 {got} 分（满分 100），使总分减少 {lost}",
                "{name}：得 {got} 分（滿分 100），使總分減少 {lost}"
            )
        }
        Fact::CreditScore { score, grade } => {
            let (score, grade) = (lang.decimal(score, 1), grade_name(grade));
            tell!(
                lang,
                "score {score} of 100, grade {grade}",
                "总分 {score}（满分 100），{grade} 级",
                "總分 {score}（滿分 100），{grade} 級"
            )
        }
        Fact::TooFewInvoices { n, needed } => {
            let (n, needed) = (lang.int(n), lang.int(needed));
            tell!(
                lang,
                "invoices that fell due in 12 months: {n}; a grade needs {needed}",
                "近 12 个月到期发票 {n} 张，评级至少需 {needed} 张",
                "近 12 個月到期帳單 {n} 張，評級至少需 {needed} 張"
            )
        }
        Fact::Contribution { feature_idx, log_odds, value } => {
            contribution(lang, feature_idx, log_odds, value, names)
        }
        Fact::Check { check, met, value, threshold } => exit_check(lang, check, met, value, threshold),
        Fact::Rail { rail, light, value, .. } => guard_rail(lang, rail, light, value),
        Fact::Condition { condition: c, value } => {
            let rule = condition(lang, &c);
            match value {
                Some(v) => {
                    let v = feature_value(lang, c.feature, v);
                    tell!(lang, "{rule} (here {v})", "{rule}（该客户为 {v}）", "{rule}（該客戶為 {v}）")
                }
                None => {
                    tell!(lang, "{rule} (not known here)", "{rule}（该客户未知）", "{rule}（該客戶未知）")
                }
            }
        }
        Fact::RulePrecision { precision } => {
            let (n, of) = (lang.int(precision.n), lang.int(precision.of));
            let [p, a, b] =
                [precision.share, precision.interval.0, precision.interval.1].map(|p| lang.percent0(p));
            tell!(
                lang,
                "of {of} customers held out who met all conditions, {n} left within half a year ({p}, 95% interval {a} to {b})",
                "留作检验的客户中有 {of} 位符合全部条件，其中 {n} 位在半年内流失（{p}，95% 区间 {a} 至 {b}）",
                "留作檢驗的客戶中有 {of} 位符合全部條件，其中 {n} 位在半年內流失（{p}，95% 區間 {a} 至 {b}）"
            )
        }
    }
}

fn level(lang: Lang, per_month: f64, since: Option<u32>, lasted: Option<f64>, spread: Option<f64>) -> String {
    let value = amount(lang, per_month);
    let spread = spread.map_or(String::new(), |s| {
        let s = lang.percent0(s);
        tell!(lang, ", ±{s}", "，±{s}", "，±{s}")
    });
    match (since.map(|m| lang.int(m)), lasted.map(|m| months(lang, m))) {
        (Some(m), Some(n)) => tell!(
            lang,
            "value {value} a month since month {m}, for {n}{spread}",
            "自第 {m} 个月起 {n}内月均 {value}{spread}",
            "自第 {m} 個月起 {n}內每月平均 {value}{spread}"
        ),
        (Some(m), None) => {
            tell!(
                lang,
                "value {value} a month since month {m}{spread}",
                "自第 {m} 个月起月均 {value}{spread}",
                "自第 {m} 個月起每月平均 {value}{spread}"
            )
        }
        (None, _) => {
            tell!(lang, "value {value} a month{spread}", "月均 {value}{spread}", "每月平均 {value}{spread}")
        }
    }
}

fn recent(lang: Lang, change: Option<f64>, now: f64, n_periods: u32) -> String {
    let n = lang.int(n_periods);
    let [last, before] = match lang {
        Lang::En if n_periods == 1 => ["the last month is".to_owned(), "the month before".to_owned()],
        Lang::En => [format!("the last {n} months are"), format!("the {n} before")],
        Lang::ZhHans => [format!("最近 {n} 个月"), format!("之前 {n} 个月")],
        Lang::ZhHant => [format!("最近 {n} 個月"), format!("之前 {n} 個月")],
    };
    let Some(change) = change else {
        let now = amount(lang, now);
        return tell!(
            lang,
            "{last} at {now} a month, with nothing to compare in {before}",
            "{last}月均 {now}，{before}无可比金额",
            "{last}每月平均 {now}，{before}無可比金額"
        );
    };
    let by = lang.percent0(change.abs());
    if by == "0%" {
        tell!(lang, "{last} at the level of {before}", "{last}与{before}持平", "{last}與{before}持平")
    } else if change > 0.0 {
        tell!(lang, "{last} {by} above {before}", "{last}比{before}高 {by}", "{last}比{before}高 {by}")
    } else {
        tell!(lang, "{last} {by} below {before}", "{last}比{before}低 {by}", "{last}比{before}低 {by}")
    }
}

fn reliability(lang: Lang, confidence: Option<f64>, badge: Option<crate::analytics::stage::Badge>) -> String {
    let badge = badge.map(|b| (format!("{b:?}"), terms::badge(lang, b)));
    match (confidence.map(|p| share(lang, p)), badge) {
        (Some(p), Some((b, why))) => tell!(
            lang,
            "probability of the stage {p}, reliability {b} ({why})",
            "阶段概率 {p}，可靠性 {b}（{why}）",
            "階段機率 {p}，可靠度 {b}（{why}）"
        ),
        (Some(p), None) => tell!(lang, "probability of the stage {p}", "阶段概率 {p}", "階段機率 {p}"),
        (None, Some((b, why))) => {
            tell!(
                lang,
                "no probability of the stage, reliability {b} ({why})",
                "无阶段概率，可靠性 {b}（{why}）",
                "無階段機率，可靠度 {b}（{why}）"
            )
        }
        (None, None) => lang.pick("no probability can be given", "无法给出概率", "無法給出機率").to_owned(),
    }
}

fn flat(lang: Lang, stage: Stage, m: f64) -> String {
    let m = months(lang, m);
    if stage == Stage::Stability {
        tell!(
            lang,
            "one level for {m}: a plateau without a visible build-up",
            "{m}内水平不变：没有可见形成期的平台",
            "{m}內水準不變：沒有可見形成期的高原"
        )
    } else {
        tell!(
            lang,
            "one low level for {m}: exploration goes on",
            "{m}内一直是低水平：考察期延续",
            "{m}內一直是低水準：考察期延續"
        )
    }
}

fn tenure(lang: Lang, tenure: f64, from: f64, to: Option<f64>, hazard: f64) -> String {
    let (t, from, rate) = (months(lang, tenure), number(lang, from), lang.percent(hazard));
    match to.map(|to| number(lang, to)) {
        Some(to) => tell!(
            lang,
            "a customer for {t}; of those between {from} and {to} months, {rate} leave in a month",
            "成为客户 {t}；{from} 至 {to} 个月之间的客户每月流失 {rate}",
            "成為客戶 {t}；{from} 至 {to} 個月之間的客戶每月流失 {rate}"
        ),
        None => tell!(
            lang,
            "a customer for {t}; of those beyond {from} months, {rate} leave in a month",
            "成为客户 {t}；超过 {from} 个月的客户每月流失 {rate}",
            "成為客戶 {t}；超過 {from} 個月的客戶每月流失 {rate}"
        ),
    }
}

fn silence(lang: Lang, fact: &Fact) -> String {
    let Fact::Silence { state, silence_days, amber_days, red_days, amber_date, red_date } = *fact else {
        return String::new();
    };
    let silent = days(lang, f64::from(silence_days));
    let [amber, red] = [amber_days, red_days].map(|d| lang.decimal(d, 1));
    let [from_amber, from_red] = [amber_date, red_date].map(|d| date(lang, d));
    match state {
        State::Exited => tell!(
            lang,
            "silent for {silent}, past the exit threshold of {red} days since {from_red}",
            "已沉默 {silent}，自 {from_red} 起超过 {red} 天的流失阈值",
            "已沉默 {silent}，自 {from_red} 起超過 {red} 天的流失門檻"
        ),
        State::Amber => tell!(
            lang,
            "silent for {silent}, past the alert point of {amber} days since {from_amber}; the exit threshold of {red} days is passed on {from_red}",
            "已沉默 {silent}，自 {from_amber} 起超过 {amber} 天的警戒点；{from_red} 将超过 {red} 天的流失阈值",
            "已沉默 {silent}，自 {from_amber} 起超過 {amber} 天的警戒點；{from_red} 將超過 {red} 天的流失門檻"
        ),
        State::Active | State::NoPurchase => tell!(
            lang,
            "silent for {silent}; the alert point of {amber} days is passed on {from_amber}, the exit threshold of {red} days on {from_red}",
            "已沉默 {silent}；{from_amber} 将超过 {amber} 天的警戒点，{from_red} 将超过 {red} 天的流失阈值",
            "已沉默 {silent}；{from_amber} 將超過 {amber} 天的警戒點，{from_red} 將超過 {red} 天的流失門檻"
        ),
    }
}

/// "1.2 standard deviations above".
fn z(lang: Lang, z: f64) -> String {
    let by = lang.decimal(z.abs(), 1);
    if z < 0.0 {
        tell!(
            lang,
            "{by} standard deviations below",
            "比总体均值低 {by} 个标准差",
            "比整體平均值低 {by} 個標準差"
        )
    } else {
        tell!(
            lang,
            "{by} standard deviations above",
            "比总体均值高 {by} 个标准差",
            "比整體平均值高 {by} 個標準差"
        )
    }
}

fn contribution(lang: Lang, idx: u32, log_odds: f64, value: Option<f64>, names: &[FeatureName]) -> String {
    let name = feature_name(lang, names, idx);
    let level = names.get(idx as usize).and_then(|n| n.level.clone());
    let shown = level.or_else(|| value.map(|v| number(lang, v)));
    let name = match shown {
        Some(v) => tell!(lang, "{name} ({v})", "{name}（{v}）", "{name}（{v}）"),
        None => name,
    };
    // Odds, not log-odds: twice as likely to leave as to stay is something to imagine.
    let odds = crate::math::exp(log_odds.abs().min(20.0));
    let odds = lang.decimal(odds, 2);
    if log_odds < 0.0 {
        tell!(
            lang,
            "{name} divides the odds of leaving by {odds}, against the mean customer",
            "与平均客户相比，{name}使流失几率降为 1/{odds}",
            "與平均客戶相比，{name}使流失勝算降為 1/{odds}"
        )
    } else {
        tell!(
            lang,
            "{name} multiplies the odds of leaving by {odds}, against the mean customer",
            "与平均客户相比，{name}使流失几率升为 {odds} 倍",
            "與平均客戶相比，{name}使流失勝算升為 {odds} 倍"
        )
    }
}

fn exit_check(
    lang: Lang,
    check: ExitCheck,
    met: Option<bool>,
    value: Option<f64>,
    threshold: Option<f64>,
) -> String {
    let money = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| amount(lang, v));
    let (v, t) = (money(value), money(threshold));
    match (check, met) {
        (ExitCheck::LossMaking, Some(true)) => tell!(
            lang,
            "makes a loss: the lower of 12-month profit and current value is {v}",
            "处于亏损：近 12 个月利润与当前价值中较低者为 {v}",
            "處於虧損：近 12 個月利潤與當前價值中較低者為 {v}"
        ),
        (ExitCheck::LossMaking, Some(false)) => tell!(
            lang,
            "makes no loss: the lower of 12-month profit and current value is {v}",
            "没有亏损：近 12 个月利润与当前价值中较低者为 {v}",
            "沒有虧損：近 12 個月利潤與當前價值中較低者為 {v}"
        ),
        (ExitCheck::LossMaking, None) => lang
            .pick(
                "whether a loss is made cannot be told without costs",
                "没有成本数据，无法判断是否亏损",
                "沒有成本資料，無法判斷是否虧損",
            )
            .to_owned(),
        (ExitCheck::PotentialBelowCost, Some(true)) => tell!(
            lang,
            "growth potential {v} is below what repairing the relationship would cost, {t}",
            "增值潜力 {v} 低于修复关系的成本 {t}",
            "增值潛力 {v} 低於修復關係的成本 {t}"
        ),
        (ExitCheck::PotentialBelowCost, _) => tell!(
            lang,
            "growth potential {v} is not below what repairing the relationship would cost, {t}",
            "增值潜力 {v} 不低于修复关系的成本 {t}",
            "增值潛力 {v} 不低於修復關係的成本 {t}"
        ),
        (ExitCheck::ClassOne, Some(true)) => {
            lang.pick("in value class I", "属于 I 类", "屬於 I 類").to_owned()
        }
        (ExitCheck::ClassOne, _) => {
            lang.pick("not in value class I", "不属于 I 类", "不屬於 I 類").to_owned()
        }
        (ExitCheck::LongEnough, met) => {
            let [m, needed] =
                [value, threshold].map(|m| m.map_or_else(|| "–".to_owned(), |m| months(lang, m)));
            if met == Some(true) {
                tell!(
                    lang,
                    "a customer for {m}, long enough to judge ({needed})",
                    "成为客户 {m}，足以判断（{needed}）",
                    "成為客戶 {m}，足以判斷（{needed}）"
                )
            } else {
                tell!(
                    lang,
                    "a customer for {m} only: the first {needed} lose money by design",
                    "成为客户仅 {m}：最初 {needed}本就难免亏损",
                    "成為客戶僅 {m}：最初 {needed}本就難免虧損"
                )
            }
        }
        (ExitCheck::NotInBuildUp, Some(true)) => {
            lang.pick("not in build-up", "不在形成期", "不在形成期").to_owned()
        }
        (ExitCheck::NotInBuildUp, Some(false)) => lang
            .pick(
                "in build-up, where no relationship is ended",
                "处于形成期，此时不应解除",
                "處於形成期，此時不應解除",
            )
            .to_owned(),
        (ExitCheck::NotInBuildUp, None) => lang
            .pick(
                "the stage is not known, so build-up cannot be ruled out",
                "阶段未知，不能排除形成期",
                "階段未知，不能排除形成期",
            )
            .to_owned(),
    }
}

fn guard_rail(lang: Lang, rail: GuardRail, light: Light, value: Option<f64>) -> String {
    let (name, light) = (terms::guard_rail(lang, rail), terms::light(lang, light));
    let shown = value.map(|v| match rail {
        GuardRail::Receivables | GuardRail::FixedCost => amount(lang, v),
        GuardRail::MarketShare => lang.percent(v),
        GuardRail::Season => lang.decimal(v, 2),
        GuardRail::ContractEnd => number(lang, v),
        _ => lang.decimal(v, 0),
    });
    match shown {
        Some(v) => tell!(
            lang,
            "guard rail, {name} ({v}): {light}",
            "护栏“{name}”（{v}）：{light}",
            "護欄「{name}」（{v}）：{light}"
        ),
        None => {
            tell!(lang, "guard rail, {name}: {light}", "护栏“{name}”：{light}", "護欄「{name}」：{light}")
        }
    }
}

/// A condition of a rule: "days since the last order above 120".
#[must_use]
pub fn condition(lang: Lang, c: &Condition) -> String {
    let (name, t) = (terms::feature(lang, c.feature), feature_value(lang, c.feature, c.threshold));
    match c.op {
        Op::Above => tell!(lang, "{name} above {t}", "{name}高于 {t}", "{name}高於 {t}"),
        Op::AtMost => tell!(lang, "{name} at most {t}", "{name}不高于 {t}", "{name}不高於 {t}"),
    }
}

fn feature_value(lang: Lang, feature: Feature, v: f64) -> String {
    match feature.unit() {
        Unit::Money => amount(lang, v),
        Unit::Share => lang.percent(v),
        Unit::Days | Unit::Months | Unit::Count | Unit::PerOrder => number(lang, v),
    }
}

fn growth_part(lang: Lang, part: GrowthPart) -> String {
    super::low(
        lang,
        match part {
            GrowthPart::UpBuying => text::part_up(lang),
            GrowthPart::CrossBuying => text::part_cross(lang),
            GrowthPart::Referral => text::part_referral(lang),
        },
    )
}
