//! What to do about a customer, in sentences.

use super::{amount, sentence, tell};
use crate::analytics::explain::{Contact, Leads, StageAction, Worth};
use crate::analytics::value_matrix::Retention;
use crate::locale::{Lang, terms};
use crate::report::Why;

/// What comes first and what it is worth; then what belongs to it.
#[must_use]
pub fn action(lang: Lang, why: &Why) -> (String, Vec<String>) {
    let action = &why.action;
    let stage = action.for_stage.map(|a| for_stage(lang, a));
    let class = for_class(lang, action.for_class);
    let first = match action.leads {
        Leads::Stage => stage.unwrap_or(class),
        Leads::Class => class,
        Leads::Release => lang.pick(
            "Consider ending the relationship with care, one step after another",
            "可考虑逐步、妥善地结束关系",
            "可考慮逐步、妥善地結束關係",
        ),
        Leads::Hold => lang.pick(
            "Hold: ending the relationship may be considered only after the guard rails are checked",
            "暂缓：须先核实各项护栏，才可考虑结束关系",
            "暫緩：須先查證各項護欄，才可考慮結束關係",
        ),
    };
    let headline = match worth(lang, action.worth) {
        Some(worth) => match lang {
            Lang::En => format!("{first}: {worth}."),
            Lang::ZhHans => format!("{first}：{worth}。"),
            Lang::ZhHant => format!("{first}：{worth}。"),
        },
        None => sentence(lang, first),
    };
    let other = match action.leads {
        Leads::Stage => Some(class).filter(|_| !why.labels.exited && action.for_class != Retention::Release),
        Leads::Class => stage,
        Leads::Release | Leads::Hold => None,
    };
    let mut facts: Vec<String> = other.map(|o| sentence(lang, o)).into_iter().collect();
    facts.extend(action.contact.map(|c| contact(lang, &c, why.labels.exited)));
    if let Some(stage) = why.labels.stage.filter(|_| !why.labels.exited) {
        facts.push(sentence(lang, terms::goal(lang, stage.goal())));
        facts.extend(stage.advice().iter().map(|a| sentence(lang, terms::advice(lang, *a))));
    }
    facts.extend(why.labels.tier.map(|t| sentence(lang, terms::tier_strategy(lang, t))));
    (headline, facts)
}

fn for_stage(lang: Lang, action: StageAction) -> &'static str {
    match action {
        StageAction::Onboard => lang.pick(
            "Make the first orders perfect and lower the uncertainty",
            "把首批订单做到完美，降低不确定性",
            "把首批訂單做到完美，降低不確定性",
        ),
        StageAction::Deepen => lang.pick(
            "Deepen the relationship: personalize, widen the range",
            "深化关系：个性化、拓宽品类",
            "深化關係：個人化、擴大品類",
        ),
        StageAction::Protect => lang.pick(
            "Protect the relationship: stay above the best alternative, share gains fairly",
            "保护关系：保持优于替代者的价值，公平分享收益",
            "保護關係：保持優於替代者的價值，公平分享收益",
        ),
        StageAction::Repair => lang.pick(
            "Find out why purchases fall, and repair it",
            "查明购买减少的原因并修复",
            "查明購買減少的原因並修復",
        ),
        StageAction::WinBack => lang.pick("Ask the customer back", "挽回客户", "挽回客戶"),
        StageAction::LetRest => lang.pick(
            "Let it rest: asking back would cost more than it may bring",
            "暂不挽回：成本高于预期收益",
            "暫不挽回：成本高於預期收益",
        ),
    }
}

fn for_class(lang: Lang, strategy: Retention) -> &'static str {
    match strategy {
        Retention::Release => {
            lang.pick("Spend nothing on the relationship", "不作关系投入", "不投入關係經營")
        }
        Retention::Reengineer => lang.pick(
            "Rebuild the relationship to win its potential",
            "再造关系，释放潜力",
            "再造關係，釋放潛力",
        ),
        Retention::Keep => {
            lang.pick("Keep the relationship at a high level", "高水平保持关系", "高水準維繫關係")
        }
        Retention::OneToOne => lang.pick(
            "Spare no effort to keep and develop the relationship",
            "不遗余力保持与发展关系",
            "不遺餘力維繫與發展關係",
        ),
    }
}

fn worth(lang: Lang, worth: Worth) -> Option<String> {
    Some(match worth {
        Worth::NetGain { amount: v } => {
            let v = amount(lang, v);
            tell!(
                lang,
                "expected net gain of a contact {v}",
                "一次联系的预期净收益 {v}",
                "一次聯絡的預期淨收益 {v}"
            )
        }
        Worth::Potential { amount: v } => {
            let v = amount(lang, v);
            tell!(lang, "growth potential {v}", "增值潜力 {v}", "增值潛力 {v}")
        }
        Worth::AtRisk { amount: v } => {
            let v = amount(lang, v);
            tell!(lang, "expected loss {v}", "预期损失 {v}", "預期損失 {v}")
        }
        Worth::LossEnded { amount: v } => {
            let v = amount(lang, v);
            tell!(lang, "loss of 12 months {v}", "12 个月亏损 {v}", "12 個月虧損 {v}")
        }
        Worth::Unknown => return None,
    })
}

/// Whether a contact pays.
#[must_use]
pub fn contact(lang: Lang, c: &Contact, exited: bool) -> String {
    // As exact as the limit beside it.
    let (p, loss, gain) = (lang.percent(c.p_exit), amount(lang, c.expected_loss), amount(lang, c.net_gain));
    let from = c.p_star.filter(|p| *p <= 1.0).map(|p| lang.percent(p));
    match (exited, c.pays, from) {
        (true, true, _) => tell!(
            lang,
            "Asking back pays: the customer could be worth {loss} again, a net gain of {gain} at the save rate assumed.",
            "挽回合算：若回来约值 {loss}，按假定挽留率净收益 {gain}。",
            "挽回划算：若回來約值 {loss}，依假定挽留率淨收益 {gain}。"
        ),
        (true, false, _) => tell!(
            lang,
            "Asking back does not pay: the customer could be worth {loss} again, a net gain of {gain} at the save rate assumed.",
            "挽回不合算：若回来约值 {loss}，按假定挽留率净收益 {gain}。",
            "挽回不划算：若回來約值 {loss}，依假定挽留率淨收益 {gain}。"
        ),
        (false, true, Some(from)) => tell!(
            lang,
            "A contact pays: the risk of leaving is {p}, and it pays above {from}; expected loss {loss}, net gain {gain}, which is also the most to offer on top.",
            "联系合算：流失风险 {p}，高于 {from} 即合算；预期损失 {loss}，净收益 {gain}，亦为优惠上限。",
            "聯絡划算：流失風險 {p}，高於 {from} 即划算；預期損失 {loss}，淨收益 {gain}，亦為優惠上限。"
        ),
        (false, false, Some(from)) => tell!(
            lang,
            "A contact does not pay now: the risk of leaving is {p}, and it pays above {from}.",
            "目前联系不合算：流失风险 {p}，高于 {from} 才合算。",
            "目前聯絡不划算：流失風險 {p}，高於 {from} 才划算。"
        ),
        (false, true, None) => {
            tell!(
                lang,
                "A contact pays: expected loss {loss}, net gain {gain}.",
                "联系合算：预期损失 {loss}，净收益 {gain}。",
                "聯絡划算：預期損失 {loss}，淨收益 {gain}。"
            )
        }
        (false, false, None) => tell!(
            lang,
            "A contact costs more than it could save at any risk of leaving (expected loss {loss}).",
            "无论流失风险多高，联系的成本都超过可挽回的价值（预期损失 {loss}）。",
            "無論流失風險多高，聯絡的成本都超過可挽回的價值（預期損失 {loss}）。"
        ),
    }
}
