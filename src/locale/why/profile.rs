//! The seven views of a customer, in sentences.

use super::{amount, days, grade_name, group, low, number, sentence, share, stage_name, tell};
use crate::analytics::churn::State;
use crate::analytics::profile::{DataRole, DevelopmentOf, Fact, SevenP};
use crate::locale::{Lang, say, terms};
use crate::report::Why;

/// One view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Which.
    pub view: SevenP,
    /// Its question.
    pub title: &'static str,
    /// What is known.
    pub facts: Vec<String>,
    /// What the file would have to hold for more.
    pub missing: Vec<String>,
}

/// The seven views.
#[must_use]
pub fn profile(lang: Lang, why: &Why) -> Vec<View> {
    let view = |part: &crate::analytics::profile::ProfilePart| View {
        view: part.view,
        title: terms::seven_p(lang, part.view),
        facts: part.facts.iter().map(|f| sentence(lang, &fact(lang, f, why))).collect(),
        missing: part.missing.iter().map(|need| missing(lang, need)).collect(),
    };
    why.profile.iter().map(view).collect()
}

fn missing(lang: Lang, any: &[DataRole]) -> String {
    let roles: Vec<&str> = any.iter().map(|r| terms::role(lang, *r)).collect();
    match lang {
        Lang::En => format!("Not in this file: {}.", roles.join(" or ")),
        Lang::ZhHans => format!("文件中没有：{}。", roles.join("或")),
        Lang::ZhHant => format!("檔案中沒有：{}。", roles.join("或")),
    }
}

fn fact(lang: Lang, fact: &Fact, why: &Why) -> String {
    match *fact {
        Fact::RfmGroup { group: g } => {
            let g = low(lang, group(lang, g));
            tell!(lang, "RFM group: {g}", "RFM 类别：{g}", "RFM 類別：{g}")
        }
        Fact::Class { class } => {
            let (n, strategy) = (say::class(class), low(lang, say::strategy(lang, class)));
            tell!(lang, "value class {n}: {strategy}", "价值类别 {n}：{strategy}", "價值類別 {n}：{strategy}")
        }
        Fact::Cluster { cluster_idx } => {
            let k = lang.int(f64::from(cluster_idx) + 1.0);
            tell!(lang, "group {k} of alike customers", "相似客户群第 {k} 组", "相似客戶群第 {k} 組")
        }
        Fact::Segment { segment_idx } => {
            let name = why.names.segment.clone().unwrap_or_else(|| lang.int(f64::from(segment_idx) + 1.0));
            tell!(lang, "segment in the file: {name}", "文件中的细分：{name}", "檔案中的客群：{name}")
        }
        Fact::Credit { score, grade } => {
            let (s, g) = (lang.decimal(score, 1), grade_name(grade));
            tell!(lang, "credit grade {g}, score {s}", "信用等级 {g}，得分 {s}", "信用等級 {g}，得分 {s}")
        }
        Fact::State { state } => match state {
            State::Active => {
                lang.pick("active by the rule of silence", "按沉默规则为活跃", "依沉默規則為活躍")
            }
            State::Amber => lang.pick("past the alert point", "已超过警戒点", "已超過警戒點"),
            State::Exited => lang.pick("left by the rule of silence", "按沉默规则已流失", "依沉默規則已流失"),
            State::NoPurchase => lang.pick("no purchase yet", "尚无购买", "尚無購買"),
        }
        .to_owned(),
        Fact::Silence { days: d, amber_days, red_days } => {
            let (d, a, r) = (days(lang, d), lang.decimal(amber_days, 1), lang.decimal(red_days, 1));
            tell!(
                lang,
                "silent for {d}, unusual from {a} days, taken as left from {r}",
                "已沉默 {d}，{a} 天起属异常，{r} 天起视为流失",
                "已沉默 {d}，{a} 天起屬異常，{r} 天起視為流失"
            )
        }
        Fact::Stage { stage, confidence } => {
            let (s, p) = (stage_name(lang, stage), share(lang, confidence));
            tell!(lang, "in {s} ({p})", "处于{s}（{p}）", "處於{s}（{p}）")
        }
        Fact::Profit { money, percentile } => {
            let (m, p) = (amount(lang, money), share(lang, percentile));
            tell!(
                lang,
                "profit of the last 12 months {m}, more than {p} of the customers bring",
                "近 12 个月利润 {m}，高于 {p} 的客户",
                "近 12 個月利潤 {m}，高於 {p} 的客戶"
            )
        }
        Fact::CostToServe { share: s } => {
            let s = lang.percent0(s);
            tell!(lang, "serving costs {s} of revenue", "服务成本占收入的 {s}", "服務成本占營收的 {s}")
        }
        Fact::Development { of, trend } => {
            let what = match of {
                DevelopmentOf::All => lang.pick("spend", "消费", "消費"),
                DevelopmentOf::Product => lang.pick("spend on one product", "单一产品消费", "單一產品消費"),
                DevelopmentOf::Channel => lang.pick("spend in one channel", "单一渠道消费", "單一通路消費"),
            };
            let [before, last] = trend.amount.map(|a| amount(lang, a));
            tell!(
                lang,
                "{what} of the last 12 months {last}, of the 12 before {before}",
                "近 12 个月{what} {last}，此前 12 个月 {before}",
                "近 12 個月{what} {last}，此前 12 個月 {before}"
            )
        }
        Fact::Alive { p } => {
            let p = share(lang, p);
            tell!(
                lang,
                "still a customer with probability {p} (P(alive))",
                "仍为客户的概率 {p}（存续概率）",
                "仍為客戶的機率 {p}（存續機率）"
            )
        }
        Fact::ExpectedOrders { n } => {
            let n = number(lang, n);
            tell!(
                lang,
                "orders expected over the horizon: {n}",
                "预测期内预期订单 {n} 笔",
                "預測期內預期訂單 {n} 筆"
            )
        }
        Fact::Clv { money } => {
            let m = amount(lang, money);
            tell!(lang, "lifetime value {m}", "终身价值 {m}", "終身價值 {m}")
        }
        Fact::Potential { money } => {
            let m = amount(lang, money);
            tell!(lang, "growth potential {m}", "增值潜力 {m}", "增值潛力 {m}")
        }
        Fact::Products { n } => {
            let n = lang.int(n);
            tell!(lang, "different products bought: {n}", "购买过 {n} 种产品", "購買過 {n} 種產品")
        }
        Fact::NextProduct { product_idx, confidence } => {
            let name =
                why.names.next_product.clone().unwrap_or_else(|| lang.int(f64::from(product_idx) + 1.0));
            let p = share(lang, confidence);
            tell!(
                lang,
                "to offer next: {name}, bought by {p} of comparable customers",
                "建议推荐：{name}，{p} 的同类客户购买过",
                "建議推薦：{name}，{p} 的同類客戶購買過"
            )
        }
        Fact::Discount { share: s } => {
            let s = lang.percent0(s);
            tell!(lang, "{s} of spend at a discount", "折扣消费占 {s}", "折扣消費占 {s}")
        }
        Fact::PromotedSpend { share: s } => {
            let s = lang.percent0(s);
            tell!(lang, "{s} of spend within promotions", "促销期消费占 {s}", "促銷期消費占 {s}")
        }
    }
}
