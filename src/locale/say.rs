//! Sentences that carry numbers. Each reads fields of the report and computes nothing beyond picking a wording.

use super::{Lang, text};
use crate::analytics::loss::{Input, InputError, Problem as InputProblem};
use crate::analytics::value_matrix::ValueClass;
use crate::customer::Grain;
use crate::ingest::{
    Basis, Delimiter, DialectBasis, Error, Evidence, Excess, Format, HeaderBasis, IssueKind, LayoutEvidence,
    Role, Shape, SheetInfo,
};
use crate::protocol::Problem;
use crate::report::CustomerPattern as Pattern;
use crate::report::{Action, ActionKind, Because, Churn, CustomerStage, Notice, Report, Section, Step};

/// A sentence whose key figures stand out: plain and emphasized pieces in order.
pub type Pieces = Vec<(String, bool)>;

/// Splits `text` at `*`: what stands between two asterisks is emphasized.
pub(super) fn pieces(text: &str) -> Pieces {
    text.split('*')
        .enumerate()
        .filter(|(_, s)| !s.is_empty())
        .map(|(i, s)| (s.to_owned(), i % 2 == 1))
        .collect()
}

/// The pieces as one plain string.
#[must_use]
pub fn plain(pieces: &Pieces) -> String {
    pieces.iter().map(|(s, _)| s.as_str()).collect()
}

/// Name of a stage.
#[must_use]
pub fn stage(lang: Lang, stage: CustomerStage) -> &'static str {
    match stage {
        CustomerStage::Exploration => text::stage_exploration(lang),
        CustomerStage::BuildUp => text::stage_build_up(lang),
        CustomerStage::Stability => text::stage_stability(lang),
        CustomerStage::Decline => text::stage_decline(lang),
        CustomerStage::Exited => text::stage_exited(lang),
    }
}

/// Name of a pattern.
#[must_use]
pub fn pattern(lang: Lang, pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::EarlyAbort => text::pattern_early_abort(lang),
        Pattern::MidWay => text::pattern_mid_way(lang),
        Pattern::EarlyExit => text::pattern_early_exit(lang),
        Pattern::LongTerm => text::pattern_long_term(lang),
        Pattern::Active => text::pattern_active(lang),
    }
}

/// Strategy of a class.
#[must_use]
pub fn strategy(lang: Lang, class: ValueClass) -> &'static str {
    match class {
        ValueClass::I => text::strategy_release(lang),
        ValueClass::II => text::strategy_reengineer(lang),
        ValueClass::III => text::strategy_keep(lang),
        ValueClass::IV => text::strategy_spare(lang),
    }
}

/// Resources of a class.
#[must_use]
pub fn resources(lang: Lang, class: ValueClass) -> &'static str {
    match class {
        ValueClass::I => text::resource_none(lang),
        ValueClass::II => text::resource_moderate(lang),
        ValueClass::III => text::resource_focus(lang),
        ValueClass::IV => text::resource_top(lang),
    }
}

/// Roman numeral of a class.
#[must_use]
pub fn class(class: ValueClass) -> &'static str {
    match class {
        ValueClass::I => "I",
        ValueClass::II => "II",
        ValueClass::III => "III",
        ValueClass::IV => "IV",
    }
}

/// What is being done.
#[must_use]
pub fn step(lang: Lang, step: Step) -> &'static str {
    match step {
        Step::Read => text::step_read(lang),
        Step::Parse => text::step_parse(lang),
        Step::Orders => text::step_orders(lang),
        Step::Churn => text::step_churn(lang),
        Step::Rfm => text::step_rfm(lang),
        Step::Products => text::step_products(lang),
        Step::Models => text::step_models(lang),
        Step::Stages => text::step_stages(lang),
        Step::Value => text::step_value(lang),
        Step::Groups => text::step_groups(lang),
        Step::Done => text::step_done(lang),
    }
}

/// "in the last 12 months".
fn window(lang: Lang, churn: &Churn) -> String {
    match lang {
        Lang::En if churn.window_months == 1 => "in the last month".to_owned(),
        Lang::En => format!("in the last {} months", churn.window_months),
        Lang::ZhHans => format!("过去 {} 个月", churn.window_months),
        Lang::ZhHant => format!("過去 {} 個月", churn.window_months),
    }
}

/// The overview's answer.
#[must_use]
pub fn overview_answer(lang: Lang, report: &Report) -> Pieces {
    let o = &report.overview;
    let Some(churn) = report.churn.as_ref().filter(|c| c.rate.is_some()) else {
        return pieces(&match lang {
            Lang::En => {
                format!("{} brought *{}* in revenue.", lang.customers(o.customers), lang.money(o.revenue))
            }
            Lang::ZhHans => {
                format!("{}共带来 *{}* 收入。", lang.customers(o.customers), lang.money(o.revenue))
            }
            Lang::ZhHant => {
                format!("{}共帶來 *{}* 的營收。", lang.customers(o.customers), lang.money(o.revenue))
            }
        });
    };
    let (lost, base) = (lang.int(churn.lost), lang.int(churn.base));
    let worth = o.win_back_reserve.filter(|w| *w > 0.0 && churn.definition != "contract-flag");
    pieces(&match (lang, churn.definition == "contract-flag") {
        (Lang::En, true) => format!("You lost *{lost} of {base}* contract customers."),
        (Lang::ZhHans, true) => format!("{base} 位合同客户中流失了 *{lost}* 位。"),
        (Lang::ZhHant, true) => format!("{base} 位合約客戶中流失了 *{lost}* 位。"),
        (Lang::En, false) => {
            let tail = worth.map_or(String::new(), |w| {
                format!(" All who have left could still be worth *{}* if won back.", lang.compact(w))
            });
            format!("You lost *{lost} of {base}* customers {}.{tail}", window(lang, churn))
        }
        (Lang::ZhHans, false) => {
            let tail = worth
                .map_or(String::new(), |w| format!("全部已退出客户若能挽回，仍值 *{}*。", lang.compact(w)));
            format!("{}，{base} 位客户中流失了 *{lost}* 位。{tail}", window(lang, churn))
        }
        (Lang::ZhHant, false) => {
            let tail = worth
                .map_or(String::new(), |w| format!("所有已退出的客戶若能挽回，仍值 *{}*。", lang.compact(w)));
            format!("{}，{base} 位客戶中流失了 *{lost}* 位。{tail}", window(lang, churn))
        }
    })
}

/// The overview's second sentence: where most of the leaving happens.
#[must_use]
pub fn overview_lede(lang: Lang, report: &Report) -> String {
    let o = &report.overview;
    let ended: u32 =
        report.patterns.iter().filter(|p| p.pattern != Pattern::Active).map(|p| p.customers).sum();
    let aborted = report.patterns.iter().find(|p| p.pattern == Pattern::EarlyAbort);
    let one_time = aborted.map_or(0, |p| p.one_time);
    if let Some(p) = aborted.filter(|p| ended > 0 && p.customers * 2 > ended) {
        let share = lang.percent0(f64::from(p.customers) / f64::from(ended));
        return match (lang, one_time * 2 > p.customers) {
            (Lang::En, true) => format!(
                "Most left early: {share} of the ended relationships never got past exploration, most of them after one purchase."
            ),
            (Lang::En, false) => {
                format!("Most left early: {share} of the ended relationships never got past exploration.")
            }
            (Lang::ZhHans, true) => {
                format!("多数离开得很早：已结束的关系中 {share} 未走出考察期，其中大多只买过一次。")
            }
            (Lang::ZhHant, true) => {
                format!("多數離開得很早：已結束的關係中有 {share} 未走出考察期，其中大多只買過一次。")
            }
            (Lang::ZhHans, false) => format!("多数离开得很早：已结束的关系中 {share} 未走出考察期。"),
            (Lang::ZhHant, false) => format!("多數離開得很早：已結束的關係中有 {share} 未走出考察期。"),
        };
    }
    match lang {
        Lang::En => format!(
            "{} are active today, {} of them past their alert point.",
            lang.int(o.active),
            lang.int(o.alerted)
        ),
        Lang::ZhHans => {
            format!("目前活跃客户 {} 位，其中 {} 位已超过警戒点。", lang.int(o.active), lang.int(o.alerted))
        }
        Lang::ZhHant => {
            format!("目前活躍客戶 {} 位，其中 {} 位已超過警戒點。", lang.int(o.active), lang.int(o.alerted))
        }
    }
}

/// The lifecycle page's answer.
#[must_use]
pub fn lifecycle_answer(lang: Lang, report: &Report) -> Pieces {
    let Some(l) = &report.lifecycle else { return pieces(text::not_computable(lang)) };
    let row = |s: CustomerStage| l.stages.iter().find(|r| r.stage == s).map_or(0, |r| r.customers);
    let active: u32 = l.stages.iter().filter(|r| r.stage != CustomerStage::Exited).map(|r| r.customers).sum();
    let (stable, decline) = (row(CustomerStage::Stability), row(CustomerStage::Decline));
    let sparse = report.notices.iter().any(|n| matches!(n, Notice::SparseBuyers { .. }));
    pieces(&match (lang, sparse) {
        (Lang::En, true) => format!(
            "*{} of {}* active customers are past their alert point; orders are too rare for most stages to be more than indicative.",
            lang.int(report.overview.alerted),
            lang.int(active)
        ),
        (Lang::ZhHans, true) => format!(
            "{} 位活跃客户中 *{}* 位已超过警戒点；订单过于稀疏，多数阶段判断仅供参考。",
            lang.int(active),
            lang.int(report.overview.alerted)
        ),
        (Lang::ZhHant, true) => format!(
            "{} 位活躍客戶中有 *{}* 位已超過警戒點；訂單過於稀疏，多數階段判斷僅供參考。",
            lang.int(active),
            lang.int(report.overview.alerted)
        ),
        (Lang::En, false) => format!(
            "Of {} active customers, *{}* are in stability and *{}* in decline.",
            lang.int(active),
            lang.int(stable),
            lang.int(decline)
        ),
        (Lang::ZhHans, false) => format!(
            "{} 位活跃客户中，*{}* 位处于稳定期，*{}* 位处于退化期。",
            lang.int(active),
            lang.int(stable),
            lang.int(decline)
        ),
        (Lang::ZhHant, false) => format!(
            "{} 位活躍客戶中，*{}* 位處於穩定期，*{}* 位處於退化期。",
            lang.int(active),
            lang.int(stable),
            lang.int(decline)
        ),
    })
}

/// The patterns page's answer.
#[must_use]
pub fn patterns_answer(lang: Lang, report: &Report) -> Pieces {
    let ended: u32 =
        report.patterns.iter().filter(|p| p.pattern != Pattern::Active).map(|p| p.customers).sum();
    if ended == 0 {
        return pieces(lang.pick(
            "No relationship in this file can be called ended.",
            "此文件中没有可判定为已结束的关系。",
            "此檔案中沒有可判定為已結束的關係。",
        ));
    }
    let most = report.patterns.iter().filter(|p| p.pattern != Pattern::Active).max_by_key(|p| p.customers);
    let Some(most) = most else { return Vec::new() };
    let share = lang.percent0(f64::from(most.customers) / f64::from(ended));
    if most.pattern == Pattern::EarlyAbort && most.one_time * 2 > most.customers {
        return pieces(&match lang {
            Lang::En => format!(
                "Most left after one purchase: *{} of {}* ended relationships.",
                lang.int(most.one_time),
                lang.int(ended)
            ),
            Lang::ZhHans => format!(
                "多数只买一次就离开：{} 段已结束的关系中占 *{}* 段。",
                lang.int(ended),
                lang.int(most.one_time)
            ),
            Lang::ZhHant => format!(
                "多數只買一次就離開：{} 段已結束的關係中占 *{}* 段。",
                lang.int(ended),
                lang.int(most.one_time)
            ),
        });
    }
    pieces(&match lang {
        Lang::En => format!(
            "*{share}* of {} ended relationships were of the {} kind.",
            lang.int(ended),
            pattern(lang, most.pattern).to_lowercase()
        ),
        Lang::ZhHans => {
            format!("{} 段已结束的关系中，*{share}* 属于{}。", lang.int(ended), pattern(lang, most.pattern))
        }
        Lang::ZhHant => {
            format!("{} 段已結束的關係中，*{share}* 屬於{}。", lang.int(ended), pattern(lang, most.pattern))
        }
    })
}

/// The value page's answer.
#[must_use]
pub fn value_answer(lang: Lang, report: &Report) -> Pieces {
    let Some(m) = &report.value_matrix else { return pieces(text::not_computable(lang)) };
    let total: f64 = m.classes.iter().map(|c| c.current_value).sum();
    let top: Vec<_> =
        m.classes.iter().filter(|c| matches!(c.class, ValueClass::III | ValueClass::IV)).collect();
    let customers: u32 = top.iter().map(|c| c.customers).sum();
    let all: u32 = m.classes.iter().map(|c| c.customers).sum();
    let value: f64 = top.iter().map(|c| c.current_value).sum();
    let share = if total > 0.0 { lang.percent0(value / total) } else { "–".to_owned() };
    pieces(&match lang {
        Lang::En => format!(
            "*{} of {}* customers carry {share} of the current value of *{}*.",
            lang.int(customers),
            lang.int(all),
            lang.compact(total)
        ),
        Lang::ZhHans => format!(
            "{} 位客户中，*{}* 位承载了 *{}* 当前价值的 {share}。",
            lang.int(all),
            lang.int(customers),
            lang.compact(total)
        ),
        Lang::ZhHant => format!(
            "{} 位客戶中，有 *{}* 位承載了 *{}* 當前價值的 {share}。",
            lang.int(all),
            lang.int(customers),
            lang.compact(total)
        ),
    })
}

/// The loss page's answer.
#[must_use]
pub fn loss_answer(lang: Lang, lost: f64, revenue: f64, profit: f64) -> Pieces {
    pieces(&match lang {
        Lang::En => format!(
            "At this rate *{}* customers leave in a year: *{}* in revenue and *{}* in profit.",
            lang.decimal(lost, 0),
            lang.money(revenue),
            lang.money(profit)
        ),
        Lang::ZhHans => format!(
            "按此比率，一年流失 *{}* 位客户：损失收入 *{}*、利润 *{}*。",
            lang.decimal(lost, 0),
            lang.money(revenue),
            lang.money(profit)
        ),
        Lang::ZhHant => format!(
            "依此比率，一年流失 *{}* 位客戶：損失營收 *{}*、利潤 *{}*。",
            lang.decimal(lost, 0),
            lang.money(revenue),
            lang.money(profit)
        ),
    })
}

/// The customers page's answer.
#[must_use]
pub fn customers_answer(lang: Lang, total: usize, all: u32) -> Pieces {
    pieces(&match (lang, total == all as usize) {
        (Lang::En, true) => format!("*{}* customers, one by one.", lang.int(all)),
        (Lang::ZhHans, true) => format!("*{}* 位客户，逐一列出。", lang.int(all)),
        (Lang::ZhHant, true) => format!("*{}* 位客戶，逐一列出。", lang.int(all)),
        (Lang::En, false) => format!("*{}* of {} customers.", lang.int(total as f64), lang.int(all)),
        (Lang::ZhHans, false) => format!("{} 位客户中的 *{}* 位。", lang.int(all), lang.int(total as f64)),
        (Lang::ZhHant, false) => format!("{} 位客戶中的 *{}* 位。", lang.int(all), lang.int(total as f64)),
    })
}

/// An action: its headline, whom it concerns, and the unit of its worth.
#[must_use]
pub fn action(lang: Lang, action: &Action) -> (String, &'static str, &'static str) {
    let n = lang.customers(action.customers);
    match action.kind {
        ActionKind::ContactAlerted => (
            match lang {
                Lang::En => format!("Contact {n} now"),
                Lang::ZhHans => format!("立即联系 {n}"),
                Lang::ZhHant => format!("立即聯絡 {n}"),
            },
            lang.pick(
                "Class III and IV, past their alert point",
                "III、IV 类，已超过警戒点",
                "III、IV 類，已超過警戒點",
            ),
            text::at_risk(lang),
        ),
        ActionKind::RepairDecline => (
            match lang {
                Lang::En => format!("Find out why {n} buy less"),
                Lang::ZhHans => format!("查明 {n}减少购买的原因"),
                Lang::ZhHant => format!("查明 {n}減少購買的原因"),
            },
            lang.pick("In decline, not yet gone", "处于退化期，尚未离开", "處於退化期，尚未離開"),
            text::at_risk(lang),
        ),
        ActionKind::RebuildStalled => (
            match lang {
                Lang::En => format!("Rebuild {} stalled relationships", lang.int(action.customers)),
                Lang::ZhHans => format!("再造 {} 段停滞的关系", lang.int(action.customers)),
                Lang::ZhHant => format!("再造 {} 段停滯的關係", lang.int(action.customers)),
            },
            lang.pick(
                "Class II: low value today, room to grow",
                "II 类：当前价值低，但有增长空间",
                "II 類：當前價值低，但有成長空間",
            ),
            text::potential(lang),
        ),
        ActionKind::SecondOrder => (
            match lang {
                Lang::En => format!("Win the second order of {n}"),
                Lang::ZhHans => format!("争取 {n}的第二单"),
                Lang::ZhHant => format!("爭取 {n}的第二筆訂單"),
            },
            lang.pick("Bought once and still within reach", "只买过一次，仍有机会", "只買過一次，仍有機會"),
            text::potential(lang),
        ),
        ActionKind::WinBack => (
            match lang {
                Lang::En => format!("Ask {n} back"),
                Lang::ZhHans => format!("挽回 {n}"),
                Lang::ZhHant => format!("挽回 {n}"),
            },
            lang.pick(
                "Left, but still likely to be worth more than the mean active customer",
                "已离开，但预期价值仍高于活跃客户均值",
                "已離開，但預期價值仍高於活躍客戶平均值",
            ),
            text::lifetime_value(lang),
        ),
    }
}

/// What must be said beside a number.
#[must_use]
pub fn notice(lang: Lang, notice: &Notice) -> String {
    match notice {
        Notice::FewCustomers { customers } => match lang {
            Lang::En => format!("Only {}: read the figures as descriptions, not as estimates.", lang.customers(*customers)),
            Lang::ZhHans => format!("仅有 {}：数字仅作描述，不宜推断。", lang.customers(*customers)),
            Lang::ZhHant => format!("僅有 {}：數字僅供描述，不宜據以推論。", lang.customers(*customers)),
        },
        Notice::ShortHistory { days } => match lang {
            Lang::En => format!("The file spans {}: too short for stages and lifetime value (six months are needed).", lang.days(f64::from(*days))),
            Lang::ZhHans => format!("文件仅覆盖 {}：不足六个月，无法判断阶段与终身价值。", lang.days(f64::from(*days))),
            Lang::ZhHant => format!("檔案僅涵蓋 {}：不足六個月，無法判斷階段與終身價值。", lang.days(f64::from(*days))),
        },
        Notice::RowsAreSums { grain: Grain::Lifetime } => lang.pick(
            "Each row sums up all purchases of a customer: recency, frequency and money are known, but not when else they bought, so that rhythm, lifetime value, stages and patterns are not computed. A file with one row per purchase, or per customer and month, has them.",
            "每一行汇总了一位客户的全部购买：可知最近购买、频次与金额，但不知其余购买时间，故不计算节奏、终身价值、阶段与退出模式。每笔交易一行、或每位客户每月一行的文件可以计算。",
            "每一列彙總了一位客戶的全部購買：可知最近購買、頻率與金額，但不知其餘購買時間，故不計算節奏、終身價值、階段與退出模式。每筆交易一列，或每位客戶每月一列的檔案可以計算。",
        ).to_owned(),
        Notice::RowsAreSums { grain: Grain::Period { months: 0 | 1 } } => lang.pick(
            "Each row sums up a customer's period and counts on its last day: gaps and silences are known to the period, and several orders within one count as one purchase in the lifetime value model.",
            "每一行汇总了一位客户的一个期间，记在期末：间隔与沉默只精确到期间，同一期间内的多笔订单在终身价值模型中算作一次购买。",
            "每一列彙總了一位客戶的一個期間，記在期末：間隔與沉默只精確到期間，同一期間內的多筆訂單在終身價值模型中算作一次購買。",
        ).to_owned(),
        Notice::RowsAreSums { .. } => lang.pick(
            "Each row sums up a period longer than a month and counts on its last day: months are not known, so that stages and patterns are not computed, and gaps and silences are known to the period only.",
            "每一行汇总的期间长于一个月，记在期末：无法得知各月情况，故不计算阶段与退出模式，间隔与沉默也只精确到期间。",
            "每一列彙總的期間超過一個月，記在期末：無法得知各月情況，故不計算階段與退出模式，間隔與沉默也只精確到期間。",
        ).to_owned(),
        Notice::ShorterThanThreshold => lang.pick(
            "The file is not longer than the silence after which a customer counts as gone, so nobody can be called gone yet.",
            "文件时长未超过判定流失所需的沉默时间，因此尚无法判定任何客户已流失。",
            "檔案涵蓋的時間未超過判定流失所需的沉默時間，因此尚無法判定任何客戶已流失。",
        ).to_owned(),
        Notice::AssumedMargin { margin } => match lang {
            Lang::En => format!("The file has no costs: profit assumes a margin of {} of revenue.", lang.percent0(*margin)),
            Lang::ZhHans => format!("文件没有成本列：利润按收入的 {} 估算。", lang.percent0(*margin)),
            Lang::ZhHant => format!("檔案沒有成本欄：利潤依營收的 {} 估算。", lang.percent0(*margin)),
        },
        Notice::NoClvModel { .. } => lang.pick(
            "The lifetime value model could not be fitted to this file; current value uses each customer's recent profit instead.",
            "终身价值模型无法拟合此文件；当前价值改用客户近期利润估算。",
            "終身價值模型無法配適此檔案；當前價值改用客戶近期利潤估算。",
        ).to_owned(),
        Notice::NoDropout => lang.pick(
            "The model sees no dropout in these data, so P(alive) is not shown; warnings follow the silence rule.",
            "模型未在数据中发现流失，故不显示存续概率；预警以沉默规则为准。",
            "模型未在資料中發現流失，故不顯示存續機率；預警以沉默規則為準。",
        ).to_owned(),
        Notice::PooledSpend => lang.pick(
            "The spend model could not be fitted; the mean amount of all orders is used.",
            "消费金额模型无法拟合，改用全部订单的平均金额。",
            "消費金額模型無法配適，改用全部訂單的平均金額。",
        ).to_owned(),
        Notice::SpendCorrelation { correlation } => match lang {
            Lang::En => format!("Order count and amount are correlated ({}); the spend model assumes they are not.", lang.decimal(*correlation, 2)),
            Lang::ZhHans => format!("订单数与金额相关（{}），而金额模型假定二者无关。", lang.decimal(*correlation, 2)),
            Lang::ZhHant => format!("訂單數與金額相關（{}），而金額模型假定兩者無關。", lang.decimal(*correlation, 2)),
        },
        Notice::NoStages => lang.pick(
            "The risk of leaving does not fall in steps with tenure in this file, so stages and patterns cannot be told from it.",
            "此文件中流失风险未随在网时长分段下降，因此无法据此划分阶段与退出模式。",
            "此檔案中的流失風險未隨往來時間分段下降，因此無法據此劃分階段與退出模式。",
        ).to_owned(),
        Notice::SparseBuyers { share } => match lang {
            Lang::En => format!("{} of the stage verdicts are indicative only (fewer than three orders a month at the plateau).", lang.percent0(*share)),
            Lang::ZhHans => format!("{} 的阶段判断仅供参考（平台期月均不足三单）。", lang.percent0(*share)),
            Lang::ZhHant => format!("{} 的階段判斷僅供參考（高原期每月平均不足三筆訂單）。", lang.percent0(*share)),
        },
        Notice::ContractDesign => lang.pick(
            "The flag does not say when customers left; the survival curve assumes that leavers of all dates are in the file.",
            "流失标记未说明离开时间；生存曲线假定文件包含各个时期的流失者。",
            "流失註記未說明離開時間；存活曲線假定檔案包含各個時期的流失者。",
        ).to_owned(),
        Notice::StageSample { customers } => match lang {
            Lang::En => format!("The stage method's common parameters were estimated on a fixed sample of {}.", lang.customers(*customers)),
            Lang::ZhHans => format!("阶段方法的总体参数由固定抽取的 {}估计。", lang.customers(*customers)),
            Lang::ZhHant => format!("階段方法的共同參數由固定抽取的 {}估計。", lang.customers(*customers)),
        },
        Notice::NotComputed { section, because } => {
            let (section, because) = (section_name(lang, *section), because_of(lang, because));
            match lang {
                Lang::En => format!("{section} not computed: {because}."),
                Lang::ZhHans => format!("{section}未计算：{because}。"),
                Lang::ZhHant => format!("{section}未計算：{because}。"),
            }
        }
        Notice::MissingGrowthPart { part } => {
            let name = match part.as_str() {
                "up-buying" => text::part_up(lang),
                "cross-buying" => text::part_cross(lang),
                _ => text::part_referral(lang),
            };
            match lang {
                Lang::En => format!("Growth potential leaves out: {}.", name.to_lowercase()),
                Lang::ZhHans => format!("增值潜力未计入：{name}。"),
                Lang::ZhHant => format!("增值潛力未計入：{name}。"),
            }
        }
    }
}

fn section_name(lang: Lang, section: Section) -> &'static str {
    match section {
        Section::Basket => lang.pick("Products bought together", "商品关联", "商品關聯"),
        Section::Clusters => lang.pick("Clusters", "客户聚类", "客戶分群"),
        Section::Credit => lang.pick("Credit grades", "信用评价", "信用評價"),
        Section::EarlyWarning => lang.pick("Early warning by regression", "流失预警回归", "流失預警迴歸"),
        Section::Exit => lang.pick("Exit candidates", "退出候选客户", "退出候選客戶"),
        Section::Growth => lang.pick("Growth matrix", "客户增长矩阵", "客戶成長矩陣"),
        Section::Price => lang.pick("Price sensitivity", "价格敏感度", "價格敏感度"),
        Section::Reasons => lang.pick("Exit reasons", "退出原因", "退出原因"),
        Section::Relationship => lang.pick("Relationship quality", "关系质量", "關係品質"),
        Section::Renewals => lang.pick("Renewal model", "续约模型", "續約模型"),
        Section::RulesLeavers => lang.pick("Rules for who leaves", "流失客户识别规则", "流失客戶辨識規則"),
        Section::RulesReleased => lang.pick("Rules for class I", "I 类客户识别规则", "I 類客戶辨識規則"),
        Section::Snapshot => lang.pick("Stages by tenure", "按时长划分的阶段", "依往來時間劃分的階段"),
    }
}

/// The reason, as the end of a sentence.
fn because_of(lang: Lang, because: &Because) -> String {
    match because {
        Because::MissingColumn { role } => {
            let name = match role.as_str() {
                "product" => lang.pick("products", "商品", "商品"),
                "quantity" => lang.pick("quantities", "数量", "數量"),
                "payments" => lang.pick(
                    "invoices with due and paid dates",
                    "含到期日与付款日的账单",
                    "含到期日與付款日的帳單",
                ),
                "survey" => {
                    lang.pick("survey answers or records of service", "问卷或服务记录", "問卷或服務記錄")
                }
                _ => lang.pick("reasons for leaving", "退出原因", "退出原因"),
            };
            match lang {
                Lang::En => format!("the file has no {name}"),
                Lang::ZhHans => format!("文件中没有{name}"),
                Lang::ZhHant => format!("檔案中沒有{name}"),
            }
        }
        Because::TooFew { n, needed } => match lang {
            Lang::En => format!("too few customers ({n}, {needed} needed)"),
            Lang::ZhHans => format!("客户太少（{n}，至少需要 {needed}）"),
            Lang::ZhHant => format!("客戶太少（{n}，至少需要 {needed}）"),
        },
        Because::TooShort { months, needed } => match lang {
            Lang::En => format!("too short a time ({months} months, {needed} needed)"),
            Lang::ZhHans => format!("时间太短（{months} 个月，至少需要 {needed} 个月）"),
            Lang::ZhHant => format!("時間太短（{months} 個月，至少需要 {needed} 個月）"),
        },
        Because::NoCosts => lang
            .pick(
                "without costs nobody is known to lose money",
                "没有成本数据，无法判断谁在亏损",
                "沒有成本資料，無法判斷誰在虧損",
            )
            .to_owned(),
        Because::AllEqual => lang
            .pick(
                "the customers do not differ in what tells them apart",
                "客户在所用特征上没有差异",
                "客戶在所用特徵上沒有差異",
            )
            .to_owned(),
        Because::NotFitted => {
            lang.pick("the model finds no stable solution", "模型没有稳定解", "模型沒有穩定解").to_owned()
        }
    }
}

/// Why it failed, and what to do about it.
#[must_use]
pub fn problem(lang: Lang, problem: &Problem) -> (String, String) {
    match problem {
        Problem::File { error, .. } => file_error(lang, error),
        Problem::Settings { error } => match lang {
            Lang::En => (
                format!("The setting {} is {}.", error.field, error.value),
                format!("Allowed: {}.", error.allowed),
            ),
            Lang::ZhHans => (
                format!("设置 {} 的值为 {}。", error.field, error.value),
                format!("允许范围：{}。", error.allowed),
            ),
            Lang::ZhHant => (
                format!("設定 {} 的值為 {}。", error.field, error.value),
                format!("允許範圍：{}。", error.allowed),
            ),
        },
        Problem::Crashed { detail } if problem.code() == "out-of-memory" => {
            let _ = detail;
            (
                lang.pick(
                    "There is not enough memory for this file in this browser.",
                    "此浏览器的内存不足以处理这份文件。",
                    "此瀏覽器的記憶體不足以處理這個檔案。",
                )
                .to_owned(),
                lang.pick(
                    "Close other tabs, or give one row per customer and month instead of one per purchase.",
                    "请关闭其他标签页，或先汇总为“每位客户每月一行”。",
                    "請關閉其他分頁，或先彙總為「每位客戶每月一列」。",
                )
                .to_owned(),
            )
        }
        Problem::Crashed { detail } => (
            match lang {
                Lang::En => format!("The calculation stopped unexpectedly: {detail}"),
                Lang::ZhHans => format!("计算意外中止：{detail}"),
                Lang::ZhHant => format!("計算意外中止：{detail}"),
            },
            lang.pick(
                "Try again; if it happens again, please report it with the shape of your file.",
                "请重试；若再次发生，请连同文件结构反馈给我们。",
                "請重試；若再次發生，請連同檔案結構一併回報。",
            )
            .to_owned(),
        ),
    }
}

fn file_error(lang: Lang, error: &Error) -> (String, String) {
    let (what, remedy): (String, &str) = match error {
        Error::Unreadable { looks_like, .. } => (
            match lang {
                Lang::En => format!("This is no table; it looks like {}.", format_name(lang, *looks_like)),
                Lang::ZhHans => format!("这不是数据表格，看起来是{}。", format_name(lang, *looks_like)),
                Lang::ZhHant => format!("這不是資料表格，看起來是{}。", format_name(lang, *looks_like)),
            },
            unreadable_remedy(lang, *looks_like),
        ),
        Error::Encrypted { format } => (
            match lang {
                Lang::En => format!("This is {} that opens only with a password.", format_name(lang, *format)),
                Lang::ZhHans => format!("这是{}，需要密码才能打开。", format_name(lang, *format)),
                Lang::ZhHant => format!("這是{}，需要密碼才能開啟。", format_name(lang, *format)),
            },
            lang.pick(
                "Open it where you have the password, save it without one, and open that file here.",
                "请用密码打开后另存为不加密的文件，再在此处打开。",
                "請用密碼開啟後另存為未加密的檔案，再於此處開啟。",
            ),
        ),
        Error::Broken { format, line, .. } => (
            match (lang, line) {
                (Lang::En, 0) => format!("This is {} that is damaged or incomplete.", format_name(lang, *format)),
                (Lang::En, _) => format!("This is {} with an error on line {line}.", format_name(lang, *format)),
                (Lang::ZhHans, 0) => format!("这是{}，但已损坏或不完整。", format_name(lang, *format)),
                (Lang::ZhHant, 0) => format!("這是{}，但已損壞或不完整。", format_name(lang, *format)),
                (Lang::ZhHans, _) => format!("这是{}，第 {line} 行有错误。", format_name(lang, *format)),
                (Lang::ZhHant, _) => format!("這是{}，第 {line} 行有錯誤。", format_name(lang, *format)),
            },
            lang.pick(
                "Download or export it again; a workbook may also be opened and saved in a spreadsheet program.",
                "请重新下载或导出；若为工作簿，也可在电子表格软件中打开后重新保存。",
                "請重新下載或匯出；若為活頁簿，也可用試算表軟體開啟後重新儲存。",
            ),
        ),
        Error::TooDense { format, excess, limit } => (
            {
                let n = lang.int(*limit as f64);
                let what = match (lang, excess) {
                    (Lang::En, Excess::Entries) => format!("more than {n} files or sheets"),
                    (Lang::En, Excess::Ratio) => format!("more than {n} times its own size"),
                    (Lang::En, Excess::Bytes) => format!("more than {} MB", lang.decimal(*limit as f64 / 1e6, 0)),
                    (Lang::En, Excess::EmptyCells) => format!("more than {n} empty cells"),
                    (Lang::En, Excess::Nesting) => "archives inside archives".to_owned(),
                    (Lang::ZhHans, Excess::Entries) => format!("超过 {n} 个文件或工作表"),
                    (Lang::ZhHant, Excess::Entries) => format!("超過 {n} 個檔案或工作表"),
                    (Lang::ZhHans, Excess::Ratio) => format!("超过自身大小 {n} 倍的内容"),
                    (Lang::ZhHant, Excess::Ratio) => format!("超過自身大小 {n} 倍的內容"),
                    (Lang::ZhHans, Excess::Bytes) => format!("超过 {} MB 的内容", lang.decimal(*limit as f64 / 1e6, 0)),
                    (Lang::ZhHant, Excess::Bytes) => format!("超過 {} MB 的內容", lang.decimal(*limit as f64 / 1e6, 0)),
                    (Lang::ZhHans, Excess::EmptyCells) => format!("超过 {n} 个空单元格"),
                    (Lang::ZhHant, Excess::EmptyCells) => format!("超過 {n} 個空儲存格"),
                    (Lang::ZhHans, Excess::Nesting) => "层层嵌套的压缩包".to_owned(),
                    (Lang::ZhHant, Excess::Nesting) => "層層巢狀的壓縮檔".to_owned(),
                };
                match lang {
                    Lang::En => format!("This is {} that unpacks to {what}, and was not read further.", format_name(lang, *format)),
                    Lang::ZhHans => format!("这是{}，解开后有{what}，因此不再继续读取。", format_name(lang, *format)),
                    Lang::ZhHant => format!("這是{}，解開後有{what}，因此不再繼續讀取。", format_name(lang, *format)),
                }
            },
            lang.pick(
                "Save the table alone as CSV, without empty formatted cells, and open that file.",
                "请只将数据表另存为 CSV（去掉仅有格式的空单元格）后再打开。",
                "請只將資料表另存為 CSV（去掉僅有格式的空儲存格）後再開啟。",
            ),
        ),
        Error::NoSheet { name, sheets } => (
            match lang {
                Lang::En => format!("There is no sheet called {name}; there are: {}.", sheets.join(", ")),
                Lang::ZhHans => format!("没有名为“{name}”的工作表；现有：{}。", sheets.join("、")),
                Lang::ZhHant => format!("沒有名為「{name}」的工作表；現有：{}。", sheets.join("、")),
            },
            lang.pick("Choose one of these sheets.", "请从中选择一个工作表。", "請從中選擇一個工作表。"),
        ),
        Error::NoTable { format } => (
            match lang {
                Lang::En => format!("This is {} without a table in it.", format_name(lang, *format)),
                Lang::ZhHans => format!("这是{}，其中没有数据表格。", format_name(lang, *format)),
                Lang::ZhHant => format!("這是{}，其中沒有資料表格。", format_name(lang, *format)),
            },
            lang.pick("Open the file that holds the table.", "请打开包含数据表格的文件。", "請開啟包含資料表格的檔案。"),
        ),
        Error::Lost { .. } => (
            lang.pick("The file can no longer be read; it was moved, changed or taken away.", "文件已无法读取：可能已被移动、修改或移除。", "檔案已無法讀取：可能已被移動、修改或移除。").to_owned(),
            lang.pick("Open it again from where it is now.", "请从当前位置重新打开该文件。", "請從目前的位置重新開啟該檔案。"),
        ),
        Error::Empty => (
            lang.pick("The file has no rows.", "文件中没有数据行。", "檔案中沒有資料列。").to_owned(),
            lang.pick("Export it again with at least one row below the header.", "请重新导出，表头之下至少要有一行数据。", "請重新匯出，標題列之下至少要有一列資料。"),
        ),
        Error::TooLarge { bytes, limit } => (
            match lang {
                Lang::En => format!("The file has {} MB; this browser can take {} MB.", lang.decimal(*bytes as f64 / 1e6, 0), lang.decimal(*limit as f64 / 1e6, 0)),
                Lang::ZhHans => format!("文件为 {} MB，此浏览器最多可处理 {} MB。", lang.decimal(*bytes as f64 / 1e6, 0), lang.decimal(*limit as f64 / 1e6, 0)),
                Lang::ZhHant => format!("檔案為 {} MB，此瀏覽器最多可處理 {} MB。", lang.decimal(*bytes as f64 / 1e6, 0), lang.decimal(*limit as f64 / 1e6, 0)),
            },
            lang.pick("Split it by year, or give one row per customer and month.", "请按年份拆分，或汇总为“每位客户每月一行”。", "請依年份拆分，或彙總為「每位客戶每月一列」。"),
        ),
        Error::NoCustomerColumn => (
            lang.pick("No column says who the customer is.", "没有哪一列标明客户是谁。", "沒有任何一欄標明客戶是誰。").to_owned(),
            lang.pick("Choose the column with the customer's number or name.", "请指定客户编号或名称所在的列。", "請指定客戶編號或名稱所在的欄。"),
        ),
        Error::NoDateColumn => (
            lang.pick("No column holds the date.", "没有日期列。", "沒有日期欄。").to_owned(),
            lang.pick("Choose the column with the day of the purchase (for contracts: the tenure or the start date).", "请指定交易日期所在的列（合同数据请指定在网时长或开始日期）。", "請指定交易日期所在的欄（合約資料請指定往來時間或開始日期）。"),
        ),
        Error::NoAmountColumn => (
            lang.pick("No column holds the amount.", "没有金额列。", "沒有金額欄。").to_owned(),
            lang.pick("Choose the column with the amount paid, or both quantity and unit price.", "请指定金额所在的列，或同时指定数量与单价。", "請指定金額所在的欄，或同時指定數量與單價。"),
        ),
        Error::NoChurnColumn => (
            lang.pick("No column says which contracts have ended.", "没有哪一列标明合同是否已终止。", "沒有任何一欄標明合約是否已終止。").to_owned(),
            lang.pick("Choose the column with yes or no, 1 or 0, or the end date.", "请指定“是/否”、1/0 或结束日期所在的列。", "請指定「是／否」、1/0 或結束日期所在的欄。"),
        ),
        Error::NoPeriodColumn => (
            lang.pick("No column says which period a row is about.", "没有哪一列标明每行所属的期间。", "沒有任何一欄標明每列所屬的期間。").to_owned(),
            lang.pick("Choose the column with the month, quarter or year.", "请指定月份、季度或年份所在的列。", "請指定月份、季度或年份所在的欄。"),
        ),
        Error::OneRowPerCustomer { lacks, or_as_contract } => {
            let names = |roles: &[Role]| {
                roles.iter().map(|r| role(lang, Some(*r))).collect::<Vec<_>>().join(lang.pick(", ", "、", "、"))
            };
            let (lacks, contract) = (names(lacks), names(or_as_contract));
            (
                match lang {
                    Lang::En => format!("Each row is one customer, and it does not say when they bought: to read rows as sums of purchases, no column holds {lacks}; to read them as contracts, none holds {contract}."),
                    Lang::ZhHans => format!("每一行是一位客户，且没有说明购买时间：若按购买汇总读取，缺少“{lacks}”列；若按合同读取，缺少“{contract}”列。"),
                    Lang::ZhHant => format!("每一列是一位客戶，且沒有說明購買時間：若依購買彙總讀取，缺少「{lacks}」欄；若依合約讀取，缺少「{contract}」欄。"),
                },
                lang.pick("Give one row per purchase, or per customer and month; or choose those columns if the file has them.", "请提供每笔交易一行、或每位客户每月一行的数据；若文件中有上述列，请指定。", "請提供每筆交易一列，或每位客戶每月一列的資料；若檔案中有上述欄位，請指定。"),
            )
        }
        Error::MissingColumn { role: lacking } => (
            match lang {
                Lang::En => format!("No column holds: {}.", role(lang, Some(*lacking))),
                Lang::ZhHans => format!("没有“{}”列。", role(lang, Some(*lacking))),
                Lang::ZhHant => format!("沒有「{}」欄。", role(lang, Some(*lacking))),
            },
            lang.pick("Choose the column, or leave this file out.", "请指定该列，或不使用此文件。", "請指定該欄，或不使用此檔案。"),
        ),
        Error::AmbiguousDates { example, line, .. } => (
            match lang {
                Lang::En => format!("Dates such as {example} (line {line}) can be read with the day or the month first."),
                Lang::ZhHans => format!("日期如 {example}（第 {line} 行）无法判断日在前还是月在前。"),
                Lang::ZhHant => format!("日期如 {example}（第 {line} 行）無法判斷日在前還是月在前。"),
            },
            lang.pick("Say which comes first, day or month.", "请指明日与月的先后次序。", "請指明日與月的先後順序。"),
        ),
        Error::NoUsableRow { rows, first_line } => (
            match lang {
                Lang::En => format!("None of the {} rows could be used; the first is on line {first_line}.", lang.int(*rows as f64)),
                Lang::ZhHans => format!("{} 行数据均无法使用，首个问题在第 {first_line} 行。", lang.int(*rows as f64)),
                Lang::ZhHant => format!("{} 列資料均無法使用，第一個問題在第 {first_line} 行。", lang.int(*rows as f64)),
            },
            lang.pick("Check that the columns are assigned rightly: each row needs a customer, a date and an amount.", "请检查各列是否指定正确：每行都需要客户、日期和金额。", "請檢查各欄是否指定正確：每列都需要客戶、日期和金額。"),
        ),
        Error::Aborted { .. } => (
            lang.pick("The calculation was cancelled.", "计算已取消。", "計算已取消。").to_owned(),
            lang.pick("Open the file again to start over.", "如需重新计算，请再次打开文件。", "如需重新計算，請再次開啟檔案。"),
        ),
    };
    (what, remedy.to_owned())
}

/// What a file looks like.
fn format_name(lang: Lang, format: Format) -> &'static str {
    match format {
        Format::Text => lang.pick("text", "文本", "純文字"),
        Format::Json => lang.pick("a JSON file", "JSON 文件", "JSON 檔案"),
        Format::Zip => lang.pick("a ZIP archive", "ZIP 压缩包", "ZIP 壓縮檔"),
        Format::Gzip => lang.pick("a gzip file", "gzip 压缩文件", "gzip 壓縮檔"),
        Format::Xlsx => lang.pick("an XLSX workbook", "XLSX 工作簿", "XLSX 活頁簿"),
        Format::Xlsb => lang.pick("an XLSB workbook", "XLSB 工作簿", "XLSB 活頁簿"),
        Format::Xls => lang.pick("an XLS workbook", "XLS 工作簿", "XLS 活頁簿"),
        Format::Ods => lang.pick("an ODS spreadsheet", "ODS 电子表格", "ODS 試算表"),
        Format::Html => lang.pick("a web page", "网页", "網頁"),
        Format::Xml => lang.pick("an XML file", "XML 文件", "XML 檔案"),
        Format::Pdf => lang.pick("a PDF document", "PDF 文档", "PDF 文件"),
        Format::Document => {
            lang.pick("a text document or a presentation", "文字文档或演示文稿", "文字文件或簡報")
        }
        Format::CompoundFile => lang.pick("an old Office file", "旧版 Office 文件", "舊版 Office 檔案"),
        Format::Parquet => lang.pick("a Parquet file", "Parquet 文件", "Parquet 檔案"),
        Format::Image => lang.pick("a picture", "图片", "圖片"),
        Format::Sqlite => lang.pick("an SQLite database", "SQLite 数据库", "SQLite 資料庫"),
        Format::Archive => lang.pick(
            "an archive of a kind that is not read (only ZIP and gzip are)",
            "无法读取的压缩格式（仅支持 ZIP 与 gzip）",
            "無法讀取的壓縮格式（僅支援 ZIP 與 gzip）",
        ),
        Format::Binary => lang.pick("binary data", "二进制数据", "二進位資料"),
    }
}

/// What to do with a file that is no table.
fn unreadable_remedy(lang: Lang, format: Format) -> &'static str {
    match format {
        Format::Html | Format::Xml => lang.pick(
            "Open it in a spreadsheet program, save it as XLSX or CSV, and open that file.",
            "请用电子表格软件打开，另存为 XLSX 或 CSV 后再打开。",
            "請用試算表軟體開啟，另存為 XLSX 或 CSV 後再開啟。",
        ),
        Format::Archive => lang.pick(
            "Unpack it and open the table in it.",
            "请先解压，再打开其中的数据表格。",
            "請先解壓縮，再開啟其中的資料表格。",
        ),
        Format::Parquet | Format::Sqlite | Format::Binary => lang.pick(
            "Export the table as CSV from the program it belongs to, and open that file.",
            "请用相应的程序将数据表导出为 CSV 后再打开。",
            "請用對應的程式將資料表匯出為 CSV 後再開啟。",
        ),
        Format::Pdf | Format::Image | Format::Document => lang.pick(
            "Ask for the table itself, as a workbook or as CSV, and open that file.",
            "请索取表格原文件（工作簿或 CSV）后再打开。",
            "請索取原始表格（活頁簿或 CSV）後再開啟。",
        ),
        _ => lang.pick(
            "Save it as CSV (in a spreadsheet: Save as, CSV UTF-8) and open that file.",
            "请另存为 CSV（在电子表格中选择“另存为”→“CSV UTF-8”）后再打开。",
            "請另存為 CSV（在試算表中選擇「另存新檔」→「CSV UTF-8」）後再開啟。",
        ),
    }
}

/// Why a row was set aside.
#[must_use]
pub fn issue(lang: Lang, kind: IssueKind) -> &'static str {
    match kind {
        IssueKind::MissingCustomer => lang.pick("no customer", "缺少客户", "缺少客戶"),
        IssueKind::BadDate => {
            lang.pick("date missing or unreadable", "日期缺失或无法识别", "日期缺漏或無法辨識")
        }
        IssueKind::BadAmount => {
            lang.pick("number missing or unreadable", "数值缺失或无法识别", "數值缺漏或無法辨識")
        }
        IssueKind::AmountTooLarge => lang.pick("number too large", "数值过大", "數值過大"),
        IssueKind::FutureDate => lang.pick("after the analysis day", "晚于分析日期", "晚於分析日期"),
        IssueKind::Duplicate => {
            lang.pick("same as an earlier row", "与前面某行完全相同", "與前面某列完全相同")
        }
        IssueKind::DuplicateCustomer => {
            lang.pick("second contract of this customer", "同一客户的第二份合同", "同一客戶的第二份合約")
        }
        IssueKind::BadFlag => lang.pick("left or stayed unreadable", "无法识别是否流失", "無法辨識是否流失"),
        IssueKind::TooManyCells => lang.pick("more cells than columns", "单元格多于列数", "儲存格多於欄數"),
        IssueKind::Total => lang.pick("line of totals", "合计行", "合計列"),
        IssueKind::RepeatedHeader => lang.pick("header repeated", "重复的表头", "重複的標題列"),
        IssueKind::CutOff => {
            lang.pick("cut off: the file stops here", "不完整：文件在此中断", "不完整：檔案在此中斷")
        }
        IssueKind::UnknownCustomer => {
            lang.pick("customer not in the main table", "主表中没有该客户", "主表中沒有該客戶")
        }
    }
}

/// What separates the columns.
#[must_use]
pub fn delimiter(lang: Lang, delimiter: Option<Delimiter>) -> String {
    let name = match delimiter {
        Some(Delimiter::Other(mark)) => {
            return match lang {
                Lang::En | Lang::ZhHans => format!("“{}”", mark.as_str()),
                Lang::ZhHant => format!("「{}」", mark.as_str()),
            };
        }
        Some(Delimiter::Comma) => text::delimiter_comma(lang),
        Some(Delimiter::Tab) => text::delimiter_tab(lang),
        Some(Delimiter::Semicolon) => text::delimiter_semicolon(lang),
        Some(Delimiter::Pipe) => text::delimiter_pipe(lang),
        Some(Delimiter::Blanks) => text::delimiter_space(lang),
        None => "–",
    };
    name.to_owned()
}

/// Name of an encoding, with the script it is mostly used for.
#[must_use]
pub fn encoding(lang: Lang, label: &str) -> String {
    let script = match label {
        "UTF-8" | "UTF-16LE" | "UTF-16BE" => lang.pick("Unicode", "统一码", "萬國碼"),
        "gb18030" => lang.pick("Simplified Chinese", "简体中文", "簡體中文"),
        "Big5" => lang.pick("Traditional Chinese", "繁体中文", "繁體中文"),
        "Shift_JIS" | "EUC-JP" | "ISO-2022-JP" => lang.pick("Japanese", "日文", "日文"),
        "EUC-KR" => lang.pick("Korean", "韩文", "韓文"),
        "windows-1252" => lang.pick("Western European", "西欧", "西歐"),
        "windows-1250" => lang.pick("Central European", "中欧", "中歐"),
        "windows-1251" => lang.pick("Cyrillic", "西里尔文", "西里爾文"),
        "windows-1253" => lang.pick("Greek", "希腊文", "希臘文"),
        "windows-1254" => lang.pick("Turkish", "土耳其文", "土耳其文"),
        "windows-1255" => lang.pick("Hebrew", "希伯来文", "希伯來文"),
        "windows-1256" => lang.pick("Arabic", "阿拉伯文", "阿拉伯文"),
        "windows-1257" => lang.pick("Baltic", "波罗的海", "波羅的海"),
        "windows-1258" => lang.pick("Vietnamese", "越南文", "越南文"),
        "macintosh" => lang.pick("Western European, old Mac", "西欧，旧版 Mac", "西歐，舊版 Mac"),
        _ => return label.to_owned(),
    };
    match lang {
        Lang::En => format!("{label} ({script})"),
        Lang::ZhHans => format!("{label}（{script}）"),
        Lang::ZhHant => format!("{label}（{script}）"),
    }
}

/// A sheet of a workbook, as a choice.
#[must_use]
pub fn sheet(lang: Lang, sheet: &SheetInfo) -> String {
    let hidden = if sheet.hidden { lang.pick(", hidden", "，已隐藏", "，已隱藏") } else { "" };
    match (sheet.rows, lang) {
        (None, _) => format!("{}{hidden}", sheet.name),
        (Some(rows), Lang::En) => format!("{} ({} rows{hidden})", sheet.name, lang.int(rows as f64)),
        (Some(rows), Lang::ZhHans) => format!("{}（{} 行{hidden}）", sheet.name, lang.int(rows as f64)),
        (Some(rows), Lang::ZhHant) => format!("{}（{} 列{hidden}）", sheet.name, lang.int(rows as f64)),
    }
}

/// What to do where the bytes of a file fit several encodings.
#[must_use]
pub fn encoding_doubt(lang: Lang, taken: &str, alternatives: &[String]) -> String {
    let all = alternatives.iter().map(|label| encoding(lang, label)).collect::<Vec<_>>();
    let taken = encoding(lang, taken);
    match lang {
        Lang::En => format!(
            "There is too little text to tell its encoding. It is read as {taken}; it may also be {}. If names below \
             look wrong, choose another.",
            all.join(" or ")
        ),
        Lang::ZhHans => format!(
            "文字太少，无法确定编码。目前按 {taken} 读取，也可能是 {}。如果下面的文字显示不对，请改选。",
            all.join("、")
        ),
        Lang::ZhHant => format!(
            "文字太少，無法確定編碼。目前以 {taken} 讀取，也可能是 {}。如果下面的文字顯示不正確，請改選。",
            all.join("、")
        ),
    }
}

/// On what grounds delimiter and header were found.
#[must_use]
pub fn layout(lang: Lang, e: &LayoutEvidence) -> String {
    let rows = lang.int(e.n_rows as f64);
    let (regular, values) = (lang.percent0(e.width_share), lang.percent0(e.value_share));
    let delimiter = match (e.dialect, lang) {
        (DialectBasis::Told, Lang::En) => format!(
            "Separated as you said: {regular} of {rows} rows have as many cells as the table has columns."
        ),
        (DialectBasis::Told, Lang::ZhHans) => {
            format!("按您指定的分隔符：{rows} 行中 {regular} 的单元格数与列数一致。")
        }
        (DialectBasis::Told, Lang::ZhHant) => {
            format!("依您指定的分隔符號：{rows} 列中有 {regular} 的儲存格數與欄數一致。")
        }
        (DialectBasis::SeparatorLine, Lang::En) => {
            "The file names its delimiter in a line of its own (sep=).".to_owned()
        }
        (DialectBasis::SeparatorLine, Lang::ZhHans) => "文件自身用 sep= 一行指明了分隔符。".to_owned(),
        (DialectBasis::SeparatorLine, Lang::ZhHant) => "檔案本身以 sep= 一行指明了分隔符號。".to_owned(),
        (DialectBasis::OneColumn, Lang::En) => {
            "No delimiter makes columns: the table is taken as one column.".to_owned()
        }
        (DialectBasis::OneColumn, Lang::ZhHans) => "没有分隔符能分出列：按单列读取。".to_owned(),
        (DialectBasis::OneColumn, Lang::ZhHant) => "沒有分隔符號能分出欄位：以單欄讀取。".to_owned(),
        (DialectBasis::Score, Lang::En) => format!(
            "Separated so, {regular} of the first {rows} rows have as many cells as the table has columns, and {values} of the cells are dates or numbers."
        ),
        (DialectBasis::Score, Lang::ZhHans) => format!(
            "如此分隔，前 {rows} 行中 {regular} 的单元格数与列数一致，{values} 的单元格为日期或数字。"
        ),
        (DialectBasis::Score, Lang::ZhHant) => format!(
            "如此分隔，前 {rows} 列中有 {regular} 的儲存格數與欄數一致，{values} 的儲存格為日期或數字。"
        ),
    };
    let runner_up = e.runner_up.filter(|_| e.dialect == DialectBasis::Score).map(|next| {
        let name = self::delimiter(lang, Some(next.dialect.delimiter));
        let (best, other) = (lang.decimal(e.score, 2), lang.decimal(next.score, 2));
        match lang {
            Lang::En => format!(" Score {best}; next best: {name}, {other}."),
            Lang::ZhHans => format!("得分 {best}；其次为{name}，{other}。"),
            Lang::ZhHant => format!("得分 {best}；其次為{name}，{other}。"),
        }
    });
    let header = match e.header {
        HeaderBasis::Told => lang.pick("Header as you said.", "表头按您所指定。", "標題列依您所指定。"),
        HeaderBasis::KnownNames => {
            lang.pick("The header holds known names.", "表头含有已知的列名。", "標題列含有已知的欄名。")
        }
        HeaderBasis::TextAboveValues => lang.pick(
            "The header is text above values.",
            "表头是位于数值之上的文字。",
            "標題列是位於數值之上的文字。",
        ),
        HeaderBasis::TextAboveText => lang.pick(
            "Nothing tells header from rows: the first row is taken as the header.",
            "无从区分表头与数据：第一行按表头读取。",
            "無從區分標題列與資料：第一列視為標題列。",
        ),
        HeaderBasis::ValuesInFirstRow => lang.pick(
            "No header: the first row holds values like those below it.",
            "没有表头：第一行与其下各行同为数据。",
            "沒有標題列：第一列與其下各列同為資料。",
        ),
    };
    format!("{delimiter}{}{}{header}", runner_up.unwrap_or_default(), lang.pick(" ", "", ""))
}

/// What a row of a table is.
#[must_use]
pub fn shape(lang: Lang, shape: Shape) -> &'static str {
    match shape {
        Shape::Transactions => text::shape_transactions(lang),
        Shape::Contracts => text::shape_contracts(lang),
        Shape::RollUps => text::shape_roll_ups(lang),
        Shape::Customers => text::shape_customers(lang),
    }
}

/// Name of a role.
#[must_use]
pub fn role(lang: Lang, role: Option<Role>) -> &'static str {
    let Some(role) = role else { return text::role_none(lang) };
    match role {
        Role::Customer => text::role_customer(lang),
        Role::Date => text::role_date(lang),
        Role::Amount => text::role_amount(lang),
        Role::Order => text::role_order(lang),
        Role::Product => text::role_product(lang),
        Role::Category => text::role_category(lang),
        Role::Quantity => text::role_quantity(lang),
        Role::UnitPrice => text::role_unit_price(lang),
        Role::Cost => text::role_cost(lang),
        Role::Channel => text::role_channel(lang),
        Role::Tenure => text::role_tenure(lang),
        Role::StartDate => text::role_start(lang),
        Role::EndDate => text::role_end(lang),
        Role::Churned => text::role_churned(lang),
        Role::MonthlyCharge => text::role_charge(lang),
        Role::TotalCharge => text::role_total_charge(lang),
        Role::Reason => text::role_reason(lang),
        Role::DueDate => text::role_due(lang),
        Role::PaidDate => text::role_paid_date(lang),
        Role::AmountPaid => text::role_amount_paid(lang),
        Role::ServiceCost => text::role_service_cost(lang),
        Role::ListPrice => text::role_list_price(lang),
        Role::Promotion => text::role_promotion(lang),
        Role::Margin => text::role_margin(lang),
        Role::Segment => text::role_segment(lang),
        Role::Wallet => text::role_wallet(lang),
        Role::Period => text::role_period(lang),
        Role::OrderCount => text::role_order_count(lang),
        Role::LastDate => text::role_last_date(lang),
        Role::FirstDate => text::role_first_date(lang),
        Role::ContactKind => text::role_contact_kind(lang),
        Role::Minutes => text::role_minutes(lang),
        Role::Resolved => text::role_resolved(lang),
        Role::Referrer => text::role_referrer(lang),
        Role::Referred => text::role_referred(lang),
        Role::Item => text::role_item(lang),
        Role::Score => text::role_score(lang),
        Role::AcquisitionCost => text::role_acquisition_cost(lang),
    }
}

/// Why a role was proposed: what the name said and what the values look like.
#[must_use]
pub fn evidence(lang: Lang, e: &Evidence) -> String {
    let basis = match e.basis {
        Basis::Name | Basis::UsualName => lang.pick("header", "表头", "欄名"),
        Basis::NamePart => lang.pick("part of the header", "表头中的词", "欄名中的詞"),
        Basis::Values => lang.pick("values", "数据", "資料"),
        Basis::Remembered => lang.pick("as you chose before", "沿用您上次的选择", "沿用您上次的選擇"),
        Basis::Nothing => lang.pick("no sign", "无依据", "無依據"),
    };
    let mut facts = Vec::new();
    let mut fact = |share: f64, what: &str| {
        if share >= 0.5 {
            facts.push(format!("{} {}", lang.percent0(share), what));
        }
    };
    fact(e.date_share, lang.pick("dates", "为日期", "為日期"));
    fact(e.period_share, lang.pick("periods", "为期间", "為期間"));
    fact(e.number_share, lang.pick("numbers", "为数字", "為數字"));
    fact(e.flag_share, lang.pick("yes or no", "为是/否", "為是／否"));
    fact(e.distinct_share, lang.pick("distinct", "互不相同", "互不相同"));
    fact(e.blank_share, lang.pick("empty", "为空", "為空"));
    match lang {
        Lang::En if facts.is_empty() => basis.to_owned(),
        Lang::En => format!("{basis}; {}", facts.join(", ")),
        Lang::ZhHans if facts.is_empty() => basis.to_owned(),
        Lang::ZhHant if facts.is_empty() => basis.to_owned(),
        Lang::ZhHans => format!("{basis}；{}", facts.join("，")),
        Lang::ZhHant => format!("{basis}；{}", facts.join("，")),
    }
}

/// Name of an RFM group by its digits.
#[must_use]
pub fn rfm_group(lang: Lang, code: &str) -> &'static str {
    match code {
        "111" => text::rfm_111(lang),
        "101" => text::rfm_101(lang),
        "011" => text::rfm_011(lang),
        "001" => text::rfm_001(lang),
        "110" => text::rfm_110(lang),
        "100" => text::rfm_100(lang),
        "010" => text::rfm_010(lang),
        _ => text::rfm_000(lang),
    }
}

/// Name of a typed-in number.
#[must_use]
pub fn input_name(lang: Lang, input: Input) -> &'static str {
    match input {
        Input::Customers => text::in_customers(lang),
        Input::Lost => text::loss_customers(lang),
        Input::Churn | Input::ExitProbability => text::in_churn(lang),
        Input::Revenue => text::in_revenue(lang),
        Input::Profit => text::in_profit(lang),
        Input::Margin => text::in_margin(lang),
        Input::SaveRate => text::in_save(lang),
        Input::Retention => text::in_retention(lang),
        Input::DiscountRate => text::in_discount(lang),
        Input::Horizon | Input::HorizonFactor => text::in_horizon(lang),
        Input::Cost => text::in_cost(lang),
        Input::AcquisitionCost => text::in_cac(lang),
        Input::CostRatio => text::in_ratio(lang),
    }
}

/// What is wrong with a typed-in number.
#[must_use]
pub fn input_error(lang: Lang, error: InputError) -> String {
    let name = input_name(lang, error.input);
    let what = match error.problem {
        InputProblem::NotANumber => lang.pick("must be a number", "须为数字", "須為數字"),
        InputProblem::OutsideShare => {
            lang.pick("must be between 0 and 100%", "须在 0 到 100% 之间", "須介於 0 到 100% 之間")
        }
        InputProblem::Negative => lang.pick("must not be negative", "不能为负", "不能為負"),
        InputProblem::NotPositive => lang.pick("must be greater than zero", "须大于零", "須大於零"),
        InputProblem::DiscountTooLow => lang.pick("must be above -100%", "须高于 -100%", "須高於 -100%"),
        InputProblem::RetentionTooHigh => {
            lang.pick("must be less than 1 plus the discount rate", "须小于 1 加折现率", "須小於 1 加折現率")
        }
        InputProblem::TooLong => lang.pick("is too long", "过长", "過長"),
    };
    match lang {
        Lang::En => format!("{name} {what}."),
        Lang::ZhHans => format!("“{name}”{what}。"),
        Lang::ZhHant => format!("「{name}」{what}。"),
    }
}
