//! What does a reason in a customer's or a clerk's own words mean?
//!
//! Texts and keywords are folded alike: lower case, full width to half width, traditional Chinese characters
//! to simplified ones, apostrophes dropped, everything else that is neither letter nor digit to one space. A
//! keyword in letters matches whole words (a plural s or es may follow; a final `*` allows any ending), so
//! that "removed" is not "moved"; one in Chinese characters matches anywhere.
//!
//! The keyword that decides is the greatest by `(user's, length in bytes)`: the user's keywords come before
//! the built-in ones whatever their length. Length is counted in UTF-8 bytes, in which a Chinese character
//! weighs as much as three letters, about what it says; among equally long ones the first in the table.
//! What a sentence denies ("the price was fine") is not understood: the table is to be edited, and the page
//! shows which keyword decided.
//!
//! Symbols: none with a unit; texts of any length.
//!
//! Source: methods.md 10 (taxonomies and editable table); the built-in words are this crate's own.
//!
//! Degenerate cases: a text that folds to nothing, or that no keyword matches, is unknown; so is one matched
//! by a keyword with neither defector nor kind ("do not know"). A keyword that folds to nothing is left out.
//!
//! ```
//! use tenure::analytics::reasons::{Defector, Keywords};
//! let table = Keywords::new(&[], true);
//! let mut folded = String::new();
//! table.fold("DELIVERY costs!", &mut folded);
//! let (matched, defector, _) = table.find(&folded).unwrap();
//! // 13 bytes beat the 8 of "delivery", which would be service.
//! assert_eq!((folded.as_str(), matched.keyword.len()), ("delivery costs", 13));
//! assert_eq!(defector, Some(Defector::Price));
//! assert_eq!(table.find("remover"), None);
//! ```

use super::{Defector, ExitKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A keyword and what it stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keyword {
    /// Word or phrase.
    pub text: String,
    /// Which of the six defectors; `None`: none of them.
    pub defector: Option<Defector>,
    /// Which kind of exit; `None`: the one the defector maps to, unknown if that is `None` too.
    pub kind: Option<ExitKind>,
}

/// The keyword that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Matched {
    /// The keyword, folded.
    pub keyword: String,
    /// Whether it is the user's.
    pub user: bool,
}

/// A table of keywords, ready to match.
#[derive(Clone, Debug, Default)]
pub struct Keywords {
    entries: Vec<Entry>,
    /// Entries by their first character, so that a text is compared with few of them.
    by_first: BTreeMap<char, Vec<u32>>,
    /// Traditional characters and their simplified forms, sorted.
    simplified: Vec<(char, char)>,
}

#[derive(Clone, Debug)]
struct Entry {
    text: String,
    any_ending: bool,
    user: bool,
    defector: Option<Defector>,
    kind: Option<ExitKind>,
}

impl Keywords {
    /// The user's keywords before the built-in ones (those only if `builtin`); empty ones are left out.
    #[must_use]
    pub fn new(user: &[Keyword], builtin: bool) -> Self {
        let pairs = PAIRS.chars().step_by(2).zip(PAIRS.chars().skip(1).step_by(2));
        let mut out = Self { simplified: pairs.collect(), ..Self::default() };
        out.simplified.sort_unstable();
        for k in user {
            out.add(&k.text, true, k.defector, k.kind);
        }
        for &(defector, kind, texts) in BUILTIN.iter().filter(|_| builtin) {
            texts.iter().for_each(|text| out.add(text, false, defector, kind));
        }
        out
    }

    fn add(&mut self, text: &str, user: bool, defector: Option<Defector>, kind: Option<ExitKind>) {
        let mut folded = String::new();
        self.fold(text, &mut folded);
        if let Some(first) = folded.chars().next() {
            self.by_first.entry(first).or_default().push(self.entries.len() as u32);
            let any_ending = text.trim_end().ends_with('*');
            self.entries.push(Entry { text: folded, any_ending, user, defector, kind });
        }
    }

    /// The keywords as folded, in the order in which they count.
    pub fn entries(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|e| e.text.as_str())
    }

    /// Number of keywords.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes the folded form of a text into `out`, replacing what it held.
    pub fn fold(&self, text: &str, out: &mut String) {
        out.clear();
        for c in text.chars() {
            let c = match c {
                // Full-width forms of ASCII.
                '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
                _ => c,
            };
            if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '`') {
                continue;
            }
            if c.is_alphanumeric() {
                let pair = self
                    .simplified
                    .binary_search_by_key(&c, |p| p.0)
                    .ok()
                    .and_then(|i| self.simplified.get(i));
                out.extend(pair.map_or(c, |p| p.1).to_lowercase());
            } else if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        }
        if out.ends_with(' ') {
            out.pop();
        }
    }

    /// What a text, already folded, stands for: the keyword that decides, its defector and kind as in the
    /// table.
    #[must_use]
    pub fn find(&self, folded: &str) -> Option<(Matched, Option<Defector>, Option<ExitKind>)> {
        let mut best: Option<&Entry> = None;
        let mut before = ' ';
        for (at, c) in folded.char_indices() {
            let starts = is_joined_script(c) || before == ' ' || is_joined_script(before);
            before = c;
            for &idx in self.by_first.get(&c).filter(|_| starts).into_iter().flatten() {
                let Some(entry) = self.entries.get(idx as usize) else { continue };
                // Entries stand in the order of the table: an equally long one met later in the text may be earlier.
                let better = best.is_none_or(|b| {
                    (entry.user, entry.text.len()) > (b.user, b.text.len())
                        || (entry.user, entry.text.len()) == (b.user, b.text.len())
                            && std::ptr::from_ref(entry) < std::ptr::from_ref(b)
                });
                if better && entry.matches(&folded[at..]) {
                    best = Some(entry);
                }
            }
        }
        best.map(|e| (Matched { keyword: e.text.clone(), user: e.user }, e.defector, e.kind))
    }
}

impl Entry {
    /// Whether the rest of a text begins with this keyword.
    fn matches(&self, rest: &str) -> bool {
        let Some(after) = rest.strip_prefix(self.text.as_str()) else { return false };
        let ends = |s: &str| s.chars().next().is_none_or(|c| c == ' ' || is_joined_script(c));
        self.any_ending
            || self.text.chars().next_back().is_some_and(is_joined_script)
            || [Some(after), after.strip_prefix('s'), after.strip_prefix("es")]
                .into_iter()
                .flatten()
                .any(ends)
    }
}

/// Whether words of the script are written without spaces: Chinese characters and what stands near them.
fn is_joined_script(c: char) -> bool {
    c >= '\u{2E80}'
}

/// Traditional characters, each followed by its simplified form.
const PAIRS: &str = "醜丑專专業业亂乱產产價价優优會会倫伦體体脩修兌兑關关內内沖冲衝冲決决齣出別别彆别製制務务動动昇升\
    陞升單单發发髮发變变號号閤合後后員员響响迴回睏困國国場场壞坏聲声備备復复複复傢家對对帶带並并併并\
    應应開开棄弃張张態态戰战戶户釦扣摺折擇择損损換换斷断無无舊旧時时朮术術术歡欢畢毕汙污沒没註注濟济\
    漲涨滿满煩烦環环現现禮礼離离種种穩稳竄窜類类緊紧縴纤纖纤級级線线終终經经結结絡络維维網网職职輿舆\
    補补裝装觀观規规視视譽誉計计論论設设詐诈訴诉誤误誘诱說说諾诺諉诿調调責责賬账貨货質质貼贴貴贵費费\
    資资贈赠轉转載载遷迁過过進进遲迟適适選选錢钱銷销錯错門门閉闭問问聞闻隊队隨随隱隐難难題题驗验";

type Group = (Option<Defector>, Option<ExitKind>, &'static [&'static str]);

/// The built-in keywords. Where a kind is given, it differs from the one the defector maps to: a fault of the
/// firm's own product drives customers away, a better product elsewhere attracts them.
#[rustfmt::skip]
const BUILTIN: &[Group] = &[
    (Some(Defector::Price), None, &[
        "price", "pricing", "overpriced", "expensive", "cost", "costly", "cheaper", "cheap", "cheapest",
        "better price", "lower price", "best price", "market price",
        "fee", "charge", "delivery cost", "delivery fee", "shipping cost", "shipping fee", "service fee",
        "service charge", "tariff", "rate increase", "afford", "affordable", "affordability",
        "unaffordable", "lack of affordable", "discount", "better offer", "better deal", "better rate",
        "special offer", "promotion*", "rebate", "cashback", "cash back", "switching bonus",
        "welcome bonus", "free gift", "free device", "free phone", "poached", "poaching", "lured away",
        "lured by", "coupon", "value for money", "价格", "价钱", "价位", "太贵", "很贵", "偏贵", "较贵",
        "更贵", "过贵", "贵了", "昂贵", "便宜", "收费",
        "资费", "费用", "服务费", "维修费", "安装费", "手续费", "运费", "涨价", "加价", "降价", "低价",
        "优惠", "折扣", "打折", "促销", "性价比", "补贴", "返现", "返利", "赠品", "礼品", "挖走",
        "被挖走", "挖角", "物质利诱", "利诱",
    ]),
    (Some(Defector::Product), None, &[
        "product", "better product", "better device", "better quality", "more data", "feature",
        "missing feature", "functionality", "limited range", "product range", "range of products",
        "range of services", "assortment", "selection", "variety", "out of stock", "more choice",
        "does not fit", "not suitable", "unsuitable", "产品", "商品", "功能", "品种", "款式", "种类",
        "选择少", "选择太少", "缺货", "断货", "规格", "性能", "口味", "设计", "更好的产品", "产品更好",
        "质量更好", "更好的设备", "流量更多", "不适合", "不适用",
    ]),
    (Some(Defector::Product), Some(ExitKind::Dissatisfied), &[
        "product dissatisf*", "dissatisfied with product", "dissatisfied with the product", "quality",
        "poor quality", "defect", "defective", "faulty", "broken", "malfunction*", "bug",
        "does not work", "doesnt work", "质量", "品质", "质量差", "质量问题", "产品质量", "次品", "瑕疵",
        "损坏", "坏了", "不好用", "产品不满意", "对产品不满",
    ]),
    (Some(Defector::Service), None, &[
        "service", "poor service", "bad service", "service dissatisf*", "attitude", "rude", "impolite",
        "unfriendly", "unhelpful", "support", "customer care", "response time", "no response", "slow",
        "slow response", "wait", "waiting", "no reply", "expertise", "poor expertise", "incompetent",
        "unprofessional", "delivery", "late delivery", "delay", "delayed", "shipping", "self service",
        "billing error", "billing issue", "wrong bill", "invoice error", "installation", "repair",
        "outage", "reliability", "unreliable", "network reliability", "downtime", "connection problem",
        "dropped call", "coverage", "poor signal", "after sales", "complaint", "complain*",
        "unresolved complaint", "broken promise", "mistake", "服务", "服务差", "服务态度", "态度",
        "客服", "售后", "响应慢", "回复慢", "等待", "排队", "配送", "物流", "发货", "送货", "交货",
        "延迟", "延误", "断网", "掉线", "网络不稳定", "网络质量", "网络可靠性", "信号", "故障", "维修",
        "安装", "账单错误", "推诿", "不专业", "不耐烦", "承诺未兑现", "投诉", "投诉未解决", "抱怨",
        "自助服务", "对服务不满",
    ]),
    (Some(Defector::Service), Some(ExitKind::Attracted), &[
        "better service", "better support", "服务更好", "更好的服务", "更好的售后",
    ]),
    (Some(Defector::Market), None, &[
        "market", "moved", "moving", "move", "move away", "moving away", "move abroad", "relocat*", "emigrat*",
        "abroad", "left the country", "left the area", "deceased", "died", "death", "passed away",
        "bankrupt*", "insolven*", "liquidat*", "out of business", "closed business", "business closed",
        "closed down", "ceased trading", "ceased operations", "no longer need", "no longer needed",
        "no longer required", "no need", "not needed", "retired", "retirement", "unemploy*", "lost job",
        "job loss", "financial difficult*", "financial hardship", "financial problem", "recession",
        "budget cut", "economic*", "illness", "graduat*", "forced", "merger", "merged",
        "change of circumstances", "市场", "搬家", "搬走", "搬迁", "迁移", "迁址", "移居", "移民",
        "出国", "离开本地", "离开本市", "倒闭", "破产", "停业", "歇业", "关门", "结业", "公司注销", "企业注销", "去世",
        "死亡", "身故", "病故", "离世", "过世", "生病", "毕业", "不再需要", "不需要", "没有需求",
        "无需求", "需求变化", "失业", "经济困难", "经济原因", "资金紧张", "转行", "被迫", "被迫离开",
        "退休", "合并", "不可抗力",
    ]),
    (Some(Defector::Technology), None, &[
        "technolog*", "superior technology", "download speed", "upload speed", "speed", "faster",
        "outdated", "obsolete", "old fashioned", "fibre", "fiber", "5g", "incompatible", "compatibility",
        "technical*", "技术", "技术落后", "新技术", "技术更先进", "更先进", "过时", "落后", "老旧",
        "更新换代", "升级换代", "替代技术", "网速", "速度更快", "下载速度", "光纤", "不兼容",
    ]),
    (Some(Defector::Political), None, &[
        "politic*", "ethic*", "unethical", "environmental*", "social responsib*", "boycott*", "scandal",
        "privacy", "reputation", "moral*", "sustainab*", "discriminat*", "labor practices",
        "labour practices", "organizational", "data misuse", "政治", "社会责任", "环保", "道德", "伦理",
        "抵制", "丑闻", "声誉", "隐私", "价值观", "歧视", "舆论", "企业形象", "污染", "立场",
    ]),
    (None, Some(ExitKind::AbandonedByFirm), &[
        "given up by us", "given up by the firm", "dropped by us", "terminated by us",
        "terminated by company", "terminated by the company", "ended by us", "closed by us",
        "not renewed by us", "repositioning", "non payment", "nonpayment", "unpaid", "bad debt", "fraud",
        "fraudulent", "blacklist*", "主动放弃", "我方放弃", "公司放弃", "我方终止", "公司终止",
        "企业终止", "战略调整", "重新定位", "清退", "淘汰客户", "欠费", "欠款", "拖欠", "坏账", "欺诈",
        "黑名单",
    ]),
    (None, Some(ExitKind::Dissatisfied), &[
        "dissatisf*", "unsatisf*", "not satisfied", "unhappy", "disappoint*", "frustrat*", "trust",
        "不满", "不满意", "失望", "主动离开", "不喜欢", "体验差", "不信任",
    ]),
    (None, Some(ExitKind::Attracted), &[
        "attracted by", "attracted to", "被吸引", "吸引走",
    ]),
    (None, Some(ExitKind::OtherInternal), &[
        "salesperson left", "sales rep left", "account manager left", "our staff left",
        "followed the salesperson", "followed salesperson", "followed account manager",
        "followed our employee", "employee took", "staff took", "staff turnover", "channel conflict",
        "channel chaos", "internal conflict", "业务员离职", "业务员带走", "销售离职", "销售人员离职",
        "客户经理离职", "员工离职", "员工跳槽", "人员流失", "带走客户", "跟随业务员", "跟随员工",
        "渠道混乱", "渠道冲突", "窜货", "内部管理", "内部原因",
    ]),
    // Said outright: whatever else the text mentions, it is no reason.
    (None, None, &[
        "dont know", "do not know", "no particular reason", "no reason given", "不知道", "说不清",
        "没有特别原因",
    ]),
];
