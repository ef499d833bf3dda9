//! One sentence per change.

use super::{
    amount, date, days, feature_name, grade_name, group, measure, measured, months, number, orders,
    pattern_name, stage_name, tell,
};
use crate::analytics::churn::State;
use crate::analytics::credit::Item;
use crate::analytics::explain::{Change, NoChange};
use crate::locale::{Lang, terms};
use crate::report::FeatureName;

/// What would change a label.
#[must_use]
pub fn change(lang: Lang, change: &Change, names: &[FeatureName]) -> String {
    match *change {
        Change::None { why } => no_change(lang, why).to_owned(),
        Change::LevelAbove { per_period, n_periods, stage, sufficient } => {
            let (level, n, name) =
                (amount(lang, per_period), months(lang, f64::from(n_periods)), stage_name(lang, stage));
            if sufficient {
                tell!(
                    lang,
                    "Above {level} a month it would be {name} again, not decline.",
                    "若月均高于 {level}，则回到{name}，不再是退化期。",
                    "若每月平均高於 {level}，則回到{name}，不再是退化期。"
                )
            } else {
                tell!(
                    lang,
                    "For {name}, value must rise to at least {level} a month for at least {n} (needed, but not enough by itself).",
                    "进入{name}，月均至少须升至 {level} 并持续 {n}以上（必要但不充分）。",
                    "要進入{name}，每月平均至少須升至 {level} 並持續 {n}以上（必要但不充分）。"
                )
            }
        }
        Change::LevelBelow { per_period, n_periods, stage, sufficient } => {
            let (level, n, name) =
                (amount(lang, per_period), months(lang, f64::from(n_periods)), stage_name(lang, stage));
            if sufficient {
                tell!(
                    lang,
                    "At {level} a month or less it would be {name}.",
                    "若月均降至 {level} 或以下，则为{name}。",
                    "若每月平均降至 {level} 或以下，則為{name}。"
                )
            } else {
                tell!(
                    lang,
                    "For {name}, value must fall to {level} a month or less for at least {n} (needed, but not enough by itself).",
                    "转入{name}，月均须降至 {level} 或以下并持续 {n}以上（必要但不充分）。",
                    "要轉入{name}，每月平均須降至 {level} 或以下並持續 {n}以上（必要但不充分）。"
                )
            }
        }
        Change::HoldsFor { n_periods, stage } => {
            let (n, name) = (months(lang, f64::from(n_periods)), stage_name(lang, stage));
            tell!(
                lang,
                "If the level holds for at least {n}, {name} becomes possible.",
                "若水平保持至少 {n}，即可能进入{name}。",
                "若水準保持至少 {n}，即可能進入{name}。"
            )
        }
        Change::MoreHistory { n_periods, n_orders } => {
            let (m, o) = (months(lang, f64::from(n_periods)), orders(lang, n_orders));
            match (n_periods, n_orders) {
                (_, 0) => tell!(
                    lang,
                    "After {m} more, a stage can be told.",
                    "再过 {m}即可判断阶段。",
                    "再過 {m}即可判斷階段。"
                ),
                (0, _) => tell!(
                    lang,
                    "After {o} more, a stage can be told.",
                    "再有 {o}即可判断阶段。",
                    "再有 {o}即可判斷階段。"
                ),
                _ => tell!(
                    lang,
                    "After {m} and {o} more, a stage can be told.",
                    "再过 {m}并有 {o}即可判断阶段。",
                    "再過 {m}並有 {o}即可判斷階段。"
                ),
            }
        }
        Change::GoesOnFor { months: m, stage, pattern } => {
            let m = months(lang, m);
            match (stage.map(|s| stage_name(lang, s)), pattern.map(|p| pattern_name(lang, p))) {
                (Some(name), _) => tell!(
                    lang,
                    "After {m} more it enters {name}.",
                    "再过 {m}进入{name}。",
                    "再過 {m}進入{name}。"
                ),
                (None, Some(name)) => {
                    tell!(
                        lang,
                        "If stability lasts {m} more, the pattern is {name}.",
                        "稳定期再延续 {m}，即为{name}。",
                        "穩定期再延續 {m}，即為{name}。"
                    )
                }
                (None, None) => {
                    tell!(
                        lang,
                        "After {m} more as a customer this may be judged anew.",
                        "再过 {m}可重新判断。",
                        "再過 {m}可重新判斷。"
                    )
                }
            }
        }
        Change::SilenceUntil { date: day, in_days, becomes } => {
            let (day, n) = (date(lang, day), days(lang, f64::from(in_days)));
            match becomes {
                State::Exited => tell!(
                    lang,
                    "Without an order, the customer counts as left from {day} (in {n}).",
                    "若不再下单，{day} 起（{n}后）视为流失。",
                    "若不再下單，{day} 起（{n}後）視為流失。"
                ),
                _ => tell!(
                    lang,
                    "Without an order, the alert begins on {day} (in {n}).",
                    "若不再下单，{day} 起（{n}后）进入警戒。",
                    "若不再下單，{day} 起（{n}後）進入警戒。"
                ),
            }
        }
        Change::OrderBy { last_day, within_days, .. } => match (last_day, within_days) {
            (Some(day), Some(n)) => {
                let (day, n) = (date(lang, day), days(lang, f64::from(n)));
                tell!(
                    lang,
                    "An order by {day} (within {n}) ends the alert.",
                    "在 {day} 之前（{n}内）下单即解除警戒。",
                    "在 {day} 之前（{n}內）下單即解除警戒。"
                )
            }
            _ => lang
                .pick(
                    "Any order makes this an active customer again.",
                    "任何一笔订单都会使其重新成为活跃客户。",
                    "任何一筆訂單都會使其重新成為活躍客戶。",
                )
                .to_owned(),
        },
        Change::Move { measure: what, from, to, beyond } => {
            let name = measure(lang, what);
            let (from, to) = (measured(lang, what, from), measured(lang, what, to));
            if beyond {
                tell!(
                    lang,
                    "If {name} moves from {from} past {to}, the label changes.",
                    "若{name}由 {from} 越过 {to}，标签即改变。",
                    "若{name}由 {from} 越過 {to}，標籤即改變。"
                )
            } else {
                tell!(
                    lang,
                    "If {name} moves from {from} to {to}, the label changes.",
                    "若{name}由 {from} 变为 {to}，标签即改变。",
                    "若{name}由 {from} 變為 {to}，標籤即改變。"
                )
            }
        }
        Change::Class { measure: what, by, to, beyond, becomes } => {
            let (name, class) = (measure(lang, what), crate::locale::say::class(becomes));
            let (by, to) = (amount(lang, by.abs()), amount(lang, to));
            if beyond {
                tell!(
                    lang,
                    "If {name} falls by more than {by}, below {to}, it becomes class {class}.",
                    "若{name}减少超过 {by}、低于 {to}，则变为 {class} 类。",
                    "若{name}減少超過 {by}、低於 {to}，則變為 {class} 類。"
                )
            } else {
                tell!(
                    lang,
                    "If {name} rises by {by}, to {to}, it becomes class {class}.",
                    "若{name}增加 {by}、达到 {to}，则变为 {class} 类。",
                    "若{name}增加 {by}、達到 {to}，則變為 {class} 類。"
                )
            }
        }
        Change::Group { measure: what, from, to, becomes } => {
            let name = measure(lang, what);
            let (from, to) = (measured(lang, what, from), measured(lang, what, to));
            let becomes = group(lang, becomes);
            tell!(
                lang,
                "If {name} goes from {from} to {to}, the group becomes “{becomes}”.",
                "若{name}由 {from} 变为 {to}，类别变为“{becomes}”。",
                "若{name}由 {from} 變為 {to}，類別變為「{becomes}」。"
            )
        }
        Change::Cluster { feature_idx, by_sd, cluster_idx } => {
            let name = feature_name(lang, names, feature_idx);
            let (k, by) = (lang.int(f64::from(cluster_idx) + 1.0), lang.decimal(by_sd.abs(), 2));
            match (names.get(feature_idx as usize).and_then(|n| n.moved_to), by_sd < 0.0) {
                (Some(to), _) if names[feature_idx as usize].name == "daysSinceLast" => {
                    let to = days(lang, to);
                    tell!(
                        lang,
                        "If the last order were {to} ago, group {k} would be nearer.",
                        "若距上次下单为 {to}，则更接近第 {k} 组。",
                        "若距上次下單為 {to}，則更接近第 {k} 組。"
                    )
                }
                (Some(to), down) if names[feature_idx as usize].name == "frequency" => {
                    // Orders are whole: the first number beyond.
                    let to = lang.int(if down { to.floor() } else { to.ceil() });
                    tell!(
                        lang,
                        "With {name} at {to}, group {k} would be nearer.",
                        "若{name}为 {to}，则更接近第 {k} 组。",
                        "若{name}為 {to}，則更接近第 {k} 組。"
                    )
                }
                (Some(to), _) => {
                    let to = number(lang, to);
                    tell!(
                        lang,
                        "With {name} at {to}, group {k} would be nearer.",
                        "若{name}为 {to}，则更接近第 {k} 组。",
                        "若{name}為 {to}，則更接近第 {k} 組。"
                    )
                }
                (None, true) => tell!(
                    lang,
                    "If {name} were {by} standard deviations lower, group {k} would be nearer.",
                    "若{name}降低 {by} 个标准差，则更接近第 {k} 组。",
                    "若{name}降低 {by} 個標準差，則更接近第 {k} 組。"
                ),
                (None, false) => tell!(
                    lang,
                    "If {name} were {by} standard deviations higher, group {k} would be nearer.",
                    "若{name}提高 {by} 个标准差，则更接近第 {k} 组。",
                    "若{name}提高 {by} 個標準差，則更接近第 {k} 組。"
                ),
            }
        }
        Change::Credit { item, from, to, beyond, becomes } => {
            let (name, grade) = (terms::credit_item(lang, item), grade_name(becomes));
            let [from, to] = [from, to].map(|v| match item {
                Item::DaysLate => days(lang, v),
                Item::Worst => number(lang, v),
                Item::Collection | Item::Overdue => lang.percent(v),
            });
            if beyond {
                tell!(
                    lang,
                    "If the {name} moves from {from} past {to}, the grade falls to {grade}.",
                    "若{name}由 {from} 越过 {to}，等级降为 {grade}。",
                    "若{name}由 {from} 越過 {to}，等級降為 {grade}。"
                )
            } else {
                tell!(
                    lang,
                    "If the {name} moves from {from} to {to}, the grade rises to {grade}.",
                    "若{name}由 {from} 变为 {to}，等级升为 {grade}。",
                    "若{name}由 {from} 變為 {to}，等級升為 {grade}。"
                )
            }
        }
        Change::MoreInvoices { n } => {
            let k = lang.int(n);
            match lang {
                Lang::En if n == 1 => "With 1 more invoice there is a grade.".to_owned(),
                Lang::En => format!("With {k} more invoices there is a grade."),
                Lang::ZhHans => format!("再有 {k} 张发票即可评级。"),
                Lang::ZhHant => format!("再有 {k} 張帳單即可評級。"),
            }
        }
        Change::Feature { feature_idx, from, to } => {
            let name = feature_name(lang, names, feature_idx);
            let (from, to) = (lang.decimal(from, 2), lang.decimal(to, 2));
            tell!(
                lang,
                "With {name} at {to} instead of {from}, the decision whether to make contact would change.",
                "若{name}为 {to}（现为 {from}），是否联系的判断会改变。",
                "若{name}為 {to}（現為 {from}），是否聯絡的判斷會改變。"
            )
        }
        Change::Level { feature_idx, .. } => {
            let name = feature_name(lang, names, feature_idx);
            let other = names.get(feature_idx as usize).and_then(|n| n.other_level.clone());
            let other = other.unwrap_or_else(|| lang.pick("another level", "其他取值", "其他值").to_owned());
            tell!(
                lang,
                "With {name} = {other}, the decision whether to make contact would change.",
                "若{name}为 {other}，是否联系的判断会改变。",
                "若{name}為 {other}，是否聯絡的判斷會改變。"
            )
        }
        Change::RailClears { rail } => {
            let name = terms::guard_rail(lang, rail);
            tell!(
                lang,
                "Once the guard rail “{name}” clears, the hold ends.",
                "一旦护栏“{name}”解除，即不再暂缓。",
                "一旦護欄「{name}」解除，即不再暫緩。"
            )
        }
        Change::LeavesRule { condition, from } => {
            let name = terms::feature(lang, condition.feature);
            let (from, to) = (number(lang, from), number(lang, condition.threshold));
            tell!(
                lang,
                "The condition nearest to change: {name} is {from}, the limit is {to}.",
                "最接近改变的条件：{name}为 {from}，界限为 {to}。",
                "最接近改變的條件：{name}為 {from}，界限為 {to}。"
            )
        }
    }
}

fn no_change(lang: Lang, why: NoChange) -> &'static str {
    match why {
        NoChange::Left => lang.pick(
            "The customer has left, so nothing about this changes.",
            "客户已离开，此项不再变化。",
            "客戶已離開，此項不再變化。",
        ),
        NoChange::NoThreshold => lang.pick(
            "This base gives no threshold to cross.",
            "本客户群没有可跨越的阈值。",
            "本客戶群沒有可跨越的門檻。",
        ),
        NoChange::NotDerivable => lang.pick(
            "It rests on a probability that no single number decides.",
            "它取决于概率，并非由单个数字决定。",
            "它取決於機率，並非由單一數字決定。",
        ),
        NoChange::NotOneMove => {
            lang.pick("No single change is enough.", "单项变化不足以改变它。", "單項變化不足以改變它。")
        }
        NoChange::Unknown => {
            lang.pick("A number that this would take is not known.", "所需的数字未知。", "所需的數字未知。")
        }
    }
}
