//! Why a customer carries a label, in sentences: a headline of the label with the two facts that decided, then all
//! facts, then what would change it. Each sentence reads the numbers of one fact and picks a wording; nothing is
//! computed.
//!
//! Facts are clauses ("value 1,015 a month since month 9, ±4%"), so that they can be joined in a headline and stand
//! alone as a sentence.

mod action;
mod change;
mod fact;
mod profile;

pub use action::{action, contact};
pub use change::change;
pub use fact::{clause, condition};
pub use profile::{View, profile};

use super::{Lang, say, terms, text};
use crate::analytics::churn::State;
use crate::analytics::explain::{Explanation, Fact, Measure};
use crate::analytics::stage::Stage;
use crate::customer::Day;
use crate::report::{Names, Why};

/// A sentence per language; one that is left out does not compile.
macro_rules! tell {
    ($lang:expr, $en:expr, $hans:expr, $hant:expr) => {
        match $lang {
            $crate::locale::Lang::En => format!($en),
            $crate::locale::Lang::ZhHans => $crate::locale::why::close_up(&format!($hans)),
            $crate::locale::Lang::ZhHant => $crate::locale::why::close_up(&format!($hant)),
        }
    };
}
use tell;

/// What is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// What to do.
    Action,
    /// Stage of the relationship.
    Stage,
    /// Silence.
    Warning,
    /// Early warning of contracts.
    Risk,
    /// Value class.
    Class,
    /// RFM group.
    Rfm,
    /// Pattern.
    Pattern,
    /// Tier.
    Tier,
    /// Cluster.
    Cluster,
    /// Credit grade.
    Credit,
    /// Candidate for ending the relationship.
    Exit,
    /// Rule of the tree of leavers.
    Rule,
}

/// One label explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What is explained.
    pub topic: Topic,
    /// Its name.
    pub title: &'static str,
    /// What it means, for a reader who meets it for the first time.
    pub gloss: &'static str,
    /// The label and what decided.
    pub headline: String,
    /// What it rests on, the most decisive first.
    pub facts: Vec<String>,
    /// What would change it.
    pub changes: Vec<String>,
}

/// Everything known about a customer's labels, what to do first.
#[must_use]
pub fn sections(lang: Lang, why: &Why) -> Vec<Section> {
    let parts = [
        (Topic::Stage, &why.stage),
        (Topic::Warning, &why.warning),
        (Topic::Risk, &why.risk),
        (Topic::Class, &why.class),
        (Topic::Rfm, &why.rfm),
        (Topic::Pattern, &why.pattern),
        (Topic::Tier, &why.tier),
        (Topic::Cluster, &why.cluster),
        (Topic::Credit, &why.credit),
        (Topic::Exit, &why.exit),
        (Topic::Rule, &why.rule),
    ];
    let (title, gloss) = title(lang, Topic::Action);
    let (headline, facts) = action(lang, why);
    let first = Section { topic: Topic::Action, title, gloss, headline, facts, changes: Vec::new() };
    let section = |(topic, explanation): (Topic, &Option<Explanation>)| {
        let explanation = explanation.as_ref()?;
        let (title, gloss) = self::title(lang, topic);
        let names = names(topic, why);
        Some(Section {
            topic,
            title,
            gloss,
            headline: headline_of(lang, topic, explanation, why),
            facts: explanation.facts.iter().map(|f| sentence(lang, &clause(lang, f, names, false))).collect(),
            changes: explanation.changes.iter().map(|c| change(lang, c, names)).collect(),
        })
    };
    std::iter::once(first).chain(parts.into_iter().filter_map(section)).collect()
}

/// Names of the columns that a topic's facts point to.
fn names(topic: Topic, why: &Why) -> &[crate::report::FeatureName] {
    let Names { covariates, cluster_features, .. } = &why.names;
    if topic == Topic::Cluster { cluster_features } else { covariates }
}

/// The label with the two facts that decided.
#[must_use]
pub fn headline_of(lang: Lang, topic: Topic, explanation: &Explanation, why: &Why) -> String {
    headline(lang, &label(lang, topic, explanation, why), explanation, names(topic, why))
}

/// A label with the facts that decided: those that the label itself does not say.
#[must_use]
pub fn headline(
    lang: Lang,
    label: &str,
    explanation: &Explanation,
    names: &[crate::report::FeatureName],
) -> String {
    let said = |f: &&Fact| !matches!(f, Fact::Reliability { .. } | Fact::CreditScore { .. } | Fact::Exited);
    let clauses: Vec<String> =
        explanation.facts.iter().filter(said).take(2).map(|f| clause(lang, f, names, true)).collect();
    if clauses.is_empty() {
        return sentence(lang, label);
    }
    match lang {
        Lang::En => format!("{label}: {}.", clauses.join("; ")),
        Lang::ZhHans => format!("{label}：{}。", clauses.join("；")),
        Lang::ZhHant => format!("{label}：{}。", clauses.join("；")),
    }
}

/// A stage with how sure it is: "Stability (92%, A)".
#[must_use]
pub fn stage_label(lang: Lang, stage: Option<Stage>, exited: bool, explanation: &Explanation) -> String {
    let sure = explanation.facts.iter().find_map(|f| match *f {
        Fact::Reliability { confidence, badge } => Some((confidence, badge)),
        _ => None,
    });
    let between = explanation.facts.iter().find_map(|f| match *f {
        Fact::Between { first, second, .. } => Some((stage_name(lang, first), stage_name(lang, second))),
        _ => None,
    });
    let Some(stage) = stage else { return lang.pick("No stage", "无阶段", "無階段").to_owned() };
    let name = stage_name(lang, stage);
    let name = match (between, exited) {
        (Some((first, second)), false) => {
            tell!(
                lang,
                "Between {first} and {second}",
                "介于{first}与{second}之间",
                "介於{first}與{second}之間"
            )
        }
        (_, true) => tell!(lang, "Left from {name}", "自{name}离开", "自{name}離開"),
        (None, false) => capital(lang, name),
    };
    let badge = sure.and_then(|s| s.1).map(|b| format!("{b:?}"));
    let sure = sure.and_then(|s| s.0).map(|p| share(lang, p));
    let both: Vec<String> = sure.into_iter().chain(badge).collect();
    match (lang, both.is_empty()) {
        (_, true) => name,
        (Lang::En, false) => format!("{name} ({})", both.join(", ")),
        (Lang::ZhHans, false) => format!("{name}（{}）", both.join("，")),
        (Lang::ZhHant, false) => format!("{name}（{}）", both.join("，")),
    }
}

fn label(lang: Lang, topic: Topic, explanation: &Explanation, why: &Why) -> String {
    let labels = &why.labels;
    let state = explanation.facts.iter().find_map(|f| match f {
        Fact::Silence { state, .. } => Some(*state),
        _ => None,
    });
    let none = || lang.pick("No label", "无标签", "無標籤").to_owned();
    match topic {
        Topic::Action => lang.pick("What to do", "建议行动", "建議行動").to_owned(),
        Topic::Stage => stage_label(lang, labels.stage, labels.exited, explanation),
        Topic::Warning => match state {
            Some(State::Exited) => {
                lang.pick("Left, by the rule of silence", "按沉默规则已流失", "依沉默規則已流失")
            }
            Some(State::Amber) => lang.pick("Alert", "警戒", "警戒"),
            Some(State::Active) => lang.pick("Calm", "正常", "正常"),
            Some(State::NoPurchase) | None => lang.pick("No purchase yet", "尚无购买", "尚無購買"),
        }
        .to_owned(),
        Topic::Risk => risk(explanation).map_or_else(none, |p| {
            let p = share(lang, p);
            tell!(
                lang,
                "Risk of leaving within 12 months {p}",
                "12 个月内的流失风险 {p}",
                "12 個月內的流失風險 {p}"
            )
        }),
        Topic::Class => labels.class.map_or_else(none, |class| {
            let (number, strategy) = (say::class(class), low(lang, say::strategy(lang, class)));
            tell!(
                lang,
                "Class {number} ({strategy})",
                "{number} 类（{strategy}）",
                "{number} 類（{strategy}）"
            )
        }),
        Topic::Rfm => labels.group.map_or_else(none, |g| group(lang, g).to_owned()),
        Topic::Pattern => labels.pattern.map_or_else(none, |p| say::pattern(lang, p).to_owned()),
        Topic::Tier => labels.tier.map_or_else(none, |t| terms::tier(lang, t).to_owned()),
        Topic::Cluster => labels.cluster.map_or_else(none, |k| {
            let k = lang.int(f64::from(k) + 1.0);
            tell!(lang, "Group {k}", "第 {k} 组", "第 {k} 組")
        }),
        Topic::Credit => match labels.grade {
            Some(grade) => {
                let grade = grade_name(grade);
                tell!(lang, "Grade {grade}", "{grade} 级", "{grade} 級")
            }
            None => lang.pick("Unrated: cash terms", "未评级：现款交易", "未評級：現金交易").to_owned(),
        },
        Topic::Exit => labels.exit.map_or_else(
            || lang.pick("No candidate for release", "非解除候选", "非解除候選").to_owned(),
            |d| terms::decision(lang, d).to_owned(),
        ),
        Topic::Rule => lang.pick("Rule of the tree of leavers", "流失规则", "流失規則").to_owned(),
    }
}

fn risk(explanation: &Explanation) -> Option<f64> {
    explanation.facts.iter().find_map(|f| match *f {
        Fact::Against { measure: Measure::ExitRisk, value, .. } => Some(value),
        _ => None,
    })
}

/// Name and meaning of a topic.
#[must_use]
pub fn title(lang: Lang, topic: Topic) -> (&'static str, &'static str) {
    match topic {
        Topic::Action => (
            lang.pick("What to do", "建议行动", "建議行動"),
            lang.pick(
                "By stage and value class, with what a contact costs and may save.",
                "依据阶段与价值类别，并计算联系的成本与收益。",
                "依據階段與價值類別，並計算聯絡的成本與收益。",
            ),
        ),
        Topic::Stage => (
            text::stage(lang),
            lang.pick(
                "A relationship goes through exploration, build-up, stability and decline.",
                "客户关系依次经历考察期、形成期、稳定期与退化期。",
                "客戶關係依次經歷考察期、形成期、穩定期與退化期。",
            ),
        ),
        Topic::Warning => (
            text::col_warning(lang),
            lang.pick(
                "Silence since the last order, against the gaps this customer usually leaves.",
                "距上次下单的沉默时间，与该客户自身购买间隔相比。",
                "距上次下單的沉默時間，與該客戶自身購買間隔相比。",
            ),
        ),
        Topic::Risk => (
            lang.pick("Risk of leaving", "流失风险", "流失風險"),
            lang.pick(
                "What contracts that ended had in common, applied to this one (logistic regression).",
                "由已终止合同的共同特征推断本合同（逻辑回归）。",
                "由已終止合約的共同特徵推斷本合約（羅吉斯迴歸）。",
            ),
        ),
        Topic::Class => (
            text::class(lang),
            lang.pick(
                "Current value (future profit if behavior goes on) against growth potential (profit to be gained).",
                "当前价值（行为延续时的未来利润）与增值潜力（可新增的利润）。",
                "當前價值（行為延續時的未來利潤）與增值潛力（可新增的利潤）。",
            ),
        ),
        Topic::Rfm => (
            lang.pick("RFM group", "RFM 类别", "RFM 類別"),
            lang.pick(
                "Recency, frequency and money of purchases, scored from 1 to 5.",
                "购买的近度、频度与金额，各计 1 至 5 分。",
                "購買的近期性、頻率與金額，各計 1 至 5 分。",
            ),
        ),
        Topic::Pattern => (
            text::pattern(lang),
            lang.pick(
                "From which stage a relationship ends.",
                "关系从哪个阶段结束。",
                "關係從哪個階段結束。",
            ),
        ),
        Topic::Tier => (
            lang.pick("Tier", "客户层级", "客戶層級"),
            lang.pick(
                "Who buys for the price (transactional) and who for the relationship (relational).",
                "为价格而买（交易型）还是为关系而买（关系型）。",
                "為價格而買（交易型）還是為關係而買（關係型）。",
            ),
        ),
        Topic::Cluster => (
            lang.pick("Group of alike customers", "相似客户群", "相似客戶群"),
            lang.pick(
                "Found by the numbers alone (clustering); group 1 brings most per customer.",
                "仅由数字聚类得出；第 1 组人均金额最高。",
                "僅由數字分群得出；第 1 組平均每位客戶金額最高。",
            ),
        ),
        Topic::Credit => (
            lang.pick("Credit grade", "信用等级", "信用等級"),
            lang.pick(
                "How invoices of the last 12 months were paid. Decision support only.",
                "近 12 个月发票的付款情况，仅供决策参考。",
                "近 12 個月帳單的付款情況，僅供決策參考。",
            ),
        ),
        Topic::Exit => (
            lang.pick("Release with care", "妥善解除", "妥善解除"),
            lang.pick(
                "Whether ending the relationship may be considered, and what speaks against it.",
                "是否可考虑结束关系，以及反对的理由。",
                "是否可考慮結束關係，以及不宜結束的理由。",
            ),
        ),
        Topic::Rule => (
            lang.pick("Rule of leavers", "流失规则", "流失規則"),
            lang.pick(
                "A simple rule learned from who left within half a year.",
                "由半年内流失者学得的简单规则。",
                "由半年內流失者學得的簡單規則。",
            ),
        ),
    }
}

/// Chinese without spaces between its characters and around its full-width marks, as where a date ends in one.
fn close_up(text: &str) -> String {
    let mark = |c: char| ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c);
    let wide = |c: char| mark(c) || ('\u{3040}'..='\u{9fff}').contains(&c);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let around = (out.chars().next_back(), chars.peek().copied());
        let closed = matches!(around, (Some(a), Some(b)) if mark(a) || mark(b) || (wide(a) && wide(b)));
        if c != ' ' || !closed {
            out.push(c);
        }
    }
    out
}

/// A clause as a sentence of its own.
fn sentence(lang: Lang, clause: &str) -> String {
    match lang {
        Lang::En => format!("{}.", capital(lang, clause)),
        Lang::ZhHans => format!("{clause}。"),
        Lang::ZhHant => format!("{clause}。"),
    }
}

/// With a capital letter, in languages that have them.
fn capital(lang: Lang, text: &str) -> String {
    let mut chars = text.chars();
    match (lang, chars.next()) {
        (Lang::En, Some(first)) => first.to_uppercase().chain(chars).collect(),
        (Lang::En, None) | (Lang::ZhHans | Lang::ZhHant, _) => text.to_owned(),
    }
}

/// Within a sentence.
fn low(lang: Lang, text: &str) -> String {
    let mut chars = text.chars();
    match (lang, chars.next()) {
        (Lang::En, Some(first)) => first.to_lowercase().chain(chars).collect(),
        (Lang::En, None) | (Lang::ZhHans | Lang::ZhHant, _) => text.to_owned(),
    }
}

/// A stage within a sentence.
fn stage_name(lang: Lang, stage: Stage) -> &'static str {
    match (lang, stage) {
        (Lang::En, Stage::Exploration) => "exploration",
        (Lang::En, Stage::BuildUp) => "build-up",
        (Lang::En, Stage::Stability) => "stability",
        (Lang::En, Stage::Decline) => "decline",
        (Lang::ZhHans | Lang::ZhHant, Stage::Exploration) => text::stage_exploration(lang),
        (Lang::ZhHans | Lang::ZhHant, Stage::BuildUp) => text::stage_build_up(lang),
        (Lang::ZhHans | Lang::ZhHant, Stage::Stability) => text::stage_stability(lang),
        (Lang::ZhHans | Lang::ZhHant, Stage::Decline) => text::stage_decline(lang),
    }
}

/// A pattern within a sentence.
fn pattern_name(lang: Lang, pattern: crate::analytics::pattern::Pattern) -> String {
    low(lang, say::pattern(lang, pattern.into()))
}

/// Name of an RFM group.
#[must_use]
pub fn group(lang: Lang, group: crate::analytics::rfm::Group) -> &'static str {
    use crate::analytics::rfm::Group;
    match group {
        Group::ImportantValue => text::rfm_111(lang),
        Group::ImportantDevelop => text::rfm_101(lang),
        Group::ImportantKeep => text::rfm_011(lang),
        Group::ImportantWinBack => text::rfm_001(lang),
        Group::GeneralValue => text::rfm_110(lang),
        Group::GeneralDevelop => text::rfm_100(lang),
        Group::GeneralKeep => text::rfm_010(lang),
        Group::GeneralWinBack => text::rfm_000(lang),
    }
}

/// A credit grade.
#[must_use]
pub fn grade_name(grade: crate::analytics::credit::Grade) -> &'static str {
    use crate::analytics::credit::Grade;
    match grade {
        Grade::Aaa => "AAA",
        Grade::Aa => "AA",
        Grade::A => "A",
        Grade::B => "B",
        Grade::C => "C",
        Grade::D => "D",
    }
}

/// Money in a sentence: whole units where cents would be noise.
fn amount(lang: Lang, x: f64) -> String {
    if x.abs() >= 1e8 {
        lang.compact(x)
    } else if x.abs() >= 100.0 || x == 0.0 {
        lang.decimal(x, 0)
    } else {
        lang.decimal(x, 2)
    }
}

/// A share or probability: what is not certain never reads 0% or 100%.
fn share(lang: Lang, p: f64) -> String {
    match p {
        p if p > 0.0 && p < 0.005 => "<1%".to_owned(),
        p if (0.995..1.0).contains(&p) => ">99%".to_owned(),
        p => lang.percent0(p),
    }
}

/// A count or score with decimals only where it has some.
fn number(lang: Lang, x: f64) -> String {
    let whole = (x - x.round()).abs() < 0.05;
    lang.decimal(x, if whole || x.abs() >= 1000.0 { 0 } else { 1 })
}

fn months(lang: Lang, x: f64) -> String {
    let n = number(lang, x);
    match lang {
        Lang::En if n == "1" => "1 month".to_owned(),
        Lang::En => format!("{n} months"),
        Lang::ZhHans => format!("{n} 个月"),
        Lang::ZhHant => format!("{n} 個月"),
    }
}

fn days(lang: Lang, x: f64) -> String {
    let n = number(lang, x);
    match lang {
        Lang::En if n == "1" => "1 day".to_owned(),
        Lang::En => format!("{n} days"),
        Lang::ZhHans => format!("{n} 天"),
        Lang::ZhHant => format!("{n} 天"),
    }
}

fn orders(lang: Lang, n: u32) -> String {
    let k = lang.int(n);
    match lang {
        Lang::En if n == 1 => "1 order".to_owned(),
        Lang::En => format!("{k} orders"),
        Lang::ZhHans => format!("{k} 单"),
        Lang::ZhHant => format!("{k} 筆訂單"),
    }
}

fn date(lang: Lang, day: Day) -> String {
    lang.date(&day.iso())
}

/// A number as its measure is read.
fn measured(lang: Lang, measure: Measure, x: f64) -> String {
    match measure {
        Measure::CurrentValue | Measure::GrowthPotential | Measure::Profit12Months | Measure::Monetary => {
            amount(lang, x)
        }
        Measure::DiscountDependence | Measure::TrendRatio => lang.percent0(x),
        Measure::DownwardTrendP | Measure::ExitRisk => lang.percent(x),
        Measure::Elasticity => lang.decimal(x, 2),
        Measure::TenureMonths | Measure::StableMonths => months(lang, x),
        Measure::RecencyDays => days(lang, x),
        Measure::Frequency => number(lang, x),
    }
}

/// What is measured, within a sentence.
fn measure(lang: Lang, measure: Measure) -> &'static str {
    match measure {
        Measure::CurrentValue => lang.pick("current value", "当前价值", "當前價值"),
        Measure::GrowthPotential => lang.pick("growth potential", "增值潜力", "增值潛力"),
        Measure::Profit12Months => {
            lang.pick("profit of the last 12 months", "近 12 个月利润", "近 12 個月利潤")
        }
        Measure::DiscountDependence => {
            lang.pick("share of spend at a discount", "折扣消费占比", "折扣消費占比")
        }
        Measure::Elasticity => lang.pick(
            "price elasticity (% of quantity per 1% of price)",
            "价格弹性（价格变动 1% 时数量变动的百分比）",
            "價格彈性（價格變動 1% 時數量變動的百分比）",
        ),
        Measure::DownwardTrendP => lang.pick(
            "chance of so clear a fall without a trend",
            "并无下降趋势时出现如此下滑的概率",
            "若無下降趨勢，出現如此下滑的機率",
        ),
        Measure::TenureMonths => lang.pick("tenure", "关系时长", "往來時間"),
        Measure::TrendRatio => lang.pick(
            "last charge against the mean so far",
            "最近费用与历史平均之比",
            "最近費用與歷史平均之比",
        ),
        Measure::ExitRisk => lang.pick("risk of leaving", "流失风险", "流失風險"),
        Measure::RecencyDays => lang.pick(
            "time since the last order (RFM recency)",
            "距上次下单时间（近度）",
            "距上次下單時間（近期性）",
        ),
        Measure::Frequency => {
            lang.pick("orders in the window (RFM frequency)", "期内订单数（频度）", "期內訂單數（頻率）")
        }
        Measure::Monetary => lang.pick("amount in the window (RFM money)", "期内金额", "期內金額"),
        Measure::StableMonths => lang.pick("time in stability", "稳定期时长", "穩定期長度"),
    }
}

/// Name of a column that a fact points to.
fn feature_name(lang: Lang, names: &[crate::report::FeatureName], idx: u32) -> String {
    match names.get(idx as usize).map(|n| n.name.as_str()) {
        Some("frequency") => lang.pick("number of orders", "订单数", "訂單數").to_owned(),
        Some("monetary") => lang.pick("revenue", "收入", "營收").to_owned(),
        Some("daysSinceLast") => {
            lang.pick("nearness of the last order", "最近下单的近度", "最近下單的近期性").to_owned()
        }
        Some("tenure") => lang.pick("tenure", "合同时长", "往來時間").to_owned(),
        Some("monthlyCharge") => lang.pick("monthly charge", "月费", "月費").to_owned(),
        Some(name) => match lang {
            Lang::En => format!("“{name}”"),
            Lang::ZhHans => format!("“{name}”"),
            Lang::ZhHant => format!("「{name}」"),
        },
        None => {
            let k = lang.int(f64::from(idx) + 1.0);
            tell!(lang, "feature {k}", "特征 {k}", "特徵 {k}")
        }
    }
}
